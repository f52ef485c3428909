"""Several messages answered in one turn, and conversations that a person of the business has taken over.

Revision ID: 0002
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE agent.conversations ADD COLUMN human_until timestamptz")
    # A `joined` message is part of the turn `turn_id`; `message` is what the messages of that turn say together.
    op.execute(
        "ALTER TABLE agent.turns ADD COLUMN turn_id uuid, ADD COLUMN message jsonb,"
        " DROP CONSTRAINT turns_status_check, DROP CONSTRAINT turns_done_check,"
        " ADD CONSTRAINT turns_status_check CHECK (status IN ('open', 'done', 'joined')),"
        " ADD CONSTRAINT turns_done_check"
        "   CHECK (status <> 'done' OR (messages IS NOT NULL AND replies IS NOT NULL)),"
        " ADD CONSTRAINT turns_joined_check CHECK ((status = 'joined') = (turn_id IS NOT NULL))"
    )


def downgrade() -> None:
    op.execute("DELETE FROM agent.turns WHERE status = 'joined'")
    op.execute(
        "ALTER TABLE agent.turns DROP CONSTRAINT turns_joined_check, DROP CONSTRAINT turns_status_check,"
        " DROP CONSTRAINT turns_done_check, DROP COLUMN turn_id, DROP COLUMN message,"
        " ADD CONSTRAINT turns_status_check CHECK (status IN ('open', 'done')),"
        " ADD CONSTRAINT turns_done_check"
        "   CHECK (status = 'open' OR (messages IS NOT NULL AND replies IS NOT NULL))"
    )
    op.execute("ALTER TABLE agent.conversations DROP COLUMN human_until")
