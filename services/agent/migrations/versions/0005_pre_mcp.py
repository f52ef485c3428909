"""Who may call our tools over MCP, and whose tools the agent may call for a business.

Revision ID: 0005
"""

from alembic import op

from shared.migrate import tenant_table

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # `hash` is of the token's secret part (SHA-256 of 256 random bits); `quote_key` signs quotes and leaves us never.
    op.execute(
        """CREATE TABLE agent.mcp_tokens (
            tenant_id uuid NOT NULL,
            token_id uuid NOT NULL,
            label text NOT NULL,
            scope text NOT NULL,
            address jsonb,
            hash bytea NOT NULL,
            quote_key bytea NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            expires_at timestamptz NOT NULL,
            revoked_at timestamptz,
            used_at timestamptz,
            CONSTRAINT mcp_tokens_pkey PRIMARY KEY (tenant_id, token_id),
            CONSTRAINT mcp_tokens_scope_check CHECK (scope IN ('customer', 'operator')),
            CONSTRAINT mcp_tokens_address_check CHECK (scope = 'operator' OR address IS NOT NULL)
        )"""
    )
    tenant_table("agent", "mcp_tokens")
    op.execute(
        """CREATE TABLE agent.mcp_servers (
            tenant_id uuid NOT NULL,
            name text NOT NULL,
            url text NOT NULL,
            tools text[] NOT NULL,
            writes boolean NOT NULL DEFAULT false,
            sealed_token bytea,
            created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT mcp_servers_pkey PRIMARY KEY (tenant_id, name)
        )"""
    )
    tenant_table("agent", "mcp_servers")


def downgrade() -> None:
    op.execute("DROP TABLE agent.mcp_servers")
    op.execute("DROP TABLE agent.mcp_tokens")
