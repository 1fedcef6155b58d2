"""Small faithful models of real CardDAV clients, each with an address book of its own.

What each does was read in its source or seen in captures; the module of a client
says which habits matter. They speak HTTP to the WSGI application in this process.
"""
