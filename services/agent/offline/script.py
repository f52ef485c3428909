"""How does a turn of several steps stay a pure function? As a script that is played again from its first line.

A script asks for tool calls and is sent their results; whoever plays it looks the results up in the history.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from services.agent.offline.history import Json, ToolUse
from services.agent.reply import MAX_CHOICES, Reply

Results: TypeAlias = "tuple[Json | None, ...]"
Calls: TypeAlias = "tuple[Call, ...]"
Script: TypeAlias = Generator[Calls, Results, Reply]
"""What is said in the end; on the way it yields calls that run together and is sent a result for each (None: lost)."""


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call."""

    tool: str
    args: Json = field(default_factory=dict)


def ask(tool: str, **args: object) -> Generator[Calls, Results, Json | None]:
    """One call; arguments that are None are left out. The result, None when the tool failed."""
    (result,) = yield (Call(tool, {key: value for key, value in args.items() if value is not None}),)
    return result


def say(reply: Reply) -> Script:
    """A script that only says something."""
    yield from ()
    return reply


def together(scripts: Sequence[Script]) -> Generator[Calls, Results, list[Reply]]:
    """Several scripts at the same time, what they ask for as one round; their replies in order."""
    replies: dict[int, Reply] = {}
    asked: dict[int, Calls] = {}

    def step(n: int, results: Results | None) -> None:
        try:
            asked[n] = next(scripts[n]) if results is None else scripts[n].send(results)
        except StopIteration as stop:
            asked.pop(n, None)
            replies[n] = stop.value

    for n in range(len(scripts)):
        step(n, None)
    while asked:
        order = sorted(asked)
        results = yield tuple(call for n in order for call in asked[n])
        at = 0
        for n in order:
            size = len(asked[n])
            step(n, results[at : at + size])
            at += size
    return [replies[n] for n in sorted(replies)]


def joined(scripts: Sequence[Script]) -> Script:
    """Several scripts as one reply, in their order."""
    replies = yield from together(scripts)
    spoken = [reply for reply in replies if not reply.silent]
    choices = [choice for reply in spoken for choice in reply.choices]
    text = "\n\n".join(reply.text for reply in spoken)
    return Reply(
        text=text, choices=choices[:MAX_CHOICES], stuck=bool(spoken) and all(r.stuck for r in spoken)
    )


def play(script: Script, done: Sequence[ToolUse]) -> tuple[Call, ...] | Reply:
    """The first calls of the script that have not been made yet, or its reply when all have.

    A call that somebody else has made in this turn (a language model that then failed) is found as well.
    """
    left = list(done)
    try:
        calls = next(script)
        while True:
            found = [_taken(call, left) for call in calls]
            missing = tuple(call for call, use in zip(calls, found, strict=True) if use is None)
            if missing:
                return missing
            calls = script.send(tuple(use.result if use else None for use in found))
    except StopIteration as stop:
        reply: Reply = stop.value
        return reply


def _taken(call: Call, left: list[ToolUse]) -> ToolUse | None:
    for at, use in enumerate(left):
        if use.name == call.tool and use.args == call.args:
            return left.pop(at)
    return None
