"""Which columns does the schema `agent` have? The migrations make them, a test compares."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

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
    Column("summary", Text),
    Column("summary_seq", BigInteger),
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

tenant_models = Table(
    "tenant_models",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("models", Text),
    Column("tokens_per_day", BigInteger),
    _instant("updated_at"),
)

model_answers = Table(
    "model_answers",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("message_id", Uuid, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("attempt", SmallInteger, primary_key=True),
    Column("conversation_id", Uuid, nullable=False),
    Column("model", Text, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cached_tokens", BigInteger, nullable=False),
    Column("cost_micros", BigInteger),
    _instant("at"),
    Index("model_answers_at_idx", "tenant_id", "at"),
    Index("model_answers_conversation_idx", "tenant_id", "conversation_id", "at"),
)

preferences = Table(
    "preferences",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("customer_id", Uuid, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("said_at", DateTime(timezone=True), nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("customer_id", Uuid, primary_key=True),
    Column("person_id", Uuid),
    Column("at", DateTime(timezone=True), nullable=False),
)

handoffs = Table(
    "handoffs",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("handoff_id", Uuid, primary_key=True),
    Column("conversation_id", Uuid, nullable=False),
    Column("reason", Text, nullable=False),
    Column("note", Text),
    Column("began_at", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    _instant("ended_at", nullable=True),
    Column("ended_by", Text),
    Index("handoffs_open_idx", "tenant_id", "conversation_id", postgresql_where=text("ended_at IS NULL")),
)

operators = Table(
    "operators",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("account_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("slug", Text, nullable=False),
    Column("name", Text),
    Column("language", Text),
    _instant("created_at"),
)

handoff_rules = Table(
    "handoff_rules",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("stuck", Integer),
    Column("words", ARRAY(Text)),
    Column("hours", Double),
    _instant("updated_at"),
)

mcp_tokens = Table(
    "mcp_tokens",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("token_id", Uuid, primary_key=True),
    Column("label", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("address", JSONB),
    Column("hash", LargeBinary, nullable=False),
    Column("quote_key", LargeBinary, nullable=False),
    _instant("created_at"),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    _instant("revoked_at", nullable=True),
    _instant("used_at", nullable=True),
)

mcp_servers = Table(
    "mcp_servers",
    metadata,
    Column("tenant_id", Uuid, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("tools", ARRAY(Text), nullable=False),
    Column("writes", Boolean, nullable=False, server_default=text("false")),
    Column("sealed_token", LargeBinary),
    _instant("created_at"),
)

outbox = tables.outbox(metadata)
dead_letters = tables.dead_letters(metadata)
