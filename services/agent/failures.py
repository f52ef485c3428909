"""What may a log say about an error? Its kind and place: messages of others may quote what customers said."""

from __future__ import annotations

import traceback

from pydantic_ai.exceptions import ModelHTTPError

from shared.errors import UsherError

_FRAMES = 3


def outline(error: BaseException) -> str:
    """One line: kinds along the chain of causes, our own errors' sentences, the last places."""
    parts: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(parts) < 4:
        parts.append(_kind(seen))
        seen = seen.__cause__ or seen.__context__
    places = [f"{f.name}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)[-_FRAMES:]]
    return f"{' <- '.join(parts)} at {' > '.join(places) or '-'}"


def _kind(error: BaseException) -> str:
    name = type(error).__name__
    if isinstance(error, ModelHTTPError):
        return f"{name} {error.status_code}"
    return f"{name}: {error}" if isinstance(error, UsherError) else name
