"""The first tables: conversations, their turns, and what each turn has done.

Revision ID: 0001
"""

from alembic import op

from shared.migrate import dead_letters_table, outbox_table, tenant_table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """CREATE TABLE agent.conversations (
            tenant_id uuid NOT NULL,
            conversation_id uuid NOT NULL,
            address jsonb NOT NULL,
            language text,
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT conversations_pkey PRIMARY KEY (tenant_id, conversation_id)
        )"""
    )
    op.execute(
        "CREATE INDEX conversations_user_idx ON agent.conversations"
        " (tenant_id, (address->>'channel'), (address->>'user_id'))"
    )
    tenant_table("agent", "conversations")
    op.execute(
        """CREATE TABLE agent.turns (
            tenant_id uuid NOT NULL,
            message_id uuid NOT NULL,
            conversation_id uuid NOT NULL,
            seq bigint GENERATED ALWAYS AS IDENTITY,
            status text NOT NULL DEFAULT 'open',
            input jsonb NOT NULL,
            messages jsonb,
            replies jsonb,
            started_at timestamptz NOT NULL DEFAULT now(),
            finished_at timestamptz,
            CONSTRAINT turns_pkey PRIMARY KEY (tenant_id, message_id),
            CONSTRAINT turns_status_check CHECK (status IN ('open', 'done')),
            CONSTRAINT turns_done_check CHECK (status = 'open' OR (messages IS NOT NULL AND replies IS NOT
            NULL))
        )"""
    )
    op.execute("CREATE INDEX turns_conversation_idx ON agent.turns (tenant_id, conversation_id, seq DESC)")
    tenant_table("agent", "turns")
    op.execute(
        """CREATE TABLE agent.turn_steps (
            tenant_id uuid NOT NULL,
            message_id uuid NOT NULL,
            key text NOT NULL,
            payload jsonb NOT NULL,
            at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT turn_steps_pkey PRIMARY KEY (tenant_id, message_id, key)
        )"""
    )
    tenant_table("agent", "turn_steps")
    outbox_table("agent")
    dead_letters_table("agent")


def downgrade() -> None:
    for table in ("dead_letters", "outbox", "turn_steps", "turns", "conversations"):
        op.execute(f"DROP TABLE agent.{table}")
