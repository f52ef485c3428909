"""Does a tapped choice ask for the rest of the choices, or name one by its number?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

_MORE: Final = re.compile(r"more:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):(\d{1,5})")
_NUMBER: Final = re.compile(r"n:(\d{1,4}):([0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class More:
    """The choices of the message `of` from number `offset` (0 is the first) on."""

    of: UUID
    offset: int


@dataclass(frozen=True, slots=True)
class Numbered:
    """Choice number `number` (1 is the first) of the message whose id's sha256 begins with `digest` (hex)."""

    number: int
    digest: str


def more_of(choice_id: str) -> More | None:
    """What `degrade.more` has written, None for any other id."""
    found = _MORE.fullmatch(choice_id)
    return More(UUID(found[1]), int(found[2])) if found else None


def numbered_of(choice_id: str) -> Numbered | None:
    """The short form of a choice whose id was too long for the channel, None for any other id."""
    found = _NUMBER.fullmatch(choice_id)
    return Numbered(int(found[1]), found[2]) if found else None
