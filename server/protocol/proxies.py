"""Proxies: whose word about the client's address is believed."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from server.protocol.bodies import Environ, text_of

_ABOUT_THE_CLIENT = (
    "HTTP_FORWARDED",
    "HTTP_REMOTE_USER",
    "HTTP_X_AUTH_REQUEST_USER",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_SERVER",
    "HTTP_X_FORWARDED_USER",
    "HTTP_X_REMOTE_ADDR",
    "HTTP_X_REMOTE_USER",
    "HTTP_X_SCRIPT_NAME",
    "HTTP_PROXY",
)
"""What only a proxy should say; nobody else's word about it reaches the application."""

UNBELIEVED = "hearthbook.unbelieved"
"""Where the environ says which address spoke for others and is no proxy of ours."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Proxies:
    """The networks whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed."""

    networks: tuple[Network, ...] = ()

    @classmethod
    def named(cls, names: Sequence[str]) -> "Proxies":
        """The proxies of the settings, which have checked the names."""
        return cls(tuple(ipaddress.ip_network(name) for name in names))

    def seen_through(self, environ: Environ) -> dict[str, object]:
        """A copy of the environ with the client's own address and scheme, and no header about them."""
        clean = {key: value for key, value in environ.items() if key not in _ABOUT_THE_CLIENT}
        if not self.networks or not self._trusts(text_of(environ, "REMOTE_ADDR")):
            if "HTTP_X_FORWARDED_FOR" in environ:
                clean[UNBELIEVED] = text_of(environ, "REMOTE_ADDR")
            return clean
        for hop in reversed(text_of(environ, "HTTP_X_FORWARDED_FOR").split(",")):
            address = hop.strip()
            if not _is_address(address):
                break
            clean["REMOTE_ADDR"] = address
            if not self._trusts(address):
                break
        scheme = text_of(environ, "HTTP_X_FORWARDED_PROTO").strip().lower()
        if scheme in {"http", "https"}:
            clean["wsgi.url_scheme"] = scheme
        host = text_of(environ, "HTTP_X_FORWARDED_HOST").strip()
        if host:
            clean["HTTP_HOST"] = host
        return clean

    def _trusts(self, address: str) -> bool:
        if not _is_address(address):
            return False
        parsed = ipaddress.ip_address(address)
        return any(parsed in network for network in self.networks)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
