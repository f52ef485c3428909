"""What do the notifier's tables look like? For reads; the migrations make them, and a test compares."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared import tables

metadata = MetaData(
    schema="notifier",
    naming_convention=tables.NAMING,
)

notifications = Table(
    "notifications",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("booking_id", Uuid),
    Column("recipient_id", Uuid, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("conversation_id", Uuid, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("entry_id", Uuid),
    Column("event_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("tenant_id", "id"),
    UniqueConstraint("tenant_id", "event_id", "recipient_id", "purpose", name="notifications_event_id_key"),
    CheckConstraint("num_nonnulls(booking_id, entry_id) = 1", name="about"),
    Index("notifications_booking_id_idx", "tenant_id", "booking_id", "purpose"),
    Index(
        "notifications_entry_id_idx",
        "tenant_id",
        "entry_id",
        "purpose",
        postgresql_where=text("entry_id IS NOT NULL"),
    ),
)

receipts = Table(
    "receipts",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("receipt_id", Uuid, nullable=False),
    Column("booking_id", Uuid, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'requested'")),
    Column("data", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ready_at", DateTime(timezone=True)),
    PrimaryKeyConstraint("tenant_id", "receipt_id"),
    CheckConstraint("state IN ('requested', 'ready')", name="state"),
    Index("receipts_booking_id_idx", "tenant_id", "booking_id"),
)

calendars = Table(
    "calendars",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("booking_id", Uuid, nullable=False),
    Column("sequence", Integer, nullable=False, server_default=text("0")),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant_id", "booking_id"),
)

forgotten = Table(
    "forgotten",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("customer_id", Uuid, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("tenant_id", "customer_id"),
)

outbox = tables.outbox(metadata)
dead_letters = tables.dead_letters(metadata)
