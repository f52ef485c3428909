"""Where are the files that visitors send? The table webchat_uploads: sealed, once each, for thirty days."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

from shared.db import Database

KEPT: Final = timedelta(days=30)
"""As long as WhatsApp keeps what people send."""

Stored = Literal["stored", "other", "full"]

# What was said before is known by its id. A business's day holds so many bytes and no more.
_ADD: Final = """
WITH known AS MATERIALIZED (
    SELECT sha256 = $6 AS same FROM gateway.webchat_uploads WHERE tenant_id = $1 AND id = $2
), today AS MATERIALIZED (
    SELECT coalesce(sum(size), 0) AS bytes FROM gateway.webchat_uploads
    WHERE tenant_id = $1 AND received_at > now() - interval '1 day'
), added AS (
    INSERT INTO gateway.webchat_uploads (tenant_id, id, account_id, user_id, size, sha256, body)
    SELECT $1, $2, $3, $4, $5::integer, $6, $7 FROM today
    WHERE today.bytes + $5::integer <= $8::bigint AND NOT EXISTS (SELECT FROM known)
    ON CONFLICT DO NOTHING RETURNING 1
)
SELECT (SELECT same FROM known) AS same, EXISTS (SELECT FROM added) AS added,
       (SELECT bytes FROM today) + $5::integer > $8::bigint AS full
"""
_GET: Final = """
SELECT body FROM gateway.webchat_uploads WHERE tenant_id = $1 AND id = $2 AND account_id = $3
"""
_FORGET: Final = "DELETE FROM gateway.webchat_uploads WHERE received_at < now() - $1::interval"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it is stored: `sealed` are its bytes, encrypted; `size` and `sha256` are of the plain ones."""

    tenant_id: UUID
    id: UUID
    account_id: str
    user_id: str
    size: int
    sha256: bytes
    sealed: bytes = field(repr=False)


class UploadStore:
    """Keeps, gives and forgets files."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, upload: Upload, most_a_day: int) -> Stored:
        """Store it, once; "other": under this id there are other bytes; "full": the tenant's day has no room for it."""
        arguments = (
            upload.tenant_id,
            upload.id,
            upload.account_id,
            upload.user_id,
            upload.size,
            upload.sha256,
            upload.sealed,
            most_a_day,
        )
        while True:
            async with self._db.tenant(upload.tenant_id) as connection:
                found = await connection.fetchrow(_ADD, *arguments)
            assert found is not None  # noqa: S101  # an aggregate has a row
            if found["same"] is not None:
                return "stored" if found["same"] else "other"
            if found["added"]:
                return "stored"
            if found["full"]:
                return "full"
            # Somebody else has just stored this id: the next look says what.

    async def get(self, tenant_id: UUID, upload_id: UUID, account_id: str) -> bytes | None:
        """The sealed bytes; None when there are none (any more)."""
        async with self._db.tenant(tenant_id) as connection:
            found: bytes | None = await connection.fetchval(_GET, tenant_id, upload_id, account_id)
        return found

    async def forget(self, tenants: Collection[UUID], older_than: timedelta = KEPT) -> None:
        """Delete what is older in these tenants."""
        if tenants:
            async with self._db.tenant(*tenants) as connection:
                await connection.execute(_FORGET, older_than)
