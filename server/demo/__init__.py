"""A throw-away household to try Hearthbook with: two members, made-up people, nothing kept."""
