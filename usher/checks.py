"""What is one finding of `usher doctor`? A state, what was found, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """`ok`; `note`: works, but know this; `problem`: something needed does not work."""

    ok = "ok"
    note = "note"
    problem = "problem"


@dataclass(frozen=True)
class Check:
    """One line of the report. `advice` says what to do, empty when there is nothing to do."""

    name: str
    state: State
    detail: str
    advice: str = ""


def ok(name: str, detail: str) -> Check:
    """All is well."""
    return Check(name, State.ok, detail)


def note(name: str, detail: str, advice: str) -> Check:
    """Works, with a limit."""
    return Check(name, State.note, detail, advice)


def problem(name: str, detail: str, advice: str) -> Check:
    """Needed, and does not work."""
    return Check(name, State.problem, detail, advice)
