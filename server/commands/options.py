"""Kinds of words that several commands take."""

import click

LEVELS = ("none", "name", "all")
LEVEL = click.Choice(LEVELS)
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
