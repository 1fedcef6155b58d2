"""What a card is: content lines, cards, normal forms, what travels, building and converting.

Everything here is pure: no files, no clock, no logging, no randomness. Read in
this order:

    lines        octets to content lines and back, byte for byte (with folding)
    values       normal forms: when do two values mean the same? (with dates)
    travel       one table: what others see, and what flows between linked cards
    properties   logical properties and the difference of two cards (with forms, similarity)
    versions     a property or a card in another version of vCard
    card         one vCard; editing some of its lines and no others (with editing)
    build        a new card from clean values (the only use of vobject)

The octets of a card are the truth; a `Card` is a view of them.
"""
