"""What did a customer's message say? The one value the whole module produces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from services.agent.language.refused import Refused
from services.agent.language.values import Grain, Open


class Intent(StrEnum):
    """What a customer wants; `other` when nothing was recognised (a bare "tomorrow at 7" answers a question)."""

    BOOK = "book"
    FIND = "find"
    CANCEL = "cancel"
    RESCHEDULE = "reschedule"
    MY_BOOKINGS = "my_bookings"
    AFFIRM = "affirm"
    DENY = "deny"
    GREET = "greet"
    THANKS = "thanks"
    BYE = "bye"
    HELP = "help"
    STAFF_INFO = "staff_info"
    BUSINESS_INFO = "business_info"
    PRICE = "price"
    WAITLIST = "waitlist"
    TALK_TO_HUMAN = "talk_to_human"
    CHOOSE = "choose"
    OTHER = "other"


class Preference(StrEnum):
    """A choice by comparison: "the later one", "the cheapest", "either is fine"."""

    EARLIER = "earlier"
    LATER = "later"
    OTHER = "other"
    CHEAPER = "cheaper"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Understanding:
    """Everything understood in one message; fields are None where it said nothing.

    `start`/`end` are naive local times, `end` exclusive. `service`/`staff` are catalogue ids when a catalogue was
    given, else plain words. See the field comments for what else an agent can use.
    """

    intent: Intent
    language: str
    start: datetime | None = None
    end: datetime | None = None
    grain: Grain | None = None
    open: Open | None = None
    service: str | None = None
    staff: str | None = None
    party_size: int | None = None
    time_only: bool = False  # start/end are a time of day; their date is only its first occurrence from now
    half_day_guessed: bool = (
        False  # "at 7" named no half of the day: the other one, 12 hours off, may be meant
    )
    daily: tuple[time, time] | None = None  # hours within a longer period: "any evening this week"
    also_days: tuple[datetime, ...] = ()  # further days offered: "monday or tuesday"
    shift_days: int | None = None  # relative to the day talked about: "no, the day after" -> 1
    choice: int | None = None  # 1-based pick from a list shown; -1 is the last
    preference: Preference | None = None
    intents: tuple[Intent, ...] = ()  # every intent with a cue, strongest first
    time_words: str | None = None  # the words the time was read from
    then: tuple[
        Understanding, ...
    ] = ()  # what is asked for after this: "cancel thursday and book friday at 9"
    without: tuple[Refused, ...] = ()  # times that are refused: "not the morning"
    score: float = 0.0  # how well the service matched the catalogue, 0..100
