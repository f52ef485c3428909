"""What does a script know? The conversation, the message or the part of it that it answers, and the business."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.agent.facts import Facts
from services.agent.language import Understanding
from services.agent.offline.hearing import Heard, listen
from services.agent.offline.history import Exchange
from services.agent.offline.texts import Words


@dataclass(frozen=True, slots=True)
class Scene:
    """The message `heard` after what was said before (`past`, oldest first)."""

    past: Sequence[Exchange]
    heard: Heard
    facts: Facts

    @property
    def said(self) -> Understanding:
        """What the message says."""
        return self.heard.said

    @property
    def words(self) -> Words:
        """The words to answer with."""
        return self.heard.words

    def part(self, text: str) -> Scene:
        """The same for a part of the message, in the same language."""
        return replace(self, heard=listen(text, self.facts, self.said.language))

    def prefers(self, key: str) -> str | None:
        """What the customer has told us they like."""
        return dict(self.facts.preferences).get(key)
