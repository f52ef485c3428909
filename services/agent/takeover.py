"""Who answers now, a person of the business or we? Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.messages.conversation import ChoiceContent, EchoContent, MessageReceived


@dataclass(frozen=True, slots=True)
class Takeover:
    """What a message changes: a person of the business answers `until` then (aware), or no longer (`over`)."""

    until: datetime | None = None
    over: bool = False


def takeover(message: MessageReceived, hours: float) -> Takeover:
    """What this message changes about who answers; a takeover lasts `hours` from what the person wrote."""
    match message.content:
        case EchoContent():
            return Takeover(until=message.sent_at + timedelta(hours=hours))
        case ChoiceContent():
            return Takeover(over=True)  # the buttons are ours, so is their answer
        case _:
            return Takeover()


def is_theirs(message: MessageReceived, human_until: datetime | None) -> bool:
    """Whether a person of the business answers this message, who has taken over until then.

    By the time it was written, so that a message that waited through a failure is judged as it was meant.
    """
    if human_until is None or isinstance(message.content, ChoiceContent):
        return False
    return message.sent_at < human_until
