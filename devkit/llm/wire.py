"""What is the same in every wire format: requests that do not fit, ids, and calls that must have their results."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from devkit.llm.steps import Provider, Step

Json = dict[str, Any]
"""JSON of a request or an answer; Any, because providers' shapes are theirs."""

_numbers = itertools.count(1)


class Misfit(Exception):
    """A request that the provider refuses with 400; the text says why."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it came: `said` are the texts of the last user message, `tools` the names of those offered."""

    provider: Provider
    api: str
    model: str
    tools: tuple[str, ...]
    said: str
    results: tuple[str, ...] = field(default=())
    body: Json = field(default_factory=dict)


class Format(Protocol):
    """One wire format."""

    api: str

    def read(self, provider: Provider, body: Json) -> Seen:
        """The request. Raises `Misfit` where the provider answers 400."""

    def answer(self, step: Step, seen: Seen) -> Json:
        """The answer of a step."""

    def error(self, status: int, code: str | None, message: str) -> Json:
        """An error."""


def new_id(prefix: str) -> str:
    """An id that no other answer has."""
    return f"{prefix}{next(_numbers):08d}"


def paired(calls: Sequence[str], results: Iterable[str]) -> None:
    """Every call of a message has its result in what follows. Raises `Misfit`."""
    found = set(results)
    if missing := [call for call in calls if call not in found]:
        raise Misfit(f"tool calls without results right after them: {', '.join(missing)}")
    if strangers := found - set(calls):
        raise Misfit(f"results of no tool call before them: {', '.join(sorted(strangers))}")


def need(body: Json, *names: str) -> None:
    """These fields are there. Raises `Misfit`."""
    for name in names:
        if body.get(name) in (None, [], ""):
            raise Misfit(f"{name}: field required")
