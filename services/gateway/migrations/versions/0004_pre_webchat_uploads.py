"""What visitors of a web chat send: nobody else has these files, so they are kept here, encrypted, for a while."""

from __future__ import annotations

from alembic import op

from shared.migrate import tenant_table

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """CREATE TABLE gateway.webchat_uploads (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            account_id text NOT NULL,
            user_id text NOT NULL,
            size integer NOT NULL,
            sha256 bytea NOT NULL,
            body bytea NOT NULL,
            received_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT webchat_uploads_pkey PRIMARY KEY (tenant_id, id)
        )"""
    )
    # Encrypted bytes cannot be compressed: nobody need try.
    op.execute("ALTER TABLE gateway.webchat_uploads ALTER COLUMN body SET STORAGE EXTERNAL")
    op.execute(
        "CREATE INDEX webchat_uploads_received_at_idx ON gateway.webchat_uploads (tenant_id, received_at)"
    )
    tenant_table("gateway", "webchat_uploads", app="SELECT, INSERT, DELETE")


def downgrade() -> None:
    op.execute("DROP TABLE gateway.webchat_uploads")
