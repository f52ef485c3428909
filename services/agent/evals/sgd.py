"""How does a model do in the appointment dialogues of Schema-Guided Dialogue? Their customers, our businesses.

The customer's turns are said as they were recorded, to the practice they ended up at. Where our answer differs from the
recorded one, the customer stays who they are: they never say yes to another time than they want, but repeat in their
own words what they had said; and when the record ends before they have it, they ask for it up to four times more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import Any

from pydantic_ai.models import Model

from services.agent.evals.desk import Desk
from services.agent.evals.dialogue import World, WorldService, WorldStaff
from services.agent.evals.player import Played, Said, Talk
from services.agent.offline.history import exchanges
from services.agent.offline.offers import BOOK, Offer, open_offer
from services.agent.reply import Reply

_MORE = 4
_NAMES = frozenset({"stylist_name", "therapist_name", "dentist_name", "doctor_name"})
_SERVICES = {
    "hair": ("Haircut", ("hair", "salon", "stylist", "hair stylist", "hairdresser", "hair salon", "haircut", "barber")),
    "therapist": (
        "Therapy session",
        ("therapist", "therapy", "psychologist", "psychiatrist", "counselor", "family counselor"),
    ),
    "dentist": ("Dentist", ("dentist", "dental", "dental clinic", "checkup", "teeth cleaning")),
    "doctor": (
        "Doctor's visit",
        (
            "doctor", "general practitioner", "dermatologist", "gynecologist", "ophthalmologist", "ent specialist",
            "practitioner", "visit", "physician", "gp",
        ),
    ),
}  # fmt: skip
_AGREES = frozenset({"AFFIRM", "SELECT", "AFFIRM_INTENT"})


@dataclass(frozen=True, slots=True)
class Turn:
    """A recorded turn of the customer; `when` are the words for a date and a time that are in it."""

    text: str
    agrees: bool
    when: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded dialogue as one with a business of ours; `wanted` (local) is what was booked in it, if anything."""

    id: str
    world: World
    turns: tuple[Turn, ...]
    service: str
    wanted: datetime | None

    @property
    def goal(self) -> tuple[str, ...]:
        """The effect that it shall have."""
        return (f"book {self.service} {self.wanted:%Y-%m-%d %H:%M} x1",) if self.wanted else ()


def recorded(row: dict[str, Any]) -> Recorded:
    """A row of `sgd_dialogues*.jsonl`. Times whose booking failed in the record are taken here too."""
    goal = row["goal"]
    name, synonyms = _SERVICES[row["domain"]]
    booked = goal.get("booked")
    calls = [call["parameters"] for call in goal["service_calls"] if call["method"] == "BookAppointment"]
    wanted = _at(booked) if booked else None
    taken = {at for call in calls if (at := _at(call)) is not None and at != wanted}
    names = [value[0] for key, value in goal["final_state"].items() if key in _NAMES]
    practice = next(
        (value for key, value in (booked or {}).items() if key in _NAMES), names[0] if names else "Practice"
    )
    world = World(
        world=row["id"],
        now=datetime.fromisoformat(f"{row['reference_date']}T06:00"),
        business=practice,
        timezone="America/Los_Angeles",
        language="en",
        currency="USD",
        services=(WorldService(name=name, kind="appointment", minutes=15, price=5000, synonyms=synonyms),),
        staff=(WorldStaff(name=practice),),
        opens=7,
        closes=21,
        slot_minutes=15,
        taken=tuple(sorted(taken)),
    )
    return Recorded(row["id"], world, tuple(_turns(row)), name, wanted)


def _at(parameters: dict[str, str]) -> datetime | None:
    day, clock = parameters.get("appointment_date"), parameters.get("appointment_time")
    return datetime.fromisoformat(f"{day}T{clock}") if day and clock else None


def _turns(row: dict[str, Any]) -> Iterator[Turn]:
    for turn in row["turns"]:
        if turn["speaker"] != "USER" or row["service"] not in turn["services"]:
            continue
        acts = [(act[0], act[1], act[2]) for act in turn["acts"]]
        when = {
            slot: value for kind, slot, value in acts if kind == "INFORM" and slot.startswith("appointment_")
        }
        yield Turn(turn["text"], any(kind in _AGREES for kind, _, _ in acts) and not when, when)


async def play_recorded(dialogue: Recorded, model: Model, *, as_recorded: bool = False) -> Played:
    """The dialogue with the practice; `as_recorded`: the customer says yes wherever they did in the record, whatever we
    show. Raises what the model raises.
    """
    talk = Talk(Desk(dialogue.world), model)
    played = Played(dialogue.id, "en", dialogue.goal)
    said: dict[str, str] = {}
    for turn in dialogue.turns:
        said |= turn.when
        asks_for_yes = not as_recorded and turn.agrees and _would_take_another(talk, dialogue.wanted)
        await _tell(talk, played, _again(said, dialogue, talk) if asks_for_yes else turn.text)
    for more in range(_MORE):
        if dialogue.wanted is None or talk.desk.effects:
            break
        await _tell(talk, played, _yes(talk, dialogue) or _again(said if more == 0 else {}, dialogue, talk))
    played.effects = talk.desk.effects
    return played


async def _tell(talk: Talk, played: Played, words: str) -> Reply:
    began = perf_counter()
    reply, _ = await talk.say(words)
    played.turns.append(Said(words, reply, perf_counter() - began))
    return reply


def _shown(talk: Talk) -> Offer | None:
    """What our last message offers to book."""
    offer = open_offer(exchanges(talk.history, "reply"))
    return offer if offer is not None and offer.kind == BOOK else None


def _would_take_another(talk: Talk, wanted: datetime | None) -> bool:
    """Whether a bare yes would now book another time than the customer wants."""
    offer = _shown(talk)
    if offer is None or (len(offer.options) > 1 and offer.yes is None):
        return False
    return (offer.yes or offer.options[0]).starts != wanted


def _yes(talk: Talk, dialogue: Recorded) -> str | None:
    """Yes to what the customer wants, or its number; None when it is not shown."""
    offer = _shown(talk)
    at = [n for n, option in enumerate(offer.options, 1) if option.starts == dialogue.wanted] if offer else []
    if not offer or not at:
        return None
    return "Yes, please." if offer.yes is offer.options[at[0] - 1] else f"number {at[0]}"


def _again(said: dict[str, str], dialogue: Recorded, talk: Talk) -> str:
    """What the customer wants, in the words they used before; what they left to the record's system as it was done."""
    taken = _yes(talk, dialogue)
    if taken or dialogue.wanted is None:
        return taken or "No, not that."
    day = said.get("appointment_date") or f"{dialogue.wanted:%B} {dialogue.wanted.day}"
    clock = said.get("appointment_time") or f"{dialogue.wanted:%H:%M}"
    return f"No, I want it on {day} at {clock}."
