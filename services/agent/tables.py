"""Which columns does the schema `agent` have? The migrations make them, a test compares."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared import tables

metadata = MetaData(schema="agent", naming_convention=tables.NAMING)

_NOW = text("now()")


def _instant(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=None if nullable else _NOW)


conversations = Table(
    "conversations",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("conversation_id", Uuid, primary_key=True),
    Column("address", JSONB, nullable=False),
    Column("language", Text),
    _instant("human_until", nullable=True),
    _instant("created_at"),
    Index(
        "conversations_user_idx",
        "tenant_id",
        text("(address ->> 'channel')"),
        text("(address ->> 'user_id')"),
    ),
)

turns = Table(
    "turns",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("message_id", Uuid, primary_key=True),
    Column("conversation_id", Uuid, nullable=False),
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    Column("status", Text, nullable=False, server_default=text("'open'")),
    Column("input", JSONB, nullable=False),
    Column("turn_id", Uuid),
    Column("message", JSONB),
    Column("messages", JSONB),
    Column("replies", JSONB),
    _instant("started_at"),
    _instant("finished_at", nullable=True),
    Index("turns_conversation_idx", "tenant_id", "conversation_id", text("seq DESC")),
)

turn_steps = Table(
    "turn_steps",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("message_id", Uuid, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("payload", JSONB, nullable=False),
    _instant("at"),
)

outbox = tables.outbox(metadata)
dead_letters = tables.dead_letters(metadata)
