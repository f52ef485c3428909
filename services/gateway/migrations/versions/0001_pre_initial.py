"""The gateway's first tables: who is reached where, what came in, what goes out."""

from alembic import op

from shared.migrate import dead_letters_table, tenant_table

revision = "0001"
down_revision = None


def upgrade() -> None:
    _accounts()
    _inbox()
    _quarantine()
    _conversations()
    _deliveries()
    dead_letters_table("gateway")


def _accounts() -> None:
    op.execute(
        """CREATE TABLE gateway.channel_accounts (
            tenant_id uuid NOT NULL,
            channel text NOT NULL,
            account_id text NOT NULL,
            owner_id text,
            display_number text,
            updated_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT channel_accounts_pkey PRIMARY KEY (tenant_id, channel, account_id),
            CONSTRAINT channel_accounts_account_key UNIQUE (channel, account_id)
        )"""
    )
    tenant_table("gateway", "channel_accounts", system="SELECT")


def _inbox() -> None:
    # The primary key is the deduplication: `id` follows from (channel, account, provider's id [, status]).
    op.execute(
        """CREATE TABLE gateway.inbox (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            position bigint GENERATED ALWAYS AS IDENTITY,
            kind text NOT NULL,
            channel text NOT NULL,
            account_id text NOT NULL,
            provider_id text NOT NULL,
            subject text,
            payload bytea NOT NULL,
            raw bytea NOT NULL,
            received_at timestamptz NOT NULL DEFAULT now(),
            attempts integer NOT NULL DEFAULT 0,
            next_attempt_at timestamptz NOT NULL,
            handled_at timestamptz,
            CONSTRAINT inbox_pkey PRIMARY KEY (tenant_id, id),
            CONSTRAINT inbox_kind_check CHECK (kind IN ('message', 'status', 'event')),
            CONSTRAINT inbox_subject_check CHECK (kind <> 'message' OR subject IS NOT NULL)
        )"""
    )
    op.execute(
        "CREATE INDEX inbox_unhandled_idx ON gateway.inbox (kind, next_attempt_at) WHERE handled_at IS NULL"
    )
    tenant_table("gateway", "inbox", system="SELECT, UPDATE")


def _quarantine() -> None:
    op.execute(
        """CREATE TABLE gateway.quarantine (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            channel text NOT NULL,
            account_id text,
            reason text NOT NULL,
            body bytea NOT NULL,
            received_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT quarantine_pkey PRIMARY KEY (tenant_id, id)
        )"""
    )
    tenant_table("gateway", "quarantine", system="SELECT, DELETE")


def _conversations() -> None:
    op.execute(
        """CREATE TABLE gateway.conversations (
            tenant_id uuid NOT NULL,
            conversation_id uuid NOT NULL,
            channel text NOT NULL,
            account_id text NOT NULL,
            user_id text NOT NULL,
            last_inbound_at timestamptz NOT NULL,
            CONSTRAINT conversations_pkey PRIMARY KEY (tenant_id, conversation_id)
        ) WITH (fillfactor = 80)"""
    )
    tenant_table("gateway", "conversations")


def _deliveries() -> None:
    op.execute(
        """CREATE TABLE gateway.deliveries (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            position bigint GENERATED ALWAYS AS IDENTITY,
            partition smallint NOT NULL,
            conversation_id uuid NOT NULL,
            channel text NOT NULL,
            purpose text NOT NULL,
            payload bytea NOT NULL,
            state text NOT NULL DEFAULT 'pending',
            rank smallint NOT NULL DEFAULT 0,
            part smallint NOT NULL DEFAULT 0,
            attempts integer NOT NULL DEFAULT 0,
            media_id text,
            provider_id text,
            reason text,
            created_at timestamptz NOT NULL DEFAULT now(),
            next_attempt_at timestamptz NOT NULL DEFAULT now(),
            sending_at timestamptz,
            updated_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT deliveries_pkey PRIMARY KEY (tenant_id, id),
            CONSTRAINT deliveries_state_check CHECK (
                (state, rank) IN (('pending', 0), ('sending', 10), ('sent', 20), ('failed', 25), ('rejected', 25),
                                  ('delivered', 30), ('read', 40))
            )
        ) WITH (fillfactor = 80)"""
    )
    op.execute(
        "CREATE INDEX deliveries_open_idx ON gateway.deliveries (conversation_id, position) WHERE rank < 20"
    )
    op.execute("CREATE INDEX deliveries_partition_idx ON gateway.deliveries (partition) WHERE rank < 20")
    op.execute(
        "CREATE INDEX deliveries_provider_idx ON gateway.deliveries (tenant_id, provider_id)"
        " WHERE provider_id IS NOT NULL"
    )
    tenant_table("gateway", "deliveries", system="SELECT")
