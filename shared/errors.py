"""Errors that cross module borders, and what a log may say of any. A class's docstring is its default message."""

from __future__ import annotations

import traceback


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


_CAUSES = 4
_FRAMES = 3


def outline(error: BaseException) -> str:
    """One line for a log: kinds along the chain of causes, our own errors' sentences, the last places.

    Other libraries' messages are left out: they may quote what customers said (pydantic's do).
    """
    parts: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(parts) < _CAUSES:
        parts.append(_kind(seen))
        seen = seen.__cause__ or seen.__context__
    places = [f"{f.name}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)[-_FRAMES:]]
    return f"{' <- '.join(parts)} at {' > '.join(places) or '-'}"


def _kind(error: BaseException) -> str:
    name = type(error).__name__
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return f"{name} {status}"
    return f"{name}: {error}" if isinstance(error, UsherError) else name
