"""Whatever members type on pages beside their phones, and undo: a restore comes to the same.

`HEARTHBOOK_HISTORIES` says how many histories are played; a few by default.
"""

from hypothesis import Phase, settings

from tests.cases.test_restored_histories import RestoredHistories
from tests.store.test_histories import PLAYED
from tests.store.test_typed_histories import TypedHistories


class RestoredTyping(TypedHistories, RestoredHistories):
    """The household whose members also sit before pages, and which loses its database at the end."""


TestRestoredTyping = RestoredTyping.TestCase
TestRestoredTyping.settings = settings(PLAYED, phases=[Phase.generate])
