"""Which columns do the reads see? The schema `booking` as SQLAlchemy Core; the migrations make it, a test compares."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared import tables

metadata = MetaData(
    schema="booking",
    naming_convention=tables.NAMING,
)

INSTANT = DateTime(timezone=True)


def _belongs(column: str, table: str) -> ForeignKeyConstraint:
    """A foreign key that stays within the tenant."""
    return ForeignKeyConstraint(
        ["tenant_id", column],
        [f"booking.{table}.tenant_id", f"booking.{table}.id"],
        name=f"%(table_name)s_{column}_fkey",
    )


def _table(name: str, *items: Column[object] | ForeignKeyConstraint | Index | UniqueConstraint) -> Table:
    for item in items:
        if isinstance(item, ForeignKeyConstraint) and item.name:
            item.name = str(item.name).replace("%(table_name)s", name)
    return Table(name, metadata, Column("tenant_id", Uuid, primary_key=True), *items)


def _of_tenant() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tenant_id"], ["booking.tenants.tenant_id"])


tenants = _table(
    "tenants",
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("address", Text),
    Column("phone", Text),
    Column("description", Text),
    Column("opening_hours", Text),
    UniqueConstraint("slug"),
)

staff = _table(
    "staff",
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text),
    Column("bio", Text),
    Column("synonyms", ARRAY(Text), nullable=False),
    Column("position", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    _of_tenant(),
)

services = _table(
    "services",
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("duration_minutes", Integer, nullable=False),
    Column("price", Integer, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("synonyms", ARRAY(Text), nullable=False),
    Column("cancellation_deadline_minutes", Integer, nullable=False),
    Column("position", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    _of_tenant(),
)

service_staff = _table(
    "service_staff",
    Column("service_id", Uuid, primary_key=True),
    Column("staff_id", Uuid, primary_key=True),
    _belongs("service_id", "services"),
    _belongs("staff_id", "staff"),
)

schedules = _table(
    "schedules",
    Column("id", Uuid, primary_key=True),
    Column("service_id", Uuid, nullable=False),
    Column("staff_id", Uuid),
    Column("rrule", Text, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("starts_at_local", Time, nullable=False),
    Column("capacity", Integer),
    Column("active", Boolean, nullable=False),
    _belongs("service_id", "services"),
    _belongs("staff_id", "staff"),
)

sessions = _table(
    "sessions",
    Column("id", Uuid, primary_key=True),
    Column("schedule_id", Uuid),
    Column("service_id", Uuid, nullable=False),
    Column("staff_id", Uuid),
    Column("starts_at", INSTANT, nullable=False),
    Column("ends_at", INSTANT, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("seats_taken", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    _belongs("schedule_id", "schedules"),
    _belongs("service_id", "services"),
    _belongs("staff_id", "staff"),
    Index("sessions_starts_at_idx", "tenant_id", "starts_at"),
    Index("sessions_service_id_starts_at_idx", "tenant_id", "service_id", "starts_at"),
    Index("sessions_schedule_id_starts_at_idx", "tenant_id", "schedule_id", "starts_at"),
)

customers = _table(
    "customers",
    Column("id", Uuid, primary_key=True),
    Column("name", Text),
    Column("phone", Text),
    Column("created_at", INSTANT, nullable=False),
    _of_tenant(),
)

customer_identities = _table(
    "customer_identities",
    Column("channel", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    _belongs("customer_id", "customers"),
)

bookings = _table(
    "bookings",
    Column("id", Uuid, primary_key=True),
    Column("session_id", Uuid, nullable=False),
    Column("customer_id", Uuid, nullable=False),
    Column("party_size", Integer, nullable=False),
    Column("price", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("contact", JSONB, nullable=False),
    Column("booked_at", INSTANT, nullable=False),
    Column("cancelled_at", INSTANT),
    _belongs("session_id", "sessions"),
    _belongs("customer_id", "customers"),
    Index(
        "bookings_session_id_customer_id_key",
        "tenant_id",
        "session_id",
        "customer_id",
        unique=True,
        postgresql_where=text("status = 'confirmed'"),
    ),
    Index("bookings_session_id_idx", "tenant_id", "session_id"),
    Index(
        "bookings_customer_id_idx", "tenant_id", "customer_id", postgresql_where=text("status = 'confirmed'")
    ),
)

command_outcomes = _table(
    "command_outcomes",
    Column("command_id", Uuid, primary_key=True),
    Column("outcome", JSONB, nullable=False),
    Column("created_at", INSTANT, nullable=False),
)

outbox = tables.outbox(metadata)
dead_letters = tables.dead_letters(metadata)
