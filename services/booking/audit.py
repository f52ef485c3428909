"""Does everything in the tables still fit together? Every invariant looked at, tenant by tenant; nothing is changed.

Works with the services' own role: the tenants are listed as `usher_system`, and each is read as itself, so row-level
security holds for the audit too.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.booking.audit_checks import CHECKS
from services.booking.clock import utc_now
from shared.db import Connection, Database
from shared.errors import UsherError
from shared.ids import tenant_id_of

MOST_LINES = 100
"""Breaches of one invariant that are told of one tenant; the rest is counted."""

_STATEMENT_SECONDS = 300


class UnknownTenant(UsherError):
    """There is no such tenant."""


@dataclass(frozen=True, slots=True, order=True)
class Breach:
    """One thing that does not fit. `check` is the invariant's name, `subject` the id of what breaks it.

    A `warning` is worth a look, but nothing is broken.
    """

    tenant: str
    check: str
    subject: str
    text: str
    warning: bool = False

    def __str__(self) -> str:
        level = "warning" if self.warning else "breach"
        return f"{level} {self.tenant} {self.check} {self.subject}: {self.text}"

    def as_document(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


async def audit(
    database: Database | str, tenant: str | None = None, *, now: datetime | None = None
) -> tuple[Breach, ...]:
    """All breaches and warnings, of one tenant (by slug) or of all. Nothing is written.

    `database`: an open one, or the URL that the services connect with. Raises `UnknownTenant`.
    """
    if isinstance(database, str):
        opened = await Database.open(database, size=2, name="usher audit")
        try:
            return await audit(opened, tenant, now=now)
        finally:
            await opened.close()
    moment = now or utc_now()
    found: list[Breach] = []
    for tenant_id, slug in await _tenants(database, tenant):
        async with database.tenant(tenant_id) as connection:
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            found += await audit_tenant(connection, tenant_id, slug, moment)
    return tuple(found)


async def audit_tenant(connection: Connection, tenant_id: UUID, slug: str, now: datetime) -> list[Breach]:
    """One tenant's breaches as the caller's transaction sees them."""
    found: list[Breach] = []
    for check in CHECKS:
        arguments = (tenant_id, now) if check.timed else (tenant_id,)
        rows = await connection.fetch(check.statement, *arguments, timeout=_STATEMENT_SECONDS)
        lines = [Breach(slug, check.name, str(row["subject"]), row["text"], check.warning) for row in rows]
        found += sorted(lines[:MOST_LINES])
        if len(lines) > MOST_LINES:
            rest = f"and {len(lines) - MOST_LINES} more like these"
            found.append(Breach(slug, check.name, "-", rest, check.warning))
    return found


async def _tenants(database: Database, slug: str | None) -> list[tuple[UUID, str]]:
    if slug is not None:
        async with database.tenant(tenant_id_of(slug)) as connection:
            known = await connection.fetchval(
                "SELECT true FROM booking.tenants WHERE tenant_id = $1", tenant_id_of(slug)
            )
        if not known:
            raise UnknownTenant(f"There is no tenant {slug!r}.")
        return [(tenant_id_of(slug), slug)]
    async with database.system() as connection:
        rows = await connection.fetch("SELECT tenant_id, slug FROM booking.tenants ORDER BY slug")
    return [(row["tenant_id"], row["slug"]) for row in rows]
