"""What should happen: matching, merging, ownership, freshness and planning, all without I/O.

Read in this order:

    snapshot     what a cycle looks at
    operations   what a plan consists of
    names        what a name says about who is meant
    matching     who is the same person, pair by pair
    linking      which links to make, from nothing but what all may see
    ownership    whose person it is
    freshness    how likely a value is still right
    merging      what two cards should do about one property
    working      the cards while a plan is being made
    person       the cards of one person, brought together
    asking       what is left, as questions
    plan         all of it
    describe     a plan in plain words
"""
