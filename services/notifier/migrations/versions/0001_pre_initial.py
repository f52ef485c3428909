"""What the notifier starts with: what was told to whom, receipts asked for, outbox and dead letters."""

from alembic import op

from shared.migrate import dead_letters_table, outbox_table, tenant_table

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        """CREATE TABLE notifier.notifications (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            event_id uuid NOT NULL,
            booking_id uuid NOT NULL,
            recipient_id uuid NOT NULL,
            purpose text NOT NULL,
            conversation_id uuid NOT NULL,
            body jsonb NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT notifications_pkey PRIMARY KEY (tenant_id, id),
            CONSTRAINT notifications_event_id_key UNIQUE (tenant_id, event_id, recipient_id, purpose)
        )"""
    )
    op.execute(
        "CREATE INDEX notifications_booking_id_idx ON notifier.notifications (tenant_id, booking_id, purpose)"
    )
    tenant_table("notifier", "notifications", app="SELECT, INSERT")
    op.execute(
        """CREATE TABLE notifier.receipts (
            tenant_id uuid NOT NULL,
            receipt_id uuid NOT NULL,
            booking_id uuid NOT NULL,
            event_id uuid NOT NULL,
            state text NOT NULL DEFAULT 'requested',
            data jsonb NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            ready_at timestamptz,
            CONSTRAINT receipts_pkey PRIMARY KEY (tenant_id, receipt_id),
            CONSTRAINT receipts_state_check CHECK (state IN ('requested', 'ready'))
        )"""
    )
    op.execute("CREATE INDEX receipts_booking_id_idx ON notifier.receipts (tenant_id, booking_id)")
    tenant_table("notifier", "receipts", app="SELECT, INSERT, UPDATE")
    outbox_table("notifier")
    dead_letters_table("notifier")


def downgrade() -> None:
    for table in ("notifications", "receipts", "outbox", "dead_letters"):
        op.execute(f"DROP TABLE notifier.{table}")
