"""Which models a tenant uses, and what each model answer took.

Revision ID: 0003
"""

from alembic import op

from shared.migrate import tenant_table

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """CREATE TABLE agent.tenant_models (
            tenant_id uuid NOT NULL,
            models text,
            tokens_per_day bigint,
            updated_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT tenant_models_pkey PRIMARY KEY (tenant_id),
            CONSTRAINT tenant_models_tokens_per_day_check CHECK (tokens_per_day >= 0)
        )"""
    )
    tenant_table("agent", "tenant_models")
    # A step has several when some were paid for and rejected (a refusal, a cut-off answer).
    op.execute(
        """CREATE TABLE agent.model_answers (
            tenant_id uuid NOT NULL,
            message_id uuid NOT NULL,
            step text NOT NULL,
            attempt smallint NOT NULL,
            conversation_id uuid NOT NULL,
            model text NOT NULL,
            input_tokens bigint NOT NULL,
            output_tokens bigint NOT NULL,
            cached_tokens bigint NOT NULL,
            cost_micros bigint,
            at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT model_answers_pkey PRIMARY KEY (tenant_id, message_id, step, attempt)
        )"""
    )
    op.execute("CREATE INDEX model_answers_at_idx ON agent.model_answers (tenant_id, at)")
    op.execute(
        "CREATE INDEX model_answers_conversation_idx ON agent.model_answers (tenant_id, conversation_id, at)"
    )
    tenant_table("agent", "model_answers")


def downgrade() -> None:
    op.execute("DROP TABLE agent.model_answers")
    op.execute("DROP TABLE agent.tenant_models")
