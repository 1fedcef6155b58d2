"""Every kind of act is in the journal, or changes nothing that a restore could lose."""

import re
from pathlib import Path

from server.store.noting_access import ACCESS_KINDS, OWN_KIND
from server.store.noting_acts import BY_MACHINE, BY_MEMBERS

ROOT = Path(__file__).parents[2]
BODIES = {"put", "delete", "import", "visibility"}
SAID_OTHERWISE = {
    "letter": "release",
    "show": "decide",
    "keep": "decide",
    "resume": "pause",
    "reset": "password",
    "card": "visibility",
    OWN_KIND: "claim",
}
"""Under which kind of record an act stands."""
OF_NOBODYS_CARDS = {
    *("served", "seen", "job", "gauge", "lease", "session", "retention", "settings"),
    *("restore", "machine", "listed", "backup"),
}


def test_every_kind_of_act_is_journalled_or_loses_nothing() -> None:
    source = "".join(path.read_text() for path in sorted((ROOT / "server").rglob("*.py")))
    kinds = set(re.findall(r'Actor\(\s*(?:kind=)?"([a-z]+)"', source))
    recorded = BODIES | ACCESS_KINDS | BY_MACHINE | BY_MEMBERS
    assert set(SAID_OTHERWISE.values()) <= recorded
    assert kinds - recorded - SAID_OTHERWISE.keys() - OF_NOBODYS_CARDS == set()
