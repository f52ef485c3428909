"""How are booking's tables declared? One schema, keys and foreign keys that stay within the tenant."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)

from services.booking import statements
from shared import tables

metadata = MetaData(
    schema="booking",
    naming_convention=tables.NAMING,
)

INSTANT = DateTime(timezone=True)

SEATED = text(f"status IN {statements.SEATED}")
"""Bookings that take seats."""

QUEUED = text("status IN ('waiting', 'offered')")
"""Waitlist entries that have not ended."""


def belongs(column: str, table: str, *, ondelete: str | None = None) -> ForeignKeyConstraint:
    """A foreign key that stays within the tenant."""
    return ForeignKeyConstraint(
        ["tenant_id", column],
        [f"booking.{table}.tenant_id", f"booking.{table}.id"],
        name=f"%(table_name)s_{column}_fkey",
        ondelete=ondelete,
    )


def table(name: str, *items: Column[object] | ForeignKeyConstraint | Index | UniqueConstraint) -> Table:
    """A table of the schema whose rows belong to a tenant."""
    for item in items:
        if isinstance(item, ForeignKeyConstraint) and item.name:
            item.name = str(item.name).replace("%(table_name)s", name)
    return Table(name, metadata, Column("tenant_id", Uuid, primary_key=True), *items)


def of_tenant() -> ForeignKeyConstraint:
    """A foreign key to the tenant."""
    return ForeignKeyConstraint(["tenant_id"], ["booking.tenants.tenant_id"])
