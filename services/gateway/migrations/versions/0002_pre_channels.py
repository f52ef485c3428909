"""Many channels: secrets of accounts, other ids of persons, consent, news for the operator, raw bodies."""

from __future__ import annotations

from alembic import op

from shared.db import SYSTEM_ROLE
from shared.migrate import tenant_table

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _accounts()
    _people()
    _raw_bodies()
    _deliveries()


def downgrade() -> None:
    raise NotImplementedError("0002 rewrites constraints: restore a backup instead.")


def _accounts() -> None:
    op.execute(
        """ALTER TABLE gateway.channel_accounts
            ADD COLUMN secrets bytea,
            ADD COLUMN settings jsonb NOT NULL DEFAULT '{}',
            ADD COLUMN paused_until timestamptz,
            ADD COLUMN pause_reason text,
            ADD COLUMN created_at timestamptz NOT NULL DEFAULT now()"""
    )
    op.execute(
        """CREATE TABLE gateway.account_notices (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            channel text NOT NULL,
            account_id text NOT NULL,
            severity text NOT NULL,
            summary text NOT NULL,
            at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT account_notices_pkey PRIMARY KEY (tenant_id, id),
            CONSTRAINT account_notices_severity_check CHECK (severity IN ('info', 'warning', 'critical'))
        )"""
    )
    tenant_table("gateway", "account_notices", system="SELECT, INSERT, DELETE")


def _people() -> None:
    # Under which id a person's conversation was begun, by any other id the channel knows the person by.
    op.execute(
        """CREATE TABLE gateway.identities (
            tenant_id uuid NOT NULL,
            channel text NOT NULL,
            account_id text NOT NULL,
            alias text NOT NULL,
            user_id text NOT NULL,
            learned_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT identities_pkey PRIMARY KEY (tenant_id, channel, account_id, alias)
        )"""
    )
    op.execute(
        "CREATE INDEX identities_user_id_idx ON gateway.identities (tenant_id, channel, account_id, user_id)"
    )
    tenant_table("gateway", "identities")
    # Who wants to hear from the business, and who does not: the last word of each person on each scope.
    op.execute(
        """CREATE TABLE gateway.consents (
            tenant_id uuid NOT NULL,
            channel text NOT NULL,
            user_id text NOT NULL,
            scope text NOT NULL,
            allowed boolean NOT NULL,
            phone text,
            customer_id uuid,
            source text NOT NULL,
            at timestamptz NOT NULL,
            CONSTRAINT consents_pkey PRIMARY KEY (tenant_id, channel, user_id, scope),
            CONSTRAINT consents_scope_check CHECK (scope IN ('all', 'marketing'))
        )"""
    )
    op.execute(
        "CREATE INDEX consents_phone_idx ON gateway.consents (tenant_id, phone) WHERE phone IS NOT NULL"
    )
    op.execute(
        "CREATE INDEX consents_customer_id_idx ON gateway.consents (tenant_id, customer_id)"
        " WHERE customer_id IS NOT NULL"
    )
    tenant_table("gateway", "consents")
    op.execute(
        """ALTER TABLE gateway.conversations
            ADD COLUMN phone text,
            ADD COLUMN customer_id uuid"""
    )


def _raw_bodies() -> None:
    # The bytes of a whole request, encrypted: the only source to replay from. They may be of several tenants, so they
    # are the operator's.
    op.execute(
        """CREATE TABLE gateway.raw_bodies (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            channel text NOT NULL,
            account_id text,
            url text NOT NULL DEFAULT '',
            content_type text NOT NULL DEFAULT '',
            body bytea NOT NULL,
            received_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT raw_bodies_pkey PRIMARY KEY (tenant_id, id)
        )"""
    )
    # Encrypted bytes cannot be compressed: nobody need try.
    op.execute("ALTER TABLE gateway.raw_bodies ALTER COLUMN body SET STORAGE EXTERNAL")
    op.execute("CREATE INDEX raw_bodies_received_at_idx ON gateway.raw_bodies (received_at)")
    tenant_table("gateway", "raw_bodies", system="SELECT, DELETE")
    # An edit waits a while for the message it is about.
    op.execute("ALTER TABLE gateway.inbox ALTER COLUMN raw SET DEFAULT '', ADD COLUMN after_id uuid")
    op.execute(
        "CREATE INDEX inbox_after_id_idx ON gateway.inbox (after_id)"
        " WHERE after_id IS NOT NULL AND handled_at IS NULL"
    )


def _deliveries() -> None:
    op.execute(
        """ALTER TABLE gateway.deliveries
            ADD COLUMN account_id text NOT NULL DEFAULT '',
            ADD COLUMN user_id text NOT NULL DEFAULT '',
            ADD COLUMN answers boolean NOT NULL DEFAULT false,
            ADD COLUMN merged_into uuid,
            DROP CONSTRAINT deliveries_state_check,
            ADD CONSTRAINT deliveries_state_check CHECK (
                (state, rank) IN (('pending', 0), ('held', 5), ('sending', 10), ('sent', 20), ('failed', 25),
                                  ('rejected', 25), ('delivered', 30), ('read', 40)))"""
    )
    op.execute("CREATE INDEX deliveries_held_idx ON gateway.deliveries (tenant_id) WHERE state = 'held'")
    op.execute("CREATE INDEX deliveries_failed_idx ON gateway.deliveries (updated_at) WHERE state = 'failed'")
    op.execute(
        "CREATE INDEX deliveries_merged_idx ON gateway.deliveries (tenant_id, merged_into)"
        " WHERE merged_into IS NOT NULL"
    )
    # The sweep finds what was held until the person wrote, of all tenants.
    op.execute(f"CREATE POLICY system ON gateway.conversations TO {SYSTEM_ROLE} USING (true)")
    op.execute(f"GRANT SELECT ON gateway.conversations TO {SYSTEM_ROLE}")
    # What was offered last in a conversation, and what had been sent when the person saw it.
    op.execute("CREATE INDEX deliveries_conversation_idx ON gateway.deliveries (conversation_id, position)")
    # Web chat reads a conversation's messages from where the visitor's page has them.
    op.execute(
        "CREATE INDEX deliveries_webchat_idx ON gateway.deliveries (conversation_id, position)"
        " WHERE channel = 'webchat'"
    )
