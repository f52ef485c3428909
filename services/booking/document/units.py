"""Which stored rooms and pieces of equipment are units of one resource, as the document counts them?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from services.booking.document.ids import Keys, unit_id_of
from shared.ids import derive

_MOST_UNITS = 200


@dataclass(frozen=True, slots=True)
class Units:
    """Resources as the document has them, and whose unit each row is. `parts` name their location by `location_id`."""

    parts: tuple[dict[str, Any], ...]
    key_of: Mapping[UUID, str]

    def need(self, ids: Sequence[UUID]) -> list[str]:
        """A need (any of these units) as keys."""
        return sorted({self.key_of[unit] for unit in ids if unit in self.key_of})


def grouped(tenant_id: UUID, rows: Sequence[asyncpg.Record], keys: Keys) -> Units:
    """The rows (in order) as resources: units alike, whose ids count up from the first one's, are one."""
    by_id = {row["id"]: row for row in rows}
    parts: list[dict[str, Any]] = []
    key_of: dict[UUID, str] = {}
    followers = {unit for row in rows for unit in _others(tenant_id, row, by_id, keys)}
    for row in rows:
        if row["id"] in followers:
            continue
        others = _others(tenant_id, row, by_id, keys)
        name = row["name"].removesuffix(" 1") if others else row["name"]
        key, own = keys.add(row["id"], name)
        for unit in (row["id"], *others):
            key_of[unit] = key
        parts.append(
            {
                "key": key, "id": own, "name": name, "kind": row["kind"], "count": 1 + len(others),
                "location_id": row["location_id"],
            }
        )  # fmt: skip
    return Units(tuple(parts), key_of)


def unit_name(name: str, number: int, count: int) -> str:
    """What one of several units is called: `Laser 2`."""
    return name if count == 1 else f"{name} {number}"


def _others(
    tenant_id: UUID, row: asyncpg.Record, by_id: Mapping[UUID, asyncpg.Record], keys: Keys
) -> list[UUID]:
    """The further units of the resource whose first one this is."""
    if not row["name"].endswith(" 1"):
        return []
    key = keys.known(row["id"])
    found: list[UUID] = []
    for number in range(2, _MOST_UNITS + 1):
        unit = derive("unit", row["id"], number) if key is None else unit_id_of(tenant_id, key, number)
        other = by_id.get(unit)
        if other is None or other["name"] != f"{row['name'].removesuffix(' 1')} {number}":
            break
        if (other["kind"], other["location_id"]) != (row["kind"], row["location_id"]):
            break
        found.append(unit)
    return found
