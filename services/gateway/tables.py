"""The gateway's schema for reads by SQLAlchemy; the migrations are the truth, and a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared import tables

metadata = MetaData(
    schema="gateway",
    naming_convention=tables.NAMING,
)

_INSTANT = DateTime(timezone=True)
_NOW = text("now()")

channel_accounts = Table(
    "channel_accounts",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("owner_id", Text),
    Column("display_number", Text),
    Column("secrets", LargeBinary),
    Column("settings", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("paused_until", _INSTANT),
    Column("pause_reason", Text),
    Column("created_at", _INSTANT, nullable=False, server_default=_NOW),
    Column("updated_at", _INSTANT, nullable=False, server_default=_NOW),
    PrimaryKeyConstraint("tenant_id", "channel", "account_id"),
    UniqueConstraint("channel", "account_id", name="channel_accounts_account_key"),
)

account_notices = Table(
    "account_notices",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("at", _INSTANT, nullable=False, server_default=_NOW),
    PrimaryKeyConstraint("tenant_id", "id"),
    CheckConstraint("severity IN ('info', 'warning', 'critical')", name="severity"),
)

identities = Table(
    "identities",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("alias", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("learned_at", _INSTANT, nullable=False, server_default=_NOW),
    PrimaryKeyConstraint("tenant_id", "channel", "account_id", "alias"),
)

Index("identities_user_id_idx", identities.c.user_id, postgresql_using="hash")

consents = Table(
    "consents",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("allowed", Boolean, nullable=False),
    Column("phone", Text),
    Column("customer_id", Uuid),
    Column("source", Text, nullable=False),
    Column("at", _INSTANT, nullable=False),
    PrimaryKeyConstraint("tenant_id", "channel", "user_id", "scope"),
    CheckConstraint("scope IN ('all', 'marketing')", name="scope"),
)
Index(
    "consents_phone_idx",
    consents.c.tenant_id,
    consents.c.phone,
    postgresql_where=consents.c.phone.is_not(None),
)
Index(
    "consents_customer_id_idx",
    consents.c.tenant_id,
    consents.c.customer_id,
    postgresql_where=consents.c.customer_id.is_not(None),
)

raw_bodies = Table(
    "raw_bodies",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    Column("account_id", Text),
    Column("url", Text, nullable=False, server_default=text("''")),
    Column("content_type", Text, nullable=False, server_default=text("''")),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", _INSTANT, nullable=False, server_default=_NOW),
    PrimaryKeyConstraint("tenant_id", "id"),
)
Index("raw_bodies_received_at_idx", raw_bodies.c.received_at)

webchat_uploads = Table(
    "webchat_uploads",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", _INSTANT, nullable=False, server_default=_NOW),
    PrimaryKeyConstraint("tenant_id", "id"),
)
Index("webchat_uploads_received_at_idx", webchat_uploads.c.tenant_id, webchat_uploads.c.received_at)

inbox = Table(
    "inbox",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("position", BigInteger, Identity(always=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("provider_id", Text, nullable=False),
    Column("subject", Text),
    Column("payload", LargeBinary, nullable=False),
    Column("raw", LargeBinary, nullable=False, server_default=text("''::bytea")),
    Column("received_at", _INSTANT, nullable=False, server_default=_NOW),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_attempt_at", _INSTANT, nullable=False),
    Column("handled_at", _INSTANT),
    Column("after_id", Uuid),
    PrimaryKeyConstraint("tenant_id", "id"),
    CheckConstraint("kind IN ('message', 'status', 'event')", name="kind"),
    CheckConstraint("kind <> 'message' OR subject IS NOT NULL", name="subject"),
)
Index(
    "inbox_unhandled_idx",
    inbox.c.kind,
    inbox.c.next_attempt_at,
    postgresql_where=inbox.c.handled_at.is_(None),
)
Index(
    "inbox_after_id_idx",
    inbox.c.after_id,
    postgresql_where=inbox.c.after_id.is_not(None) & inbox.c.handled_at.is_(None),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    Column("account_id", Text),
    Column("reason", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", _INSTANT, nullable=False, server_default=_NOW),
    PrimaryKeyConstraint("tenant_id", "id"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("conversation_id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("last_inbound_at", _INSTANT, nullable=False),
    Column("phone", Text),
    Column("customer_id", Uuid),
    PrimaryKeyConstraint("tenant_id", "conversation_id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("position", BigInteger, Identity(always=True), nullable=False),
    Column("partition", SmallInteger, nullable=False),
    Column("conversation_id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'pending'")),
    Column("rank", SmallInteger, nullable=False, server_default=text("0")),
    Column("part", SmallInteger, nullable=False, server_default=text("0")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("media_id", Text),
    Column("provider_id", Text),
    Column("reason", Text),
    Column("created_at", _INSTANT, nullable=False, server_default=_NOW),
    Column("next_attempt_at", _INSTANT, nullable=False, server_default=_NOW),
    Column("sending_at", _INSTANT),
    Column("updated_at", _INSTANT, nullable=False, server_default=_NOW),
    Column("account_id", Text, nullable=False, server_default=text("''")),
    Column("user_id", Text, nullable=False, server_default=text("''")),
    Column("answers", Boolean, nullable=False, server_default=text("false")),
    Column("merged_into", Uuid),
    Column("published_at", _INSTANT),
    PrimaryKeyConstraint("tenant_id", "id"),
)
Index("deliveries_held_idx", deliveries.c.tenant_id, postgresql_where=text("state = 'held'"))
Index("deliveries_failed_idx", deliveries.c.updated_at, postgresql_where=text("state = 'failed'"))
Index(
    "deliveries_merged_idx",
    deliveries.c.tenant_id,
    deliveries.c.merged_into,
    postgresql_where=deliveries.c.merged_into.is_not(None),
)
Index("deliveries_conversation_idx", deliveries.c.conversation_id, deliveries.c.position)
Index(
    "deliveries_webchat_idx",
    deliveries.c.conversation_id,
    deliveries.c.position,
    postgresql_where=text("channel = 'webchat'"),
)
Index(
    "deliveries_open_idx",
    deliveries.c.conversation_id,
    deliveries.c.position,
    postgresql_where=deliveries.c.rank < 20,
)
Index("deliveries_partition_idx", deliveries.c.partition, postgresql_where=deliveries.c.rank < 20)
Index(
    "deliveries_provider_idx",
    deliveries.c.tenant_id,
    deliveries.c.provider_id,
    postgresql_where=deliveries.c.provider_id.is_not(None),
)

forgotten = Table(
    "forgotten",
    metadata,
    Column("tenant_id", Uuid, nullable=False),
    Column("conversation_id", Uuid, nullable=False),
    Column("at", _INSTANT, nullable=False),
    PrimaryKeyConstraint("tenant_id", "conversation_id"),
)

dead_letters = tables.dead_letters(metadata)
