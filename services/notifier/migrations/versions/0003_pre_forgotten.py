"""Who is forgotten is known for a while, and words can be taken out of what was told and of receipts."""

from alembic import context, op

from shared.migrate import tenant_table

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    role = context.config.attributes["app_role"]
    # Of rows from before it is unknown; when they were told is near enough.
    op.execute("ALTER TABLE notifier.notifications ADD COLUMN event_at timestamptz")
    op.execute(f'GRANT UPDATE ON notifier.notifications TO "{role}"')
    op.execute(f'GRANT DELETE ON notifier.receipts TO "{role}"')
    op.execute(
        """CREATE TABLE notifier.forgotten (
            tenant_id uuid NOT NULL,
            customer_id uuid NOT NULL,
            at timestamptz NOT NULL,
            CONSTRAINT forgotten_pkey PRIMARY KEY (tenant_id, customer_id)
        )"""
    )
    tenant_table("notifier", "forgotten")


def downgrade() -> None:
    role = context.config.attributes["app_role"]
    op.execute("DROP TABLE notifier.forgotten")
    op.execute(f'REVOKE DELETE ON notifier.receipts FROM "{role}"')
    op.execute(f'REVOKE UPDATE ON notifier.notifications FROM "{role}"')
    op.execute("ALTER TABLE notifier.notifications DROP COLUMN event_at")
