"""The scripted conversations of `make demo SCRIPT=1`: what each customer does, and exactly what they must get back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

VOICES = Path(__file__).parents[1] / "voices"


@dataclass(frozen=True)
class Expected:
    """One message to the customer: its kind, a pattern its text must match, and whether something can be tapped."""

    kind: str  # text, interactive, document
    pattern: str
    choices: bool = False

    def problem(self, kind: str, text: str, choices: int) -> str | None:
        """Why a message is not the expected one, or None when it is."""
        if kind != self.kind:
            return f"expected a {self.kind} message, got {kind}: {text!r}"
        if not re.search(self.pattern, text, re.IGNORECASE | re.DOTALL):
            return f"expected text like /{self.pattern}/, got {text!r}"
        if self.choices and not choices:
            return f"expected something to tap in {text!r}"
        return None


@dataclass(frozen=True)
class Step:
    """The customer does one thing (`say` words, `tap` a choice by title or id, `voice` a file) and gets `answers`."""

    answers: tuple[Expected, ...]
    say: str | None = None
    tap: str | None = None
    voice: str | None = None

    @property
    def shown(self) -> str:
        """The step in a transcript."""
        if self.say is not None:
            return self.say
        return f"[taps] {self.tap}" if self.tap else f"[voice note] {self.voice}"


@dataclass(frozen=True)
class Story:
    """One customer's conversation with one tenant; `bookings` confirmed places they must hold afterwards.

    `customer` is who they are on the channel (a visitor of the web chat is told by the gateway).
    """

    title: str
    tenant: str  # slug
    customer: str
    name: str
    steps: Sequence[Step]
    bookings: int = field(default=1)
    channel: str = "whatsapp"


OFFER = Expected("interactive", r"€|\$.*\?", choices=True)
CONFIRMATION = Expected("text", r"booked.*reference", choices=False)
RECEIPT = Expected("document", r"receipt")
FULL = Expected("interactive", r"full|no (more )?(space|room|spots?|places?)", choices=True)
HELP = Expected("interactive", r"book", choices=True)


def offer(pattern: str) -> Expected:
    """A found session (or several), with price and spots left, and a question to tap an answer to."""
    return Expected("interactive", pattern, choices=True)


STORIES: tuple[Story, ...] = (
    Story(
        "text: yoga tomorrow at 7pm",
        "yoga-lisboa",
        "351910000101",
        "Ana Martins",
        (
            Step(say="I want yoga tomorrow at 7pm", answers=(offer(r"yoga.*19:00.*€.*spots? left.*\?"),)),
            Step(say="yes please", answers=(CONFIRMATION, RECEIPT)),
            Step(say="my bookings", answers=(Expected("text", r"yoga.*19:00"),)),
        ),
    ),
    Story(
        "button: a haircut in New York",
        "salon-new-york",
        "14155550102",
        "Chloe Park",
        (
            Step(
                say="Hi! Can I get a haircut tomorrow at 10am?", answers=(offer(r"haircut.*10:00.*\$.*\?"),)
            ),
            Step(tap="book:", answers=(CONFIRMATION, RECEIPT)),
        ),
    ),
    Story(
        "voice note: yoga tomorrow at seven",
        "yoga-lisboa",
        "351910000103",
        "Bruno Costa",
        (
            Step(voice="yoga-tomorrow-at-seven.ogg", answers=(offer(r"yoga.*19:00.*€.*\?"),)),
            Step(voice="yes-please.ogg", answers=(CONFIRMATION, RECEIPT)),
        ),
    ),
    Story(
        "the last place of a small class",
        "yoga-lisboa",
        "447700900104",
        "Dev Patel",
        (
            Step(say="private yoga tomorrow", answers=(offer(r"private.*1 spot left.*\?"),)),
            Step(say="yes", answers=(CONFIRMATION, RECEIPT)),
        ),
    ),
    Story(
        "a full class: the next step is offered",
        "yoga-lisboa",
        "447700900105",
        "Eve Adams",
        (Step(say="private yoga tomorrow", answers=(FULL,)),),
        bookings=0,
    ),
    Story(
        "an unknown request",
        "yoga-lisboa",
        "351910000106",
        "Filipa Reis",
        (Step(say="what is the weather like on Mars", answers=(HELP,)),),
        bookings=0,
    ),
    Story(
        "cancelled again",
        "yoga-lisboa",
        "351910000107",
        "Gil Nunes",
        (
            Step(say="book pilates the day after tomorrow", answers=(offer(r"pilates.*€.*\?"),)),
            Step(tap="book:", answers=(CONFIRMATION, RECEIPT)),
            Step(say="cancel my booking", answers=(Expected("interactive", r"pilates.*\?", choices=True),)),
            Step(tap="cancel:", answers=(Expected("text", r"cancelled.*pilates"),)),
        ),
        bookings=0,
    ),
    Story(
        "Telegram: a button below the message",
        "yoga-lisboa",
        "7000108",
        "Hugo Lima",
        (
            Step(say="I want yoga in two days at 7pm", answers=(offer(r"yoga.*19:00.*€.*spots? left.*\?"),)),
            Step(tap="book:", answers=(CONFIRMATION, RECEIPT)),
        ),
        channel="telegram",
    ),
    Story(
        "SMS: the number of a line",
        "yoga-lisboa",
        "+351910000109",
        "Iris Melo",
        (
            Step(
                say="I want yoga in two days at 7pm",
                answers=(Expected("text", r"yoga.*19:00.*€.*\?\n1\. ", choices=True),),
            ),
            Step(say="1", answers=(CONFIRMATION, Expected("text", r"receipt.*\.pdf"))),
        ),
        channel="twilio_sms",
    ),
    Story(
        "web chat: a visitor of the studio's page",
        "yoga-lisboa",
        "visitor",
        "a visitor",
        (
            Step(say="I want yoga in two days at 7pm", answers=(offer(r"yoga.*19:00.*€.*spots? left.*\?"),)),
            Step(tap="book:", answers=(CONFIRMATION, RECEIPT)),
        ),
        channel="webchat",
    ),
)
