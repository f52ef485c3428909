"""What is kept of a conversation besides its turns: preferences, a summary, who was called; and what others sent in it.

Revision ID: 0004
"""

from alembic import op

from shared.migrate import tenant_table

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The summary tells of the turns up to `summary_seq`.
    op.execute("ALTER TABLE agent.conversations ADD COLUMN summary text, ADD COLUMN summary_seq bigint")
    # A `notice` is what somebody else sent to the person: the notifier, or a person of the business.
    op.execute(
        "ALTER TABLE agent.turns DROP CONSTRAINT turns_status_check, DROP CONSTRAINT turns_done_check,"
        " ADD CONSTRAINT turns_status_check CHECK (status IN ('open', 'done', 'joined', 'notice')),"
        " ADD CONSTRAINT turns_done_check CHECK (status NOT IN ('done', 'notice')"
        "   OR (messages IS NOT NULL AND replies IS NOT NULL))"
    )
    op.execute(
        """CREATE TABLE agent.preferences (
            tenant_id uuid NOT NULL,
            customer_id uuid NOT NULL,
            key text NOT NULL,
            value text NOT NULL,
            said_at timestamptz NOT NULL,
            CONSTRAINT preferences_pkey PRIMARY KEY (tenant_id, customer_id, key)
        )"""
    )
    tenant_table("agent", "preferences")
    op.execute(
        """CREATE TABLE agent.handoffs (
            tenant_id uuid NOT NULL,
            handoff_id uuid NOT NULL,
            conversation_id uuid NOT NULL,
            reason text NOT NULL,
            note text,
            began_at timestamptz NOT NULL,
            until timestamptz NOT NULL,
            ended_at timestamptz,
            ended_by text,
            CONSTRAINT handoffs_pkey PRIMARY KEY (tenant_id, handoff_id),
            CONSTRAINT handoffs_ended_check CHECK ((ended_at IS NULL) = (ended_by IS NULL))
        )"""
    )
    op.execute(
        "CREATE INDEX handoffs_open_idx ON agent.handoffs (tenant_id, conversation_id) WHERE ended_at IS NULL"
    )
    tenant_table("agent", "handoffs")


def downgrade() -> None:
    op.execute("DROP TABLE agent.handoffs")
    op.execute("DROP TABLE agent.preferences")
    op.execute("DELETE FROM agent.turns WHERE status = 'notice'")
    op.execute(
        "ALTER TABLE agent.turns DROP CONSTRAINT turns_status_check, DROP CONSTRAINT turns_done_check,"
        " ADD CONSTRAINT turns_status_check CHECK (status IN ('open', 'done', 'joined')),"
        " ADD CONSTRAINT turns_done_check"
        "   CHECK (status <> 'done' OR (messages IS NOT NULL AND replies IS NOT NULL))"
    )
    op.execute("ALTER TABLE agent.conversations DROP COLUMN summary_seq, DROP COLUMN summary")
