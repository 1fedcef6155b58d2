"""Names for the strings that CardDAV passes around, so that they are not mixed up."""

from typing import NewType

Href = NewType("Href", str)
"""The last path segment of an address object resource, not percent-encoded (RFC 4918 section 8.3)."""

ETag = NewType("ETag", str)
"""A strong entity tag with its quotes (RFC 9110 section 8.8.3)."""

SyncToken = NewType("SyncToken", str)
"""An opaque URI that names one state of a view (RFC 6578 section 3)."""

UID = NewType("UID", str)
"""The value of a card's UID property, unescaped (RFC 6350 section 6.7.6)."""
