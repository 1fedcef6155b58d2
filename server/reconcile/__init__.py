"""What should happen: matching, merging, ownership, freshness and planning, all without I/O."""
