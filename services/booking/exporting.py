"""What would a tenant's document be, as the tables are now? The rows that are in force, under their keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from services.booking.document.ids import Keys, id_of
from services.booking.document.normal import normal
from services.booking.document.parts import KINDS, TenantPart
from services.booking.document.units import grouped
from services.booking.document.writing import with_references
from shared.db import Connection, Database
from shared.errors import UsherError
from shared.ids import tenant_id_of

Known = Mapping[str, Iterable[str]]
"""Keys that may be those of stored rows, by kind."""


class NoSuchTenant(UsherError):
    """There is no such tenant: `usher import FILE` makes one."""


_ROWS: Final = {
    "locations": "SELECT * FROM booking.locations WHERE tenant_id = $1 AND active ORDER BY position, id",
    "resources": "SELECT * FROM booking.resources WHERE tenant_id = $1 AND active ORDER BY position, id",
    "staff": "SELECT * FROM booking.staff WHERE tenant_id = $1 AND active ORDER BY position, id",
    "services": "SELECT * FROM booking.services WHERE tenant_id = $1 AND active ORDER BY position, id",
    "schedules": "SELECT * FROM booking.schedules WHERE tenant_id = $1 AND active ORDER BY starts_on, id",
    "products": "SELECT * FROM booking.pass_products WHERE tenant_id = $1 AND active ORDER BY key",
    "promo_codes": "SELECT * FROM booking.promo_codes WHERE tenant_id = $1 AND active ORDER BY code",
}
_STAFF_OF: Final = "SELECT service_id, staff_id FROM booking.service_staff WHERE tenant_id = $1"
_NEEDS_OF: Final = """
SELECT service_id, need, array_agg(resource_id) AS ids FROM booking.service_resources
WHERE tenant_id = $1 GROUP BY service_id, need ORDER BY service_id, need
"""


async def export(db: Database, slug: str) -> TenantPart:
    """The document of one tenant. Raises `NoSuchTenant`."""
    async with db.tenant(tenant_id_of(slug)) as connection:
        tenant = await read_tenant(connection, tenant_id_of(slug))
    if tenant is None:
        raise NoSuchTenant(f"There is no tenant {slug!r}: `usher import FILE` makes one.")
    return tenant


async def read_tenant(
    connection: Connection, tenant_id: UUID, known: Known | None = None
) -> TenantPart | None:
    """The document as it is stored, in the caller's transaction; None without the tenant.

    `known`: keys of a new document, so that the same thing has the same key in both.
    """
    row = await connection.fetchrow("SELECT * FROM booking.tenants WHERE tenant_id = $1", tenant_id)
    if row is None:
        return None
    rows = {kind: await connection.fetch(statement, tenant_id) for kind, statement in _ROWS.items()}
    staff_of: dict[UUID, list[UUID]] = {}
    for each in await connection.fetch(_STAFF_OF, tenant_id):
        staff_of.setdefault(each["service_id"], []).append(each["staff_id"])
    needs_of: dict[UUID, list[list[UUID]]] = {}
    for each in await connection.fetch(_NEEDS_OF, tenant_id):
        needs_of.setdefault(each["service_id"], []).append(each["ids"])
    settings = orjson.loads(row["settings"])
    return _Reading(tenant_id, settings, rows, known or {}).tenant(row, staff_of, needs_of)


class _Reading:
    """One tenant's rows on their way into the document."""

    def __init__(
        self,
        tenant_id: UUID,
        settings: Mapping[str, Any],
        rows: Mapping[str, Sequence[asyncpg.Record]],
        known: Known,
    ) -> None:
        self._rows = rows
        self._settings = settings
        said: Mapping[str, list[str]] = settings.get("keys", {})
        self._keys = {
            kind: Keys(tenant_id, kind, [*known.get(kind, ()), *said.get(kind, ())]) for kind in KINDS
        }
        self._tenant_id = tenant_id

    def tenant(
        self,
        row: asyncpg.Record,
        staff_of: Mapping[UUID, list[UUID]],
        needs_of: Mapping[UUID, list[list[UUID]]],
    ) -> TenantPart:
        locations = [self._location(each) for each in self._rows["locations"]]
        units = grouped(self._tenant_id, self._rows["resources"], self._keys["resources"])
        resources = [
            part | {"location": self._keys["locations"].key(part["location_id"])} for part in units.parts
        ]
        for part in resources:
            del part["location_id"]
        staff = [self._staff(each) for each in self._rows["staff"]]
        for each in self._rows["services"]:  # rules of one service may name another
            self._keys["services"].add(each["id"], each["name"])
        services = [
            self._service(
                each, staff_of.get(each["id"], []), [units.need(n) for n in needs_of.get(each["id"], [])]
            )
            for each in self._rows["services"]
        ]
        names = {each["id"]: each["name"] for each in self._rows["services"]}
        found = {
            "slug": row["slug"], "name": row["name"], "timezone": row["timezone"], "currency": row["currency"],
            "language": row["language"], "address": row["address"], "phone": row["phone"],
            "description": row["description"], "opening_hours": row["opening_hours"],
            "week_starts_on": self._settings.get("week_starts_on", "mon"), "hours": self._settings.get("hours", {}),
            "locations": locations, "resources": resources, "staff": staff, "services": services,
            "schedules": [self._schedule(s, names, units.key_of) for s in self._rows["schedules"] if s["service_id"] in names],
            "products": [self._product(each) for each in self._rows["products"]],
            "promo_codes": [self._promo(each) for each in self._rows["promo_codes"]],
        }  # fmt: skip
        return normal(TenantPart.model_validate(found))

    def _location(self, row: asyncpg.Record) -> dict[str, Any]:
        return {
            **self._keyed("locations", row),
            "name": row["name"],
            "address": row["address"],
            "hours": orjson.loads(row["closures"]),
        }

    def _staff(self, row: asyncpg.Record) -> dict[str, Any]:
        return {
            **self._keyed("staff", row), "name": row["name"], "role": row["role"], "bio": row["bio"],
            "synonyms": row["synonyms"],
            "availability": None if row["availability"] is None else orjson.loads(row["availability"]),
        }  # fmt: skip

    def _service(self, row: asyncpg.Record, staff: list[UUID], needs: list[object]) -> dict[str, Any]:
        same = (
            "name", "kind", "description", "duration_minutes", "price", "capacity", "online", "level", "tags", "image",
            "synonyms", "cancellation_deadline_minutes", "buffer_before_minutes", "buffer_after_minutes",
        )  # fmt: skip
        keys = (self._keys["staff"].key(each) for each in staff)
        return {
            **self._keyed("services", row),
            **{name: row[name] for name in same},
            "location": self._keys["locations"].key(row["location_id"]),
            "staff": [key for key in keys if key is not None],
            "needs": needs,
            "policy": self._with_keys(row["policy"]),
        }

    def _schedule(
        self, row: asyncpg.Record, names: Mapping[UUID, str], rooms: Mapping[UUID, str]
    ) -> dict[str, Any]:
        return {
            **self._keyed("schedules", row, names[row["service_id"]]),
            "service": self._keys["services"].key(row["service_id"]),
            "staff": self._keys["staff"].key(row["staff_id"]),
            "room": rooms.get(row["room_id"]) if row["room_id"] else None,
            "rrule": row["rrule"], "starts": row["starts_at_local"], "from": row["starts_on"], "until": row["until"],
            "times": row["times"], "first_times": orjson.loads(row["first_times"]),
            "duration_minutes": row["duration_minutes"], "capacity": row["capacity"], "excluded": row["left_out"],
            "extra": row["extra"], "series": None if row["series_id"] == row["id"] else row["series_id"],
            "continues": row["split_from"],
        }  # fmt: skip

    def _product(self, row: asyncpg.Record) -> dict[str, Any]:
        own = row["id"] != id_of(self._tenant_id, "products", row["key"])
        terms = self._with_keys(row["terms"]) | {"name": row["name"], "price": row["price"]}
        return {**terms, "key": row["key"], "id": row["id"] if own else None}

    def _promo(self, row: asyncpg.Record) -> dict[str, Any]:
        own = row["id"] != id_of(self._tenant_id, "promo_codes", row["code"])
        rule = self._with_keys(row["rule"]) | {"code": row["code"], "max_uses": row["max_uses"]}
        return {**rule, "id": row["id"] if own else None}

    def _keyed(self, kind: str, row: asyncpg.Record, name: str | None = None) -> dict[str, Any]:
        key, own = self._keys[kind].add(row["id"], name or row["name"])
        return {"key": key, "id": own}

    def _with_keys(self, text: str) -> Any:
        return with_references(orjson.loads(text), self._keys["services"].text, self._keys["staff"].text)
