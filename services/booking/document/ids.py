"""Which id does each part of a tenant's document have, and which part does an id belong to?"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from services.booking.document.parts import KINDS, ResourcePart, TenantPart, Thing, things
from shared.ids import derive, tenant_id_of

WORDS = {
    "locations": "location", "resources": "resource", "staff": "staff", "services": "service",
    "schedules": "schedule", "products": "product", "promo_codes": "promo code",
}  # fmt: skip
"""What ids of each kind are derived with (`shared.ids.derive`). Never change one."""


def id_of(tenant_id: UUID, kind: str, key: str) -> UUID:
    """The id that follows from a key in one of the tenant's lists."""
    return derive(WORDS[kind], tenant_id, key)


def unit_id_of(tenant_id: UUID, key: str, number: int) -> UUID:
    """The id of one of several units alike, counted from 1. The first has the id of the key itself."""
    return id_of(tenant_id, "resources", key if number == 1 else f"{key}#{number}")


class Ids:
    """The ids of one tenant's document."""

    def __init__(self, tenant: TenantPart) -> None:
        """Reads the keys and explicit ids of all lists."""
        self.tenant_id = tenant_id_of(tenant.slug)
        self._ids = {
            kind: {
                thing.key: thing.id or id_of(self.tenant_id, kind, thing.key)
                for thing in things(tenant, kind)
            }
            for kind in KINDS
        }
        self._units = {part.key: self.units_of(part) for part in tenant.resources}

    def of(self, kind: str, key: str) -> UUID:
        """The id of what has this key. Raises `KeyError`."""
        return self._ids[kind][key]

    def maybe(self, kind: str, key: str | None) -> UUID | None:
        """The same where there may be none."""
        return None if key is None else self.of(kind, key)

    def all(self, kind: str) -> list[UUID]:
        """All ids of a list, units of resources included."""
        if kind == "resources":
            return [unit for units in self._units.values() for unit in units]
        return list(self._ids[kind].values())

    def units(self, key: str) -> list[UUID]:
        """The ids of a resource's units."""
        return self._units[key]

    def units_of(self, part: ResourcePart) -> list[UUID]:
        """The ids of the units that a part has."""
        if part.id is not None:
            return [part.id, *(derive("unit", part.id, n) for n in range(2, part.count + 1))]
        return [unit_id_of(self.tenant_id, part.key, n) for n in range(1, part.count + 1)]

    def text_of(self, kind: str, key: str) -> str:
        """What stored rules call it: its id as text; what is no key of the document stays as it is."""
        found = self._ids[kind].get(key)
        return key if found is None else str(found)


def identity(tenant_id: UUID, kind: str, thing: Thing) -> UUID:
    """What makes it the same thing in two documents."""
    return thing.id or id_of(tenant_id, kind, thing.key)


class Keys:
    """The keys of stored rows: known ones whose id follows from them, else made from the name, each once."""

    def __init__(self, tenant_id: UUID, kind: str, known: Iterable[str]) -> None:
        """`known`: keys that may be theirs."""
        self._by_id = {id_of(tenant_id, kind, key): key for key in known}
        self._tenant_id = tenant_id
        self._kind = kind
        self._used: set[str] = set(self._by_id.values())
        self.given: dict[UUID, str] = {}

    def add(self, row_id: UUID, name: str) -> tuple[str, UUID | None]:
        """The key of a row, and its id where that does not follow from the key."""
        key = self._by_id.get(row_id)
        if key is None:
            key = self._fresh(name)
        self.given[row_id] = key
        return key, None if id_of(self._tenant_id, self._kind, key) == row_id else row_id

    def known(self, row_id: UUID) -> str | None:
        """The known key that a row's id follows from."""
        return self._by_id.get(row_id)

    def key(self, row_id: UUID | None) -> str | None:
        """The key that a row was given; None for none."""
        return None if row_id is None else self.given.get(row_id)

    def text(self, word: str) -> str:
        """The key of an id in a stored rule; what is no known id stays as it is."""
        try:
            return self.given.get(UUID(word), word)
        except ValueError:
            return word

    def _fresh(self, name: str) -> str:
        base = slug_of(name) or self._kind.rstrip("s").replace("_", "-")
        key, number = base, 1
        while key in self._used:
            number += 1
            key = f"{base[:58]}-{number}"
        self._used.add(key)
        return key


def slug_of(text: str) -> str:
    """A key out of a name: `Yin Yoga (slow)` → `yin-yoga-slow`; empty when nothing is left."""
    from anyascii import anyascii

    letters = "".join(c if c.isalnum() else "-" for c in anyascii(text).lower())
    return "-".join(part for part in letters.split("-") if part)[:60]
