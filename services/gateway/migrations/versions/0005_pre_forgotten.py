"""Who is forgotten is known for a few days, so that what was on its way to them is not sent."""

from __future__ import annotations

from alembic import op

from shared.migrate import tenant_table

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """CREATE TABLE gateway.forgotten (
            tenant_id uuid NOT NULL,
            conversation_id uuid NOT NULL,
            at timestamptz NOT NULL,
            CONSTRAINT forgotten_pkey PRIMARY KEY (tenant_id, conversation_id)
        )"""
    )
    tenant_table("gateway", "forgotten")
    # Of rows from before it is unknown; when they came is near enough.
    op.execute("ALTER TABLE gateway.deliveries ADD COLUMN published_at timestamptz")


def downgrade() -> None:
    op.execute("ALTER TABLE gateway.deliveries DROP COLUMN published_at")
    op.execute("DROP TABLE gateway.forgotten")
