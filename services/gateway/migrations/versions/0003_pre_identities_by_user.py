"""Persons by their main id in an index that no lookup of another id can mistake for its own.

The former one began with the same columns as the primary key. A plan that was made before the table's first ANALYZE took
it for looking up an alias, and read all persons of the account for each message.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DROP INDEX gateway.identities_user_id_idx")
    op.execute("CREATE INDEX identities_user_id_idx ON gateway.identities USING hash (user_id)")


def downgrade() -> None:
    op.execute("DROP INDEX gateway.identities_user_id_idx")
    op.execute(
        "CREATE INDEX identities_user_id_idx ON gateway.identities (tenant_id, channel, account_id, user_id)"
    )
