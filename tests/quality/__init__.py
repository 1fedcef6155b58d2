"""How well persons are recognised: made-up books with known answers, and peers to compare with.

Read in this order:

    locales    names, numbers and places of many countries
    people     who is in the world: households, namesakes, firms, and who only looks alike
    writing    how a book writes a card of somebody
    books      two books of one world, with the truth about them
    measuring  what the matching makes of them
    peers      the same done by other programs
    febrl      the four sets of FEBRL, where they are installed
"""
