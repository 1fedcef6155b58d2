"""What is open at this moment: tests change cards and ask at once, as the command line does, without a cycle."""

from server import cases
from server.cases import Case
from server.store.database import Database


def open_cases(db: Database, viewer: str | None) -> tuple[Case, ...]:
    """The open cases that a member may answer; None for all."""
    return cases.open_cases(db, viewer, fresh=True)


def find_case(db: Database, case_id: str, viewer: str | None) -> Case:
    """One open case."""
    return cases.find_case(db, case_id, viewer, fresh=True)


def decide(db: Database, case_id: str, choice: str, *, member: str | None) -> str:
    """Answer a case."""
    return cases.decide(db, case_id, choice, member=member, fresh=True)
