"""How is stored what a business offers? Places, people, services, schedules, and the sessions laid out from them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSTZRANGE

from services.booking.tables_base import INSTANT, belongs, of_tenant, table

tenants = table(
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
    Column("settings", JSONB, nullable=False),
    Column("catalogue", BigInteger, nullable=False),  # counted up by triggers
    UniqueConstraint("slug"),
)

locations = table(
    "locations",
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("address", Text),
    Column("closures", JSONB, nullable=False),
    Column("position", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    of_tenant(),
)

resources = table(
    "resources",
    Column("id", Uuid, primary_key=True),
    Column("location_id", Uuid),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    of_tenant(),
    belongs("location_id", "locations"),
)

staff = table(
    "staff",
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text),
    Column("bio", Text),
    Column("synonyms", ARRAY(Text), nullable=False),
    Column("position", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("availability", JSONB),
    of_tenant(),
)

services = table(
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
    Column("kind", Text, nullable=False),
    Column("location_id", Uuid),
    Column("online", Boolean, nullable=False),
    Column("level", Text),
    Column("tags", ARRAY(Text), nullable=False),
    Column("image", Text),
    Column("buffer_before_minutes", Integer, nullable=False),
    Column("buffer_after_minutes", Integer, nullable=False),
    Column("policy", JSONB, nullable=False),
    of_tenant(),
    belongs("location_id", "locations"),
)

service_staff = table(
    "service_staff",
    Column("service_id", Uuid, primary_key=True),
    Column("staff_id", Uuid, primary_key=True),
    belongs("service_id", "services"),
    belongs("staff_id", "staff"),
)

service_resources = table(
    "service_resources",
    Column("service_id", Uuid, primary_key=True),
    Column("need", Integer, primary_key=True),
    Column("resource_id", Uuid, primary_key=True),
    belongs("service_id", "services"),
    belongs("resource_id", "resources"),
)

schedules = table(
    "schedules",
    Column("id", Uuid, primary_key=True),
    Column("service_id", Uuid, nullable=False),
    Column("staff_id", Uuid),
    Column("rrule", Text, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("starts_at_local", Time, nullable=False),
    Column("capacity", Integer),
    Column("active", Boolean, nullable=False),
    Column("series_id", Uuid),
    Column("split_from", Uuid),
    Column("room_id", Uuid),
    Column("duration_minutes", Integer),
    Column("until", Date),
    Column("left_out", ARRAY(Text), nullable=False),
    Column("extra", ARRAY(DateTime), nullable=False),
    Column("times", ARRAY(Time), nullable=False),
    Column("first_times", JSONB, nullable=False),
    Column("version", BigInteger, nullable=False),
    belongs("service_id", "services"),
    belongs("staff_id", "staff"),
    belongs("room_id", "resources"),
)

sessions = table(
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
    Column("kind", Text, nullable=False),
    Column("resource_ids", ARRAY(Uuid), nullable=False),
    Column("buffer_before_minutes", Integer, nullable=False),
    Column("buffer_after_minutes", Integer, nullable=False),
    Column("ignores_buffers", Boolean, nullable=False),
    Column("held_back", Integer, nullable=False),
    Column("local_start", DateTime),
    Column("overrides", ARRAY(Text), nullable=False),
    Column("cancel_reason", Text),
    Column("due_at", INSTANT),
    belongs("schedule_id", "schedules"),
    belongs("service_id", "services"),
    belongs("staff_id", "staff"),
    Index("sessions_starts_at_idx", "tenant_id", "starts_at"),
    Index("sessions_service_id_starts_at_idx", "tenant_id", "service_id", "starts_at"),
    Index("sessions_schedule_id_starts_at_idx", "tenant_id", "schedule_id", "starts_at"),
    Index("sessions_due_at_idx", "due_at", postgresql_where=text("due_at IS NOT NULL")),
)

occupancies = table(
    "occupancies",
    Column("session_id", Uuid, primary_key=True),
    Column("resource_id", Uuid, primary_key=True),
    Column("during", TSTZRANGE, nullable=False),
    Column("busy", TSTZRANGE, nullable=False),
    Column("ignores_buffers", Boolean, nullable=False),
    belongs("session_id", "sessions", ondelete="CASCADE"),
)
