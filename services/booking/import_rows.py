"""Which statements write a tenant's document? Each changes a row only where it differs, and says whether it did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import orjson

from services.booking.document.ids import Ids
from services.booking.document.parts import KINDS, TenantPart, things
from services.booking.document.units import unit_name
from services.booking.document.writing import Json, compact, with_references
from shared.db import Connection


def _upsert(table: str, key: str, columns: str, *, active: bool = True, counted: bool = False) -> str:
    """Insert or change; `key` and `columns` are names. A row that is as wanted is left alone (no write, no count).

    `counted`: the row counts its changes, which others' edits of it rest on.
    """
    names = [*key.split(), *columns.split()]
    changed = columns.split()
    places = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    sets = [f"{name} = excluded.{name}" for name in changed]
    same = [f"t.{name}" for name in changed]
    wanted = [f"excluded.{name}" for name in changed]
    if active:
        sets, same, wanted = [*sets, "active = true"], [*same, "t.active"], [*wanted, "true"]
    if counted:
        sets = [*sets, "version = t.version + 1"]
    return (
        f"INSERT INTO booking.{table} AS t ({', '.join(names)}) VALUES ({places})"  # noqa: S608  # constants
        f" ON CONFLICT ({', '.join(key.split())}) DO UPDATE SET {', '.join(sets)}"
        f" WHERE ({', '.join(same)}) IS DISTINCT FROM ({', '.join(wanted)})"
    )


TENANT: Final = _upsert(
    "tenants",
    "tenant_id",
    "slug name timezone currency language address phone description opening_hours settings",
    active=False,
)
LOCATION: Final = _upsert("locations", "tenant_id id", "name address closures position")
RESOURCE: Final = _upsert("resources", "tenant_id id", "name kind location_id position")
STAFF: Final = _upsert("staff", "tenant_id id", "name role bio synonyms availability position")
SERVICE: Final = _upsert(
    "services",
    "tenant_id id",
    "name kind description duration_minutes price capacity online location_id level tags image synonyms"
    " cancellation_deadline_minutes buffer_before_minutes buffer_after_minutes policy position",
)
SCHEDULE: Final = _upsert(
    "schedules",
    "tenant_id id",
    "service_id staff_id room_id rrule starts_on starts_at_local until times duration_minutes capacity"
    " left_out extra series_id split_from first_times",
    counted=True,
)
PRODUCT: Final = _upsert("pass_products", "tenant_id id", "key name kind price terms")
PROMO: Final = _upsert("promo_codes", "tenant_id id", "code rule max_uses")

_TABLES: Final = {kind: kind for kind in KINDS} | {"products": "pass_products"}

# A key or code that another row has had before is that row's no more (they are unique, in force or not).
_FREE_KEY: Final = {
    "products": (
        "UPDATE booking.pass_products SET key = key || '~' || id WHERE tenant_id = $1 AND key = $2 AND id <> $3"
    ),
    "promo_codes": (
        "UPDATE booking.promo_codes SET code = code || '~' || id WHERE tenant_id = $1 AND code = $2 AND id <> $3"
    ),
}

_SERVICE_STAFF: Final = """
WITH wanted AS (SELECT * FROM unnest($2::uuid[], $3::uuid[]) AS w (service_id, staff_id)),
gone AS (
    DELETE FROM booking.service_staff t WHERE t.tenant_id = $1 AND NOT EXISTS (
        SELECT 1 FROM wanted w WHERE w.service_id = t.service_id AND w.staff_id = t.staff_id) RETURNING 1
), added AS (
    INSERT INTO booking.service_staff (tenant_id, service_id, staff_id)
    SELECT $1, service_id, staff_id FROM wanted ON CONFLICT DO NOTHING RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM added)
"""

_SERVICE_RESOURCES: Final = """
WITH wanted AS (SELECT * FROM unnest($2::uuid[], $3::int[], $4::uuid[]) AS w (service_id, need, resource_id)),
gone AS (
    DELETE FROM booking.service_resources t WHERE t.tenant_id = $1 AND NOT EXISTS (SELECT 1 FROM wanted w
        WHERE w.service_id = t.service_id AND w.need = t.need AND w.resource_id = t.resource_id) RETURNING 1
), added AS (
    INSERT INTO booking.service_resources (tenant_id, service_id, need, resource_id)
    SELECT $1, service_id, need, resource_id FROM wanted ON CONFLICT DO NOTHING RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM added)
