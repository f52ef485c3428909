"""Which MCP servers has a business named? Every SQL statement about `agent.mcp_servers`; their tokens are sealed."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from asyncpg import Record
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from services.agent.tenant_tools import TenantServer
from shared.db import Database
from shared.errors import UsherError
from shared.telemetry import get_logger

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,19}")
_LOCAL: Final = ("localhost", "127.0.0.1", "::1")

_PUT = """
    INSERT INTO agent.mcp_servers AS s (tenant_id, name, url, tools, writes, sealed_token)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, name) DO UPDATE SET
        url = excluded.url, tools = excluded.tools, writes = excluded.writes, sealed_token = excluded.sealed_token"""

_ALL = "SELECT * FROM agent.mcp_servers WHERE tenant_id = $1 ORDER BY name"

_DELETE = "DELETE FROM agent.mcp_servers WHERE tenant_id = $1 AND name = $2 RETURNING true"


class BadServer(UsherError):
    """A server needs a short name (a-z, 0-9, _), an https address and the tools that may be called."""


class NoSecretsKey(UsherError):
    """A server's token is kept sealed: set USHER_SECRETS_KEY (`usher channel key` makes one)."""


class TenantServers:
    """The servers of all businesses. `key`: USHER_SECRETS_KEY (several, the newest first, separated by commas)."""

    def __init__(self, db: Database, key: SecretStr | None) -> None:
        self._db = db
        self._box = _box(key)

    async def servers(self, tenant_id: UUID) -> Sequence[TenantServer]:
        """The servers of this business; one whose token cannot be opened is left out."""
        async with self._db.tenant(tenant_id) as connection:
            rows = await connection.fetch(_ALL, tenant_id)
        return tuple(server for row in rows if (server := self._read(tenant_id, row)) is not None)

    async def put(self, tenant_id: UUID, server: TenantServer) -> None:
        """Keep a server, in place of one of the same name. Raises `BadServer`, `NoSecretsKey`."""
        parts = urlsplit(server.url)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
        if not _NAME.fullmatch(server.name) or not safe or not server.tools:
            raise BadServer
        sealed = self._seal(tenant_id, server) if server.token else None
        async with self._db.tenant(tenant_id) as connection:
            await connection.execute(
                _PUT, tenant_id, server.name, server.url, list(server.tools), server.writes, sealed
            )

    async def remove(self, tenant_id: UUID, name: str) -> bool:
        """Forget a server; whether there was one."""
        async with self._db.tenant(tenant_id) as connection:
            return bool(await connection.fetchval(_DELETE, tenant_id, name))

    def _seal(self, tenant_id: UUID, server: TenantServer) -> bytes:
        if self._box is None:
            raise NoSecretsKey
        return self._box.encrypt(f"{tenant_id}/{server.name}/{server.token}".encode())

    def _read(self, tenant_id: UUID, row: Record) -> TenantServer | None:
        token = None
        if row["sealed_token"] is not None:
            token = self._open(tenant_id, row["name"], bytes(row["sealed_token"]))
            if token is None:
                get_logger("agent").warning("tenant_server_sealed", server=row["name"])
                return None
        return TenantServer(row["name"], row["url"], tuple(row["tools"]), row["writes"], token)

    def _open(self, tenant_id: UUID, name: str, sealed: bytes) -> str | None:
        """The token; None when no key opens it, or it was sealed for another place."""
        if self._box is None:
            return None
        try:
            opened = self._box.decrypt(sealed).decode()
        except InvalidToken:
            return None
        about = f"{tenant_id}/{name}/"
        return opened[len(about) :] if opened.startswith(about) else None


def _box(key: SecretStr | None) -> MultiFernet | None:
    """Seals with a key of its own, made of USHER_SECRETS_KEY."""
    given = [part.strip() for part in (key.get_secret_value() if key else "").split(",") if part.strip()]
    keys = [
        HKDF(SHA256(), 32, salt=None, info=b"usher agent mcp servers").derive(part.encode()) for part in given
    ]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(each)) for each in keys]) if keys else None
