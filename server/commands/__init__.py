"""The command line, one file per noun; `server.__main__` puts them together.

A command reads its words, calls one function of a layer below and prints what
came of it. What is heavy (the database, Radicale, the pages) is imported inside
the command that needs it, so that `hearthbook --help` answers at once.
"""
