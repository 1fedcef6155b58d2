"""Preconditions of HTTP: entity tags, their lists, and when a copy is still good."""

import re
from datetime import UTC, datetime
from typing import Final

_TAG: Final = re.compile(r'\s*,?\s*((?:W/)?"[\x21\x23-\x7e\x80-\xff]*"|\*)')


def entity_tags(header: str) -> tuple[str, ...]:
    """The tags of an `If-Match` or `If-None-Match` header, or `("*",)`; junk gives none."""
    tags: list[str] = []
    position = 0
    while match := _TAG.match(header, position):
        tags.append(match[1])
        position = match.end()
    return tuple(tags)


def strong_match(header: str, etag: str) -> bool:
    """Whether `If-Match` holds for an existing resource; weak tags never match (RFC 9110 section 13.1.1)."""
    tags = entity_tags(header)
    return "*" in tags or etag in tags


def weak_match(header: str, etag: str) -> bool:
    """Whether `If-None-Match` names this tag, weakly compared (RFC 9110 section 13.1.2)."""
    tags = entity_tags(header)
    return "*" in tags or etag in (tag.removeprefix("W/") for tag in tags)


def without_weakness(header: str) -> str:
    """The tags of an `If-None-Match` for somebody who compares them letter by letter."""
    return ", ".join(tag.removeprefix("W/") for tag in entity_tags(header))


def is_unmodified(header: str, modified: int) -> bool:
    """Whether nothing changed since `If-Modified-Since` (RFC 9110 section 13.1.3).

    Args:
        modified: UTC microseconds.
    """
    from email.utils import parsedate_to_datetime  # few clients ask so

    try:
        since = parsedate_to_datetime(header)
    except ValueError:
        return False
    if since.tzinfo is None:
        since = since.replace(tzinfo=UTC)
    return datetime.fromtimestamp(modified // 1_000_000, UTC) <= since
