"""How do messages and what they mean travel as JSON lines? The format of `usher understand`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import orjson

from services.agent.language.understand import understand
from services.agent.language.understanding import Understanding

Json = dict[str, str | int | None]


def to_json(understood: Understanding) -> Json:
    """The public shape; local ISO 8601 times, a bare time of day as T19:00, None where nothing was said."""
    return {
        "intent": understood.intent.value,
        "start": _iso(understood.start, time_only=understood.time_only),
        "end": _iso(understood.end, time_only=understood.time_only),
        "grain": understood.grain.value if understood.grain else None,
        "open": understood.open.value if understood.open else None,
        "service": understood.service,
        "staff": understood.staff,
        "party_size": understood.party_size,
        "language": understood.language,
    }


def _iso(at: datetime | None, *, time_only: bool) -> str | None:
    if at is None:
        return None
    return f"T{at:%H:%M}" if time_only else at.isoformat(timespec="minutes")


def answer_lines(lines: Iterable[str], language: str | None = None) -> Iterator[str]:
    """One JSON line per input line, in order; a line that cannot be read gives {"error": what to do}.

    `language` is that of all lines that do not name their own ("lang"); without it, it is detected line by line.
    """
    for line in lines:
        yield orjson.dumps(_answer(line, language)).decode()


def _answer(line: str, language: str | None) -> Json:
    try:
        request = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return {"error": f"not a JSON line ({error}); send one object per line"}
    if not isinstance(request, dict):
        return {"error": 'not an object; send {"text": …, "reference": …}'}
    try:
        return to_json(_understood(request, language))
    except (ValueError, TypeError) as error:
        return {"error": str(error)}


def _understood(request: dict[str, object], language: str | None) -> Understanding:
    """Raises ValueError naming the field that is missing or of the wrong kind."""
    text, reference = _text(request, "text"), _text(request, "reference")
    if text is None or reference is None:
        raise ValueError(
            f"{'text' if text is None else 'reference'} is missing; both text and reference are needed"
        )
    try:
        at = datetime.fromisoformat(reference)
    except ValueError as error:
        raise ValueError(f"reference {reference!r} is no ISO 8601 time such as 2026-03-01T09:00") from error
    return understand(
        text,
        at,
        timezone=_text(request, "timezone"),
        language=_text(request, "lang") or _text(request, "language") or language,
        previous=_text(request, "previous"),
        locale=_text(request, "locale"),
    )


def _text(request: dict[str, object], name: str) -> str | None:
    value = request.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} must be text")
    return value
