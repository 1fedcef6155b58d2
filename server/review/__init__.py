"""The pages under /app/: what a household decides, in plain words, without JavaScript."""

from server.review.application import create_pages

__all__ = ["create_pages"]
