"""Everything that can go wrong and that a person or a client can be told.

HearthbookError                 one clear sentence that says what to do
├── NotACard                    these octets are no vCard
├── UsageError                  a command or a page cannot do what was asked
│   └── NotFound                the thing that was named does not exist, or may not be seen
├── SettingsError               hearthbook.toml or the environment is wrong
├── NotInitialised              the data folder holds no household yet
├── NewerDatabase               the database was written by a newer Hearthbook
├── DamagedDatabase             SQLite cannot read the database
├── DatabaseLost                the database is missing, or behind what its journal says
├── Busy                        somebody else holds the lock that this needs
└── Refused                     a CardDAV request is answered with an error status

Errors carry data, are raised low and translated once, at the edge.
"""


class HearthbookError(Exception):
    """Says in one sentence what went wrong and what to do about it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotACard(HearthbookError):
    """The octets cannot be read as one vCard (RFC 6352 section 6.3.2.1, valid-address-data)."""


class UsageError(HearthbookError):
    """What was asked for cannot be done; nothing was changed."""


class NotFound(UsageError):
    """What was named does not exist, or the one who asks may not know of it."""


def nobody_there() -> NotFound:
    """What is raised where a person that was named is in no book of the one who asks."""
    return NotFound("There is nobody here by that address; they may be gone from your book.")


class SettingsError(HearthbookError):
    """The settings file or the environment holds a value that Hearthbook does not know."""


class NotInitialised(HearthbookError):
    """The data folder holds no household yet."""


class NewerDatabase(HearthbookError):
    """The database was written by a newer version of Hearthbook."""


class DamagedDatabase(HearthbookError):
    """The database file cannot be read by SQLite."""


class DatabaseLost(HearthbookError):
    """The database is missing, another one, or behind its journal: serving it would empty every phone."""


class Busy(HearthbookError):
    """Another process or request holds a lock for too long."""


class Refused(HearthbookError):
    """A CardDAV request that is answered with an error status and a sentence.

    Args:
        status: The HTTP status, 4xx or 5xx.
        sentence: What the person at the client should know.
        precondition: The violated DAV or CardDAV precondition, such as
            ``no-uid-conflict``; empty if none fits (RFC 4918 section 16).
    """

    def __init__(self, status: int, sentence: str, precondition: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.precondition = precondition
