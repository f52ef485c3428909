"""How is a free start named, so that one short string says which service, when, and with whom? Both ways, pure."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

PATTERN = r"^[A-Za-z0-9_-]{22}\.[0-9]{6,10}\.(?:[A-Za-z0-9_-]{22})?$"
"""What a slot's id looks like (at most 56 characters, so that a button can carry it)."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A start of an appointment (`starts_at` aware UTC, whole minutes); no `staff_id`: whoever is free."""

    service_id: UUID
    starts_at: datetime
    staff_id: UUID | None = None


def slot_id(slot: Slot) -> str:
    """The id of this start."""
    minutes = int(slot.starts_at.timestamp()) // 60
    staff = _short(slot.staff_id) if slot.staff_id else ""
    return f"{_short(slot.service_id)}.{minutes}.{staff}"


def slot_of(text: str) -> Slot:
    """The start that an id names. Raises `ValueError` for what is none."""
    service, minutes, staff = text.split(".")
    at = datetime.fromtimestamp(int(minutes) * 60, UTC)
    return Slot(_long(service), at, _long(staff) if staff else None)


def _short(whole: UUID) -> str:
    return base64.urlsafe_b64encode(whole.bytes).decode().rstrip("=")


def _long(text: str) -> UUID:
    try:
        return UUID(bytes=base64.urlsafe_b64decode(text + "=="))
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"{text} is no id") from error
