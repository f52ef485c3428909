"""When is a person of the business called to a conversation? Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart

from shared import ids

Why = Literal["asked", "stuck", "complaint", "other", "rule", "by_hand", "operator"]
"""The customer asked; the agent was stuck; it had a complaint or something else to pass on; a rule of the installation; a
person wrote by hand in the channel's app, or by `usher conversation reply`."""

NOTE = 500
"""Characters of a note, at most."""


@dataclass(frozen=True, slots=True)
class Handoff:
    """A person of the business is called, or has taken over, until then (aware). `note`: what it is about.

    `language` (BCP 47): the business's, in which its operators are told.
    """

    handoff_id: UUID
    why: Why
    began_at: datetime
    until: datetime
    note: str | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Rules:
    """When to call somebody: after so many answers in a row that were of no help (0: never), or at one of these words.

    `hours`: how long the agent is silent then, unless the conversation is given back before.
    """

    stuck: int = 2
    words: tuple[str, ...] = ()
    hours: float = 12.0

    @classmethod
    def of(cls, stuck: int, words: str, hours: float = 12.0) -> Rules:
        """The rules as settings write them: words separated by commas."""
        return cls(stuck, words_of(words), hours)


def words_of(words: str) -> tuple[str, ...]:
    """Words separated by commas, ready to be looked for."""
    return tuple(word.strip().casefold() for word in words.split(",") if word.strip())


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody is to be called, and why."""

    why: Why
    note: str | None = None


def at_words(said: str, rules: Rules) -> Call | None:
    """Whether one of the rules' words (whole, in any case) is in what the customer said."""
    text = said.casefold()
    for word in rules.words:
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text):
            return Call("rule", f"said “{word}”")
    return None


def when_stuck(stuck_now: bool, history: Sequence[ModelMessage], rules: Rules) -> Call | None:
    """Whether this answer is one too many in a row that was of no help."""
    if not stuck_now or rules.stuck < 1:
        return None
    if stuck_before(history) + 1 < rules.stuck:
        return None
    return Call("stuck", f"no help {rules.stuck} times in a row" if rules.stuck > 1 else "could not help")


def stuck_before(history: Sequence[ModelMessage]) -> int:
    """How many of the last answers in a row were of no help. What others sent in between does not count as one."""
    count = 0
    for message in reversed(history):
        if not isinstance(message, ModelResponse):
            continue
        answer = _stuck(message)
        if answer is None:
            continue
        if not answer:
            return count
        count += 1
    return count


_REPLY_TOOL = "reply"
APOLOGY = "apology"
"""The metadata of an answer that says that we cannot answer."""


def _stuck(response: ModelResponse) -> bool | None:
    """Whether this answer was of no help; None when it is none (a tool's call, what somebody else sent)."""
    metadata = response.metadata or {}
    if metadata.get("from"):
        return None
    for part in response.parts:
        if isinstance(part, ToolCallPart) and part.tool_name == _REPLY_TOOL:
            try:
                return bool(part.args_as_dict().get("stuck"))
            except ValueError:
                return False
        if isinstance(part, TextPart):
            return bool(metadata.get(APOLOGY))
    return None


def handoff_id(message_id: UUID, why: str) -> UUID:
    """The id of the call that a message brought about: the same however often its turn is run."""
    return ids.derive("handoff", message_id, why)
