"""The scripted conversations of `make demo SCRIPT=1`: what each customer does, and exactly what they must get back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ANY = "any"
VOICES = Path(__file__).parents[1] / "voices"


@dataclass(frozen=True)
class Expected:
    """One message to the customer: its kind, a pattern its text must match, and whether something can be tapped."""

    kind: str  # text, interactive, document, or ANY
    pattern: str
    choices: bool = False

    def problem(self, kind: str, text: str, choices: int) -> str | None:
        """Why a message is not the expected one, or None when it is."""
        if self.kind not in (ANY, kind):
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
        "em português: reservar e mudar para o dia seguinte",
        "yoga-lisboa",
        "351910000110",
        "Joana Dias",
        (
            Step(say="Olá! Queria ioga daqui a dois dias às 19h", answers=(offer(r"yoga.*19:00.*€.*\?"),)),
            Step(
                say="sim, pode ser",
                answers=(
                    Expected("text", r"Reserva confirmada.*Referência"),
                    Expected("document", r"recibo"),
                ),
            ),
            Step(say="posso mudar para o dia seguinte?", answers=(offer(r"19:00.*\?"),)),
            Step(say="sim", answers=(Expected("text", r"A sua reserva mudou"),)),
        ),
    ),
    Story(
        "auf Deutsch: ein Termin, doch nicht",
        "salon-new-york",
        "4915100000111",
        "Karl Weber",
        (
            Step(
                say="Haben Sie morgen um 11 Uhr einen Haarschnitt frei?", answers=(offer(r"11:00.*\$.*\?"),)
            ),
            Step(
                tap="book:",
                answers=(Expected("text", r"Buchung ist bestätigt"), Expected("document", r"beleg")),
            ),
            Step(say="Ich kann leider doch nicht kommen", answers=(offer(r"\?"),)),
            Step(tap="cancel:", answers=(Expected("text", r"storniert"),)),
        ),
        bookings=0,
    ),
    Story(
        "a full class: waiting for a place",
        "yoga-lisboa",
        "447700900112",
        "Lena Frost",
        (
            Step(say="private yoga tomorrow", answers=(FULL,)),
            Step(say="put me on the waitlist", answers=(Expected("text", r"waitlist|waiting"),)),
        ),
        bookings=0,
    ),
    Story(
        "what a visitor asks: prices, the teacher, a recommendation, a person",
        "yoga-lisboa",
        "447700900113",
        "Mia Stone",
        (
            Step(
                say="how much is vinyasa yoga, and where are you?",
                answers=(Expected(ANY, r"€15.*Rua da Rosa"),),
            ),
            Step(say="who is Ana?", answers=(Expected(ANY, r"Ana Ribeiro"),)),
            Step(say="what would you recommend?", answers=(offer(r"€"),)),
            Step(
                say="I'd like to talk to a human", answers=(Expected(ANY, r"person|someone|team|colleague"),)
            ),
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
