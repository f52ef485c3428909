"""How is a recorded dialogue written down? One JSON value a line: worlds first, then dialogues (docs/evals.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from shared.errors import UsherError


class DialogueFileUnreadable(UsherError):
    """A line of a dialogue file is no world and no dialogue; the message says which line and why."""


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WorldService(_Written):
    """Something the business offers; `staff` are names, none: everybody."""

    name: str
    kind: Literal["class", "appointment"] = "class"
    minutes: int = 60
    price: int = 1500
    synonyms: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    description: str | None = None
    level: str | None = None


class WorldStaff(_Written):
    """Somebody who works there."""

    name: str
    role: str | None = None
    bio: str | None = None
    synonyms: tuple[str, ...] = ()


class WorldSession(_Written):
    """A dated class; `at` is local. `seats` are free now."""

    service: str
    at: datetime
    staff: str | None = None
    seats: int = 4


class WorldBooking(_Written):
    """Something the customer has booked before the dialogue begins."""

    service: str
    at: datetime
    staff: str | None = None
    party: int = 1
    pay_link: str | None = None
    past: bool = False


class WorldWaiting(_Written):
    """A queue the customer is in; `offered`: a place has been offered."""

    service: str
    at: datetime
    party: int = 1
    position: int = 1
    offered: bool = False


class WorldProduct(_Written):
    """A pack, membership or gift card to buy."""

    name: str
    kind: Literal["pack", "membership", "gift_card"] = "pack"
    price: int


class World(_Written):
    """A business and its calendar, as they are when a dialogue begins. Prices in minor units, times local.

    Appointments are free every `slot_minutes` between `opens` and `closes`, except at `taken` times.
    """

    world: str
    now: datetime
    business: str = "Casa Yoga"
    timezone: str = "Europe/Lisbon"
    language: str = "en"
    currency: str = "EUR"
    address: str | None = None
    phone: str | None = None
    opening_hours: str | None = None
    services: tuple[WorldService, ...] = ()
    staff: tuple[WorldStaff, ...] = ()
    sessions: tuple[WorldSession, ...] = ()
    bookings: tuple[WorldBooking, ...] = ()
    waiting: tuple[WorldWaiting, ...] = ()
    products: tuple[WorldProduct, ...] = ()
    opens: int = 9
    closes: int = 18
    slot_minutes: int = Field(30, ge=5, le=240)
    taken: tuple[datetime, ...] = ()
    cancel_fee: int = 0
    promo: dict[str, int] = Field(default_factory=dict)


class Line(_Written):
    """What the customer does, and what the answer must be like. A text alone is something they say.

    `tap`: the beginning of a choice's title. `notice`: what the notifier sends first, with `choices` (id → title);
    `shows`: texts the answer has, `lacks`: texts it has not; `silent`: nothing may be said; `stuck`: whether it may be.
    """

    say: str | None = None
    tap: str | None = None
    notice: str | None = None
    choices: dict[str, str] = Field(default_factory=dict)
    shows: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    silent: bool | None = None
    stuck: bool = False


def _line(value: object) -> object:
    return {"say": value} if isinstance(value, str) else value


class Dialogue(_Written):
    """What a customer says in turn, and every effect that this shall have (`Desk.effects`), in any order.

    `changes` are laid over the world: other bookings, a fuller class.
    """

    id: str
    world: str
    language: str
    about: tuple[str, ...] = ()
    changes: dict[str, object] = Field(default_factory=dict)
    preferences: dict[str, str] = Field(default_factory=dict)
    turns: tuple[Annotated[Line, BeforeValidator(_line)], ...]
    goal: tuple[str, ...] = ()


def world_of(dialogue: Dialogue, worlds: Mapping[str, World]) -> World:
    """The dialogue's world. Raises `KeyError` for one that there is not."""
    world = worlds[dialogue.world]
    if not dialogue.changes:
        return world
    return World.model_validate({**world.model_dump(mode="json"), **dialogue.changes})


def read(*paths: Path) -> tuple[dict[str, World], list[Dialogue]]:
    """All worlds and dialogues of some files. Raises `DialogueFileUnreadable`."""
    worlds: dict[str, World] = {}
    dialogues: list[Dialogue] = []
    for path in paths:
        for number, line in _lines(path):
            try:
                if line.lstrip().startswith('{"world"'):
                    world = World.model_validate_json(line)
                    worlds[world.world] = world
                else:
                    dialogues.append(Dialogue.model_validate_json(line))
            except ValidationError as error:
                raise DialogueFileUnreadable(f"{path.name}, line {number}: {error}") from error
    missing = {dialogue.world for dialogue in dialogues} - set(worlds)
    if missing:
        raise DialogueFileUnreadable(f"no such world: {', '.join(sorted(missing))}")
    return worlds, dialogues


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line
