"""Kinds of words that several commands take."""

import click

LEVELS = ("none", "name", "all")
LEVEL = click.Choice(LEVELS)
_PORT_MOST = 65535
ROLE = click.Choice(["adult", "child", "guest"])


class Region(click.ParamType[str]):
    """A region whose rules read phone numbers without a country code, such as DE."""

    name = "region"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Accept two letters in either case."""
        from server.contacts.values import is_region

        if not is_region(value.upper()):
            self.fail(f"{value!r} is no region; give two letters such as DE, FR or US", param, ctx)
        return value.upper()


REGION = Region()


class Port(click.ParamType[int]):
    """A port on which a server listens; 0 is any free one."""

    name = "port"

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Accept what a port can be."""
        text = str(value)
        if not (text.isascii() and text.isdigit() and int(text[:6]) <= _PORT_MOST):
            self.fail(f"{text!r} is no port; give a number from 1 to {_PORT_MOST}", param, ctx)
        return int(text)


PORT_NUMBER = Port()
