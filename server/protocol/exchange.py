"""One request on its way through the CardDAV side: what was asked, by whom, and what it got."""

from dataclasses import dataclass, field
from typing import Final

from server.access import may
from server.context import Request
from server.protocol.paths import Target
from server.store.database import Actor, Database
from server.store.devices import Device

REQUEST_KEY: Final = "hearthbook.request"
DEVICE_KEY: Final = "hearthbook.device"
"""Keys of the environ under which the auth plugin finds what is known; no header can set them."""

Served = tuple[int, int, str]
"""A slot, its sequence number, and the vCard version that was sent."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes above which a request is refused in words."""

    card_bytes: int = 10 << 20
    request_bytes: int = 16 << 20


@dataclass(frozen=True, slots=True)
class Fields:
    """The header fields that matter to CardDAV, besides those in the request context."""

    depth: str = ""
    accept: str = ""
    host: str = ""
    if_modified_since: str = ""


@dataclass(slots=True)
class Exchange:
    """A request of a signed-in device, and what has to be remembered after its answer."""

    database: Database
    limits: Limits
    request: Request
    device: Device
    target: Target
    fields: Fields
    body: bytes = b""
    served: list[Served] = field(default_factory=list)
    epoch: str = ""
    """Of the view that `served` names slots of."""
    asked_4: bool = False

    @property
    def actor(self) -> Actor:
        """Who writes, for the act."""
        kind = self.request.method.lower()
        return Actor(kind=kind, member=self.device.member, device=self.device.id)

    @property
    def may_write(self) -> bool:
        """Whether this device may change its member's own books."""
        return may(self.device.role, "write", own=True, read_only=self.device.read_only)

    def gets_4(self, wanted: str) -> bool:
        """Whether this device is given 4.0, and remember that it asked.

        A device that has neither asked for 4.0 nor ever written it gets 3.0:
        macOS drops 4.0 cards and fails the whole sync.

        Args:
            wanted: The version the request names, or empty.
        """
        if wanted == "4.0":
            self.asked_4 = self.request.accept_4 = True
            return True
        return wanted != "3.0" and self.device.speaks_4
