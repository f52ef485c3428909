"""How do tenants get in at once? A whole document is imported: for `usher seed`, the demo and tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.booking.document import InvalidDocument, read_document
from services.booking.importing import import_tenant
from shared.db import Database
from shared.errors import UsherError
from shared.settings import Settings

__all__ = ["InvalidDocument", "NoDatabase", "Summary", "seed"]


class NoDatabase(UsherError):
    """Seeding needs USHER_DATABASE_URL (`usher up` and `make demo` set it)."""


@dataclass(frozen=True)
class Summary:
    """What a document holds, and how many sessions became new by it."""

    tenants: int = 0
    staff: int = 0
    services: int = 0
    schedules: int = 0
    sessions_added: int = 0

    def __str__(self) -> str:
        return (
            f"{self.tenants} tenants, {self.staff} staff, {self.services} services, {self.schedules} schedules;"
            f" {self.sessions_added} new sessions"
        )


async def seed(document: Mapping[str, Any], settings: Settings, *, now: datetime | None = None) -> Summary:
    """Write the tenants of `document` with their sessions for the horizon from `now` (default: this moment).

    Safe to repeat, also while the service runs. What is no longer in the document is no longer offered. Raises
    `InvalidDocument` with every mistake, or `NoDatabase`.
    """
    read = read_document(document)
    if not settings.database_url:
        raise NoDatabase
    db = await Database.open(settings.database_url, size=2, name="booking seed")
    try:
        added = 0
        for position in range(len(read.tenants)):
            added += (await import_tenant(db, read, position, now=now)).sessions.added
    finally:
        await db.close()
    return Summary(
        tenants=len(read.tenants),
        staff=sum(len(tenant.staff) for tenant in read.tenants),
        services=sum(len(tenant.services) for tenant in read.tenants),
        schedules=sum(len(tenant.schedules) for tenant in read.tenants),
        sessions_added=added,
    )
