"""How pages speak of how long ago something was: no clock time, which would need everybody's zone."""

from server.review.language import gettext as _
from server.review.language import ngettext

_HOUR = 3_600_000_000
_DAY = 24 * _HOUR


def ago(now: int, then: int) -> str:
    """How long ago something was, of two times in microseconds; what is noted once an hour is no finer."""
    past = max(0, now - then)
    if past < 2 * _HOUR:
        return _("just now")
    if past < _DAY:
        hours = past // _HOUR
        return ngettext("%(num)s hour ago", "%(num)s hours ago", hours) % {"num": hours}
    days = past // _DAY
    return ngettext("%(num)s day ago", "%(num)s days ago", days) % {"num": days}
