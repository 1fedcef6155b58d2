"""What Radicale lets a request do, answered from `server.access`."""

from radicale.rights import BaseRights

from plugins.asking import asking
from server.access import rights_letters


class Rights(BaseRights):
    """Rights of the device that asks; nobody has any without a device.

    A pure function of path, role and device: Radicale asks several times per
    request, and once more per card of a listing.
    """

    def authorization(self, user: str, user_groups: set[str], path: str) -> str:
        """Radicale's letters for a path."""
        device = asking()
        if device is None or not user or device.member != user:
            return ""
        segments = [segment for segment in path.split("/") if segment]
        return rights_letters(
            device.role,
            own=not segments or segments[0] == device.member,
            read_only=device.read_only,
            revoked=False,
            depth=len(segments),
        )
