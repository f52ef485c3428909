"""What is to be known of turns that are too old to be shown? In short: what was done, told and preferred. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextContent,
    TextPart,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)

from services.agent.memory import Turn

TOKENS = 300
"""The most that a summary may have: tokens, of which a character is a quarter at most in the languages that we speak."""
CHARACTERS = 4 * TOKENS
_LINE = 160
_REPLY = "reply"
_DONE = "done"
_ABOUT = ("booking", "entry", "session", "preference")


def shorten(text: str, limit: int = CHARACTERS) -> str:
    """The last lines of `text` that are `limit` characters at most: what was last is needed first."""
    kept: list[str] = []
    left = limit
    for line in reversed([line.rstrip() for line in text.splitlines() if line.strip()]):
        line = line[:_LINE] if len(line) > limit else line
        if len(line) + 1 > left:
            break
        kept.append(line)
        left -= len(line) + 1
    return "\n".join(reversed(kept))


def in_short(before: str | None, turns: Sequence[Turn]) -> str:
    """The summary after these turns (oldest first), given the one before them: what was done and told, a line each."""
    lines = (before or "").splitlines()
    for turn in turns:
        for line in (*_done(turn), *_told(turn)):
            if line not in lines:
                lines.append(line)
    return shorten("\n".join(lines))


def transcript(turns: Sequence[Turn]) -> str:
    """The turns as a model reads them to write a summary: who said what, and what tools did."""
    lines = []
    for message in (message for turn in turns for message in turn):
        lines += [line for part in message.parts if (line := _spoken(message, part))]
    return "\n".join([*lines, *(line for turn in turns for line in _done(turn))])


def _done(turn: Turn) -> Iterator[str]:
    """What tools changed: `book: Vinyasa Yoga, Mon 23 Nov 19:00–20:00 with Ana`."""
    for message in turn:
        for part in message.parts:
            content: object = part.content if isinstance(part, ToolReturnPart) else None
            if (
                isinstance(part, ToolReturnPart)
                and isinstance(content, dict)
                and content.get("status") == _DONE
            ):
                yield _cut(f"{part.tool_name}: {_about(content)}".rstrip(": "))


def _about(content: dict[str, object]) -> str:
    for name in _ABOUT:
        thing = content.get(name)
        if isinstance(thing, dict) and isinstance(thing.get("line"), str):
            return str(thing["line"])
    return ", ".join(str(value) for key, value in content.items() if key in ("key", "value", "line"))


def _told(turn: Turn) -> Iterator[str]:
    """What others told the customer: the purpose and the first words."""
    for message in turn:
        sent_for = (message.metadata or {}).get("from") if isinstance(message, ModelResponse) else None
        if sent_for:
            yield _cut(f"{sent_for}: {_answer(message)}")


def _spoken(message: ModelMessage, part: object) -> str:
    if isinstance(part, UserPromptPart) and isinstance(message, ModelRequest):
        return f"Customer: {_words(message)}"
    if isinstance(part, TextPart) or (isinstance(part, ToolCallPart) and part.tool_name == _REPLY):
        return f"Business: {_answer(message)}" if isinstance(message, ModelResponse) else ""
    return ""


def _words(message: ModelRequest) -> str:
    found = []
    for part in message.parts:
        if isinstance(part, UserPromptPart):
            content = [part.content] if isinstance(part.content, str) else part.content
            found += [
                c.content if isinstance(c, TextContent) else c
                for c in content
                if isinstance(c, str | TextContent)
            ]
    return " ".join(found)


def _answer(message: ModelMessage) -> str:
    for part in message.parts:
        if isinstance(part, TextPart):
            return part.content
        if isinstance(part, ToolCallPart) and part.tool_name == _REPLY:
            try:
                return str(part.args_as_dict().get("text", ""))
            except ValueError:
                return ""
    return ""


def _cut(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= _LINE else line[: _LINE - 1] + "…"
