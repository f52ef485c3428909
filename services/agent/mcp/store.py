"""Where are tokens kept, and how are they given out, found and revoked? Every SQL statement about `agent.mcp_tokens`."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from asyncpg import Record

from services.agent.mcp.bearer import SECRET_BYTES, Scope, Token, hash_of, read, written
from shared.db import Database
from shared.ids import NewId
from shared.messages.conversation import ChannelAddress

_USED_EVERY = timedelta(minutes=1)

_INSERT = """
    INSERT INTO agent.mcp_tokens
        (tenant_id, token_id, label, scope, address, hash, quote_key, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9)"""

_FIND = "SELECT * FROM agent.mcp_tokens WHERE tenant_id = $1 AND token_id = $2"

_LIST = "SELECT * FROM agent.mcp_tokens WHERE tenant_id = $1 ORDER BY created_at, token_id"

_REVOKE = """
    UPDATE agent.mcp_tokens SET revoked_at = $3
    WHERE tenant_id = $1 AND token_id = $2 AND revoked_at IS NULL RETURNING true"""

_USED = "UPDATE agent.mcp_tokens SET used_at = $3 WHERE tenant_id = $1 AND token_id = $2"


class Tokens:
    """The tokens of all businesses. `clock` gives aware instants."""

    def __init__(self, db: Database, clock: Callable[[], datetime], new_id: NewId) -> None:
        self._db = db
        self._clock = clock
        self._new_id = new_id

    async def give(
        self, tenant_id: UUID, label: str, scope: Scope, address: ChannelAddress | None, lasts: timedelta
    ) -> tuple[Token, str]:
        """A new token, and its text, which is told only now."""
        now, secret, token_id = self._clock(), secrets.token_bytes(SECRET_BYTES), self._new_id()
        token = Token(
            tenant_id=tenant_id,
            token_id=token_id,
            label=label,
            scope=scope,
            address=address,
            expires_at=now + lasts,
            hash=hash_of(secret),
            quote_key=secrets.token_bytes(SECRET_BYTES),
        )
        async with self._db.tenant(tenant_id) as connection:
            await connection.execute(
                _INSERT,
                tenant_id,
                token_id,
                label,
                scope,
                address.model_dump_json(exclude_none=True) if address else None,
                token.hash,
                token.quote_key,
                now,
                token.expires_at,
            )
        return token, written(tenant_id, token_id, secret)

    async def check(self, text: str) -> Token | None:
        """The token that this text is, if it is good now."""
        presented = read(text)
        if presented is None:
            return None
        now = self._clock()
        async with self._db.tenant(presented.tenant_id) as connection:
            row = await connection.fetchrow(_FIND, presented.tenant_id, presented.token_id)
            token = _token(row) if row else None
            if token is None or not token.opens_with(presented.secret, now):
                return None
            if token.used_at is None or now - token.used_at > _USED_EVERY:
                await connection.execute(_USED, token.tenant_id, token.token_id, now)
        return token

    async def all(self, tenant_id: UUID) -> list[Token]:
        """Every token of a business, oldest first."""
        async with self._db.tenant(tenant_id) as connection:
            return [_token(row) for row in await connection.fetch(_LIST, tenant_id)]

    async def revoke(self, tenant_id: UUID, token_id: UUID) -> bool:
        """End a token at once; whether there was one to end."""
        async with self._db.tenant(tenant_id) as connection:
            return bool(await connection.fetchval(_REVOKE, tenant_id, token_id, self._clock()))


def _token(row: Record) -> Token:
    address = row["address"]
    return Token(
        tenant_id=UUID(bytes=row["tenant_id"].bytes),
        token_id=UUID(bytes=row["token_id"].bytes),
        label=row["label"],
        scope=row["scope"],
        address=ChannelAddress.model_validate_json(address) if address else None,
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        used_at=row["used_at"],
        hash=bytes(row["hash"]),
        quote_key=bytes(row["quote_key"]),
    )
