"""Errors that cross module borders. A class's docstring is its default message."""

from __future__ import annotations


class UsherError(Exception):
    """Something went wrong in Usher."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class Transient(UsherError):
    """A server or another service did not answer; the same thing may work again in a moment."""


class Unanswered(Transient):
    """Nobody answered in time."""


class Poison(UsherError):
    """This message can never be handled; it belongs into the dead letters."""
