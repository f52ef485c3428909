"""How does the offline model take over a turn that a language model began? It sees the turn without the other's steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelRequestPart,
    ModelResponse,
    RetryFeedbackPart,
    TextContent,
    ToolReturnPart,
    UserPromptPart,
)

from services.agent.known import NOTE
from services.agent.models.names import OFFLINE
from services.agent.reply import Reply
from services.agent.tools import TOOLS

WRITING: Final = frozenset(spec.name for spec in TOOLS if spec.writes)
REPEATABLE: Final = frozenset({"set_preference"})
"""Writing them twice is as writing them once."""
CONFIRMED: Final = frozenset({"book", "cancel", "reschedule"})
"""Done, they are confirmed by the notifier: there is nothing to say."""

MOST_MISFITS: Final = 2
"""How often a model is told so in a turn; pydantic-ai gives up at the next one, and the customer would get no answer."""

_DONE: Final = {
    "en": "That is done.",
    "es": "Ya está hecho.",
    "pt": "Já está feito.",
    "fr": "C’est fait.",
    "de": "Das ist erledigt.",
    "it": "Fatto.",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A tool that did what it writes, and what it answered."""

    tool: str
    answer: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Handover:
    """The messages as the offline model may read them, and how far the turn is.

    `written` is what was done last: then nothing may be planned anew (it could be done twice), only told. `begun`: the
    offline model answered an earlier request of this turn, so it goes on. `confused`: the model was told `MOST_MISFITS`
    times that the same call, or its reply, does not fit.
    """

    messages: list[ModelMessage]
    written: Written | None
    begun: bool
    confused: bool


def handover(messages: Sequence[ModelMessage]) -> Handover:
    """Leave out, from the last words of the customer on, what other models called and were answered.

    Their calls mean nothing to the offline model, which finds its own results by their order.
    """
    messages = [m for message in messages if (m := _without_notes(message)) is not None]
    start = turn_start(messages)
    kept = list(messages[:start])
    ours: set[str] = set()
    written: Written | None = None
    begun = False
    misfits: Counter[str] = Counter()
    for message in messages[start:]:
        if isinstance(message, ModelResponse):
            if message.model_name == OFFLINE:
                begun = True
                ours |= {call.tool_call_id for call in message.tool_calls}
                kept.append(message)
            continue
        parts = [part for part in message.parts if _is_for(part, ours)]
        written = _written([part for part in message.parts if part not in parts]) or written
        misfits.update(_misfits(message.parts))
        if parts:
            kept.append(message if len(parts) == len(message.parts) else replace(message, parts=parts))
    return Handover(kept, written, begun, any(count >= MOST_MISFITS for count in misfits.values()))


def turn_start(messages: Sequence[ModelMessage]) -> int:
    """Where the customer's last words are."""
    for place in range(len(messages) - 1, -1, -1):
        message = messages[place]
        if isinstance(message, ModelRequest) and any(isinstance(p, UserPromptPart) for p in message.parts):
            return place
    return 0


def _without_notes(message: ModelMessage) -> ModelMessage | None:
    """The message without what language models are told of the customer; None when nothing is left.

    Our own model is told by its facts. pydantic-ai makes one request of a note and the words that follow it.
    """
    if not isinstance(message, ModelRequest) or not any(_is_note(part) for part in message.parts):
        return message
    parts = [part for part in message.parts if not _is_note(part)]
    return replace(message, parts=parts) if parts else None


def _is_note(part: ModelRequestPart) -> bool:
    return (
        isinstance(part, UserPromptPart)
        and not isinstance(part.content, str)
        and any(
            isinstance(item, TextContent) and isinstance(item.metadata, Mapping) and NOTE in item.metadata
            for item in part.content
        )
    )


def _is_for(part: ModelRequestPart, ours: set[str]) -> bool:
    if isinstance(part, ToolReturnPart):
        return part.tool_call_id in ours
    return not isinstance(part, RetryFeedbackPart)


def _misfits(parts: Sequence[ModelRequestPart]) -> Iterator[str]:
    """The names of the calls that did not fit; a reply without a call has none."""
    for part in parts:
        if isinstance(part, ToolReturnPart) and part.outcome == "retried":
            yield part.tool_name
        elif isinstance(part, RetryFeedbackPart):
            yield ""


def told(written: Written, language: str) -> Reply:
    """What is left to say about what was done; nothing where a confirmation comes by itself."""
    if written.tool in CONFIRMED or (written.tool == "answer_offer" and "booking" in written.answer):
        return Reply()
    entry = written.answer.get("entry")
    line = entry.get("line") if isinstance(entry, Mapping) else None
    done = _DONE.get(language.lower().split("-")[0], _DONE["en"])
    return Reply(text=f"{done} {line}" if line else done)


def _written(parts: Sequence[ModelRequestPart]) -> Written | None:
    """The last of these results that says that something was done. What was refused may be tried anew."""
    for part in reversed(parts):
        if (
            isinstance(part, ToolReturnPart)
            and part.tool_name in WRITING - REPEATABLE
            and isinstance(part.content, Mapping)
            and part.content.get("status") in ("done", "sent", "coming")
        ):
            return Written(part.tool_name, part.content)
    return None
