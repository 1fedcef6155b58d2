"""Signing in to Radicale with the password of a device.

`get_external_login` is the only call of a plugin that sees the whole request:
so it also fills the request context, and takes the body of a PUT out of
vobject's reach once the password is checked. The storage stores that body;
Radicale reads a small card in its place.
"""

import io
from typing import Any, Final, TypeAlias, cast

from radicale import config, types
from radicale.auth import AuthContext, BaseAuth

from plugins.asking import asking, database_of, signed_in_as
from server.context import Request, begin
from server.protocol.exchange import DEVICE_KEY, REQUEST_KEY
from server.protocol.login import signed_in
from server.store.devices import Device

STAND_IN_UID: Final = "hearthbook-stand-in"
STAND_IN: Final = (
    f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:-\r\nN:-;;;;\r\nUID:{STAND_IN_UID}\r\nEND:VCARD\r\n"
).encode()


Environ: TypeAlias = dict[str, Any]
"""WSGI's environ, which this plugin changes; its values are of many types (PEP 3333)."""


class Auth(BaseAuth):
    """Knows members by their devices; a revoked device is nobody from its next request on."""

    def __init__(self, configuration: config.Configuration) -> None:
        super().__init__(configuration)
        self._database = database_of(configuration, "auth")
        self._most = int(configuration.get("server", "max_content_length"))

    def get_external_login(self, environ: types.WSGIEnviron) -> tuple[()] | tuple[str, str]:
        """The member behind a request; nothing where the password is wrong, so that Radicale asks for one."""
        request, device = environ.get(REQUEST_KEY), environ.get(DEVICE_KEY)
        if isinstance(request, Request) and isinstance(device, Device):
            signed_in_as(device, is_stock=False)
            return device.member, ""
        signed_in_as(None, is_stock=True)
        begin(Request())
        changed = cast("Environ", environ)
        # Radicale answers 500 to a header that it cannot take apart.
        device = signed_in(self._database, changed.pop("HTTP_AUTHORIZATION", ""))
        if device is None:
            return ()
        signed_in_as(device, is_stock=True)
        begin(self._request(changed, device))
        return device.member, ""

    def _login_ext_with_groups(
        self, login: str, password: str, context: AuthContext
    ) -> tuple[str, set[str]]:
        """The member that `get_external_login` found; no other login is known."""
        device = asking()
        if device is None or device.member != login:
            return "", set()
        return login, set()

    def _request(self, environ: Environ, device: Device) -> Request:
        """The context of a request on the stock command, the body of a PUT inside."""
        return Request(
            method=environ.get("REQUEST_METHOD", ""),
            path=environ.get("PATH_INFO", ""),
            user_agent=environ.get("HTTP_USER_AGENT", ""),
            address=environ.get("REMOTE_ADDR", ""),
            if_match=environ.get("HTTP_IF_MATCH", ""),
            if_none_match=environ.get("HTTP_IF_NONE_MATCH", ""),
            body=self._taken_body(environ),
            member=device.member,
            device=device.id,
        )

    def _taken_body(self, environ: Environ) -> bytes | None:
        """The body of a PUT; the stand-in is left in its place.

        A body that is too large, or not of the stated length, is not read: then
        Radicale finds none and refuses the request.
        """
        if environ.get("REQUEST_METHOD", "") != "PUT":
            return None
        stated = environ.get("CONTENT_LENGTH") or "0"
        length = int(stated) if stated.isascii() and stated.isdigit() else -1
        stream = environ["wsgi.input"]
        environ["wsgi.input"] = io.BytesIO()
        if not 0 < length <= self._most:
            return None
        body: bytes = stream.read(length)
        if len(body) < length:
            return None
        environ["wsgi.input"] = io.BytesIO(STAND_IN)
        environ["CONTENT_LENGTH"] = str(len(STAND_IN))
        environ["CONTENT_TYPE"] = "text/vcard; charset=utf-8"
        return body
