"""Who is the same person as whom, or forgotten; who of a business is told that somebody is needed; rules of its own.

Revision ID: 0006
"""

from alembic import op

from shared.migrate import tenant_table

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # `person_id`: whom the customer has become; NULL: what they said before `at` is forgotten.
    op.execute(
        """CREATE TABLE agent.people (
            tenant_id uuid NOT NULL,
            customer_id uuid NOT NULL,
            person_id uuid,
            at timestamptz NOT NULL,
            CONSTRAINT people_pkey PRIMARY KEY (tenant_id, customer_id)
        )"""
    )
    tenant_table("agent", "people")
    # A turn that is `erased` has no words; it only keeps its message from being answered again.
    op.execute(
        "ALTER TABLE agent.turns DROP CONSTRAINT turns_status_check,"
        " ADD CONSTRAINT turns_status_check CHECK (status IN ('open', 'done', 'joined', 'notice', 'erased'))"
    )
    op.execute(
        """CREATE TABLE agent.operators (
            tenant_id uuid NOT NULL,
            channel text NOT NULL,
            account_id text NOT NULL,
            user_id text NOT NULL,
            slug text NOT NULL,
            name text,
            language text,
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT operators_pkey PRIMARY KEY (tenant_id, channel, account_id, user_id)
        )"""
    )
    tenant_table("agent", "operators")
    # NULL: as the installation has it.
    op.execute(
        """CREATE TABLE agent.handoff_rules (
            tenant_id uuid NOT NULL,
            stuck integer,
            words text[],
            hours double precision,
            updated_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT handoff_rules_pkey PRIMARY KEY (tenant_id),
            CONSTRAINT handoff_rules_stuck_check CHECK (stuck >= 0),
            CONSTRAINT handoff_rules_hours_check CHECK (hours >= 0)
        )"""
    )
    tenant_table("agent", "handoff_rules")


def downgrade() -> None:
    op.execute("DROP TABLE agent.handoff_rules")
    op.execute("DROP TABLE agent.operators")
    op.execute("DELETE FROM agent.turns WHERE status = 'erased'")
    op.execute(
        "ALTER TABLE agent.turns DROP CONSTRAINT turns_status_check,"
        " ADD CONSTRAINT turns_status_check CHECK (status IN ('open', 'done', 'joined', 'notice'))"
    )
    op.execute("DROP TABLE agent.people")
