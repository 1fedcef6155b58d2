"""What should happen: matching, merging, ownership, freshness and planning, all without I/O.

Read in this order:

    snapshot     what a cycle looks at
    operations   what a plan consists of
    folding      the words of a name in forms that can be compared
    nicknames    short forms of given names, one table
    frequent     how frequent names are, one table
    names        what a name says about who is meant
    matchable    what matching looks at on one card
    levels       how alike two names are
    weights      what each piece of evidence counts, one table
    index        cards by what they may have in common
    sharing      what two cards share besides their names
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
