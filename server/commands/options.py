"""Kinds of words that several commands take."""

import re

import click

LEVELS = ("none", "name", "all")
LEVEL = click.Choice(LEVELS)
ROLE = click.Choice(["adult", "child", "guest"])


class Region(click.ParamType[str]):
    """A region whose rules read phone numbers without a country code, such as DE."""

    name = "region"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Accept two letters in either case."""
        if not re.fullmatch(r"[A-Za-z]{2}", value):
            self.fail(f"{value!r} is no region; give two letters such as DE, FR or US", param, ctx)
        return value.upper()


REGION = Region()
