"""The patterns of the sentences about what happened, as catalogues have them."""

from typing import Final

from server.saying import N_, NN_

COUNTED: Final = (
    ("add", *NN_("added {number} value", "added {number} values")),
    ("replace", *NN_("changed {number} value", "changed {number} values")),
    ("remove", *NN_("removed {number} value", "removed {number} values")),
)
JOINED: Final = N_("joined the cards of {names}")
PLAIN: Final = {
    "ask": N_("{who} asked for a card."),
    "again": N_("{who} brought somebody back who was gone."),
    "init": N_("The household was made."),
    "own": N_("{who} said whose somebody is."),
    "share": N_("What is shown to whom was changed."),
    "member": N_("Members were changed."),
    "device": N_("Devices were changed."),
    "card": N_("{who} changed who sees a card."),
    "kept": N_("{who} said what becomes of a card that could not be stored."),
    "keep": N_("{who} kept what a device had deleted."),
    "release": N_("Every wait and hold was ended."),
    "show": N_("{who} let others see a mass change."),
    "letter": N_("{who} let the cards agree."),
    "settings": N_("Settings were changed."),
    "settle": N_("New cards are shown to others now."),
    "restore": N_("A backup was restored."),
    "password": N_("{who} chose a password."),
    "pause": N_("{who} paused sharing."),
    "resume": N_("{who} shares again."),
    "mkcol": N_("{who} made an address book."),
    "proppatch": N_("{who} changed what an address book says of itself."),
    "drop": N_("{who} deleted an empty address book."),
}
TOLD_TO_EVERYBODY: Final = {
    "leave": N_("{who} left the household."),
    "reset": N_("{who} made a link with which somebody chooses a new password."),
}
CYCLES: Final = {
    "quick": N_("A quick cycle"),
    "command": N_("A cycle that was asked for"),
    "letter": N_("The first reconciliation"),
}


SOMETHING: Final = N_("{who} changed something.")
CYCLE: Final = N_("A cycle")
ONE_PERSON: Final = N_("{who} said of {names}: one person.")
EACH_ONE: Final = N_("{who} said of {names}: one person each, who had two cards.")
PILES: Final = N_("{who} said of {cards} cards of {names}: {people} different people.")
DIFFERENT: Final = N_("{who} said of {names}: different people.")
TOOK_OVER: Final = N_("{who} took over a change to {name}.")
DECLINED: Final = N_("{who} declined a change to {name}.")
STILL_RIGHT: Final = N_("{who} said that a value of {names} is still right.")
WRITTEN: Final = {
    "import": (N_("{who} imported {names}."), N_("{who} imported {names} on {device}.")),
    "added": (N_("{who} added {names}."), N_("{who} added {names} on {device}.")),
    "changed": (N_("{who} changed {names}."), N_("{who} changed {names} on {device}.")),
    "suggested": (
        N_("{who} suggested a change to {names}."),
        N_("{who} suggested a change to {names} on {device}."),
    ),
    "saved": (N_("{who} saved a card."), N_("{who} saved a card on {device}.")),
    "moved": (N_("{who} moved {names}."), N_("{who} moved {names} on {device}.")),
    "deleted": (N_("{who} deleted {names}."), N_("{who} deleted {names} on {device}.")),
}
