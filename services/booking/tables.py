"""Which columns do the reads see? The schema `booking` as SQLAlchemy Core; the migrations make it, a test compares."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from services.booking import tables_catalogue, tables_money
from services.booking.tables_base import INSTANT, QUEUED, SEATED, belongs, metadata, of_tenant, table
from shared import tables

__all__ = ["metadata", "tables_catalogue", "tables_money"]


customers = table(
    "customers",
    Column("id", Uuid, primary_key=True),
    Column("name", Text),
    Column("phone", Text),
    Column("created_at", INSTANT, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("full_name", Text),
    Column("language", Text),
    Column("timezone", Text),
    Column("tier", Text),
    Column("notes", Text),
    Column("marketing_consent_at", INSTANT),
    Column("blocked_at", INSTANT),
    Column("blocked_reason", Text),
    Column("merged_into", Uuid),
    Column("erased_at", INSTANT),
    of_tenant(),
    Index(
        "customers_merged_into_idx",
        "tenant_id",
        "merged_into",
        postgresql_where=text("merged_into IS NOT NULL"),
    ),
    Index("customers_phone_idx", "tenant_id", "phone", postgresql_where=text("phone IS NOT NULL")),
)

customer_identities = table(
    "customer_identities",
    Column("channel", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    belongs("customer_id", "customers"),
    Index("customer_identities_customer_id_idx", "tenant_id", "customer_id"),
)

bookings = table(
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
    Column("expires_at", INSTANT),
    Column("attendees", JSONB),
    Column("method", Text, nullable=False),
    Column("pass_id", Uuid),
    Column("credits", Integer, nullable=False),
    Column("paid", Integer, nullable=False),
    Column("refunded", Integer, nullable=False),
    Column("fee", Integer, nullable=False),
    Column("due_now", Integer, nullable=False),
    Column("quote", JSONB),
    Column("promo_id", Uuid),
    Column("payment_id", Uuid),
    Column("pay_link", Text),
    Column("entry_id", Uuid),
    Column("series_id", Uuid),
    Column("moved_from", Uuid),
    Column("cancelled_by", Text),
    Column("cancel_reason", Text),
    belongs("session_id", "sessions"),
    belongs("customer_id", "customers"),
    Index("bookings_session_id_idx", "tenant_id", "session_id"),
    Index(
        "bookings_session_id_customer_id_key",
        "tenant_id",
        "session_id",
        "customer_id",
        unique=True,
        postgresql_where=SEATED,
    ),
    Index("bookings_customer_id_idx", "tenant_id", "customer_id", postgresql_where=SEATED),
)

waitlist_entries = table(
    "waitlist_entries",
    Column("id", Uuid, primary_key=True),
    Column("session_id", Uuid, nullable=False),
    Column("customer_id", Uuid, nullable=False),
    Column("party_size", Integer, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("method", Text),
    Column("contact", JSONB, nullable=False),
    Column("booking_id", Uuid),
    Column("request_id", Uuid),
    Column("joined_at", INSTANT, nullable=False),
    Column("offered_at", INSTANT),
    Column("offer_expires_at", INSTANT),
    Column("ended_at", INSTANT),
    belongs("session_id", "sessions"),
    belongs("customer_id", "customers"),
    Index(
        "waitlist_entries_session_id_customer_id_key",
        "tenant_id",
        "session_id",
        "customer_id",
        unique=True,
        postgresql_where=QUEUED,
    ),
    Index("waitlist_entries_session_id_idx", "tenant_id", "session_id", postgresql_where=QUEUED),
    Index("waitlist_entries_customer_id_idx", "tenant_id", "customer_id"),
)

standing_requests = table(
    "standing_requests",
    Column("id", Uuid, primary_key=True),
    Column("customer_id", Uuid, nullable=False),
    Column("wish", JSONB, nullable=False),
    Column("status", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("ended_at", INSTANT),
    belongs("customer_id", "customers"),
    Index("standing_requests_customer_id_idx", "tenant_id", "customer_id"),
)

command_outcomes = table(
    "command_outcomes",
    Column("command_id", Uuid, primary_key=True),
    Column("outcome", JSONB, nullable=False),
    Column("created_at", INSTANT, nullable=False),
)

outbox = tables.outbox(metadata)
dead_letters = tables.dead_letters(metadata)