"""


async def write_rows(connection: Connection, tenant: TenantPart, ids: Ids) -> bool:
    """Write the tenant as the document says, in the caller's transaction; whether anything was different.

    What is no longer in the document is no longer offered: its row stays (`active` false), and so does its history.
    """
    write = _Writing(connection, tenant, ids)
    await write.one(TENANT, tenant.slug, tenant.name, tenant.timezone, tenant.currency, tenant.language, tenant.address,
                    tenant.phone, tenant.description, tenant.opening_hours, _json(_settings(tenant)))  # fmt: skip
    for kind in KINDS:
        await write.retire(kind)
    await write.places()
    await write.staff_and_services()
    await write.schedules()
    await write.for_sale()
    return write.changed


class _Writing:
    """Writes one tenant and remembers whether any row was different."""

    def __init__(self, connection: Connection, tenant: TenantPart, ids: Ids) -> None:
        self._connection = connection
        self._tenant = tenant
        self._ids = ids
        self.changed = False

    async def one(self, statement: str, *values: object) -> None:
        """One row."""
        done = await self._connection.execute(statement, self._ids.tenant_id, *values)
        self.changed |= not done.endswith(" 0")

    async def retire(self, kind: str) -> None:
        """What is not in the document any more is no longer offered."""
        counted = ", version = version + 1" if kind == "schedules" else ""
        await self.one(
            f"UPDATE booking.{_TABLES[kind]} SET active = false{counted} WHERE tenant_id = $1 AND active AND NOT id = ANY ($2)",  # noqa: S608
            self._ids.all(kind),
        )

    async def places(self) -> None:
        """Locations and resources."""
        ids = self._ids
        for position, place in enumerate(self._tenant.locations):
            await self.one(
                LOCATION,
                ids.of("locations", place.key),
                place.name,
                place.address,
                _json(compact(place.hours)),
                position,
            )
        position = 0
        for part in self._tenant.resources:
            location = ids.maybe("locations", part.location)
            for number, unit in enumerate(ids.units(part.key), 1):
                name = unit_name(part.name, number, part.count)
                await self.one(RESOURCE, unit, name, part.kind, location, position)
                position += 1

    async def staff_and_services(self) -> None:
        """Staff, services, who does which, and what each needs."""
        ids = self._ids
        for position, person in enumerate(self._tenant.staff):
            hours = None if person.availability is None else _json(compact(person.availability))
            await self.one(
                STAFF,
                ids.of("staff", person.key),
                person.name,
                person.role,
                person.bio,
                person.synonyms,
                hours,
                position,
            )
        staff: list[tuple[UUID, UUID]] = []
        needs: list[tuple[UUID, int, UUID]] = []
        for position, part in enumerate(self._tenant.services):
            service_id = ids.of("services", part.key)
            await self.one(
                SERVICE, service_id, part.name, part.kind, part.description, part.duration_minutes, part.price,
                part.capacity, part.online, ids.maybe("locations", part.location), part.level, part.tags, part.image,
                part.synonyms, part.cancellation_deadline_minutes, part.buffer_before_minutes,
                part.buffer_after_minutes, self._rules(compact(part.policy)), position,
            )  # fmt: skip
            staff += [(service_id, ids.of("staff", key)) for key in part.staff]
            for number, need in enumerate(part.needs):
                units = [
                    unit for key in ([need] if isinstance(need, str) else need) for unit in ids.units(key)
                ]
                needs += [(service_id, number, unit) for unit in units]
        await self._links(_SERVICE_STAFF, staff, 2)
        await self._links(_SERVICE_RESOURCES, needs, 3)

    async def schedules(self) -> None:
        """Schedules; their sessions are laid out by the timetable."""
        ids = self._ids
        for part in self._tenant.schedules:
            own = ids.of("schedules", part.key)
            left_out = [moment.isoformat() for moment in part.excluded]
            room = ids.units(part.room)[0] if part.room is not None else None
            await self.one(
                SCHEDULE, own, ids.of("services", part.service), ids.maybe("staff", part.staff), room, part.rrule,
                part.first_day, part.starts, part.until, part.times, part.duration_minutes, part.capacity, left_out,
                part.extra, part.series or own, part.continues,
                _json({now.isoformat(): first.isoformat() for now, first in part.first_times.items()}),
            )  # fmt: skip

    async def for_sale(self) -> None:
        """Products and promo codes. Codes keep their uses."""
        ids = self._ids
        for product in self._tenant.products:
            own = ids.of("products", product.key)
            leave = {"key", "id", "price"} if product.kind == "gift_card" else {"key", "id"}
            terms = {name: value for name, value in compact(product).items() if name not in leave}
            await self._connection.execute(_FREE_KEY["products"], ids.tenant_id, product.key, own)
            await self.one(
                PRODUCT, own, product.key, product.name, product.kind, product.price, self._rules(terms)
            )
        for promo in self._tenant.promo_codes:
            own = ids.of("promo_codes", promo.key)
            rule = {name: value for name, value in compact(promo).items() if name != "id"}
            await self._connection.execute(_FREE_KEY["promo_codes"], ids.tenant_id, promo.key, own)
            await self.one(PROMO, own, promo.key, self._rules(rule), promo.max_uses)

    async def _links(self, statement: str, rows: Sequence[tuple[object, ...]], width: int) -> None:
        columns: list[list[object]] = (
            [list(column) for column in zip(*rows, strict=True)] if rows else [[]] * width
        )
        self.changed |= bool(await self._connection.fetchval(statement, self._ids.tenant_id, *columns))

    def _rules(self, data: Json) -> str:
        ids = self._ids
        return _json(
            with_references(
                data, lambda key: ids.text_of("services", key), lambda key: ids.text_of("staff", key)
            )
        )


def _settings(tenant: TenantPart) -> Json:
    """The column `tenants.settings`. `keys` are kept so that an export can name things as the document did."""
    keys = {kind: [thing.key for thing in things(tenant, kind)] for kind in KINDS[:5]}
    return {"week_starts_on": tenant.week_starts_on, "hours": compact(tenant.hours), "keys": keys}


def _json(data: Json) -> str:
    return orjson.dumps(data).decode()
