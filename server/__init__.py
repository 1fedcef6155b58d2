"""Hearthbook: the household address book service.

Read in this order; imports only ever point down this list:

    __main__, commands   the command line
    demo                 a throw-away household to look at
    app                  one WSGI process: CardDAV at /, pages at /app/
    scheduler            when cycles run
    review               the pages
    dav, protocol        CardDAV on top of Radicale, and its hot paths
    cases                the questions a household decides
    cycle                the only writer of merged cards
    store, settings      what is kept; how the server runs
    access               who may see and do what, stated once
    reconcile            pure: who is who, and what they agree on
    contacts             pure: what a card is
    errors, context      what went wrong; who is asking
"""

__version__ = "0.1.0"
