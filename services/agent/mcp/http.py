"""How are the tools served over HTTP? Streamable HTTP by the official SDK, every request with a bearer token of ours."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import uvicorn
from mcp.server import Server
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from pydantic import AnyHttpUrl
from starlette.types import ASGIApp

from services.agent.mcp.bearer import Token
from services.agent.mcp.callers import Caller
from services.agent.mcp.languages import HEADER, accepted
from services.agent.mcp.server import Request
from shared.db import is_transient
from shared.errors import UsherError
from shared.telemetry import get_logger

PATH = "/mcp"
_TOKEN = "usher_token"  # noqa: S105  # the name of a claim
_START_SECONDS = 10.0


class Checker(Protocol):
    """Whatever knows tokens (`services.agent.mcp.store.Tokens`)."""

    async def check(self, text: str) -> Token | None:
        """The token that this text is, if it is good now."""


class Unauthorised(UsherError):
    """The request has no token that is good."""


class CouldNotListen(UsherError):
    """The MCP server could not listen there; USHER_MCP_HOST and USHER_MCP_PORT say where."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """Our tokens for the SDK. What cannot be looked up is not let in."""

    tokens: Checker

    async def verify_token(self, token: str) -> AccessToken | None:
        """The SDK's view of a good token; None for any other."""
        try:
            found = await self.tokens.check(token)
        except Exception as error:
            if not is_transient(error):
                raise
            get_logger("agent").warning("mcp_token_not_checked", error=type(error).__name__)
            return None
        if found is None:
            return None
        return AccessToken(
            token="",  # nothing behind this needs it
            client_id=str(found.token_id),
            subject=str(found.tenant_id),
            scopes=[found.scope],
            expires_at=_seconds(found.expires_at),
            claims={_TOKEN: found},
        )


async def caller_of(request: Request) -> Caller:
    """Who calls: from the token that the request was let in with; in what language, its header says. Raises `Unauthorised`."""
    scope = getattr(request.request, "scope", None) or {}
    user = scope.get("user")
    claims = user.access_token.claims if isinstance(user, AuthenticatedUser) else None
    token = (claims or {}).get(_TOKEN)
    if not isinstance(token, Token):
        raise Unauthorised
    language = accepted(getattr(request.request, "headers", {}).get(HEADER))
    return Caller(token.tenant_id, token.scope, token.address, token.quote_key, language)


def http_app(server: Server[dict[str, Any]], tokens: Checker, *, host: str, public_url: str) -> ASGIApp:
    """The ASGI app: each request stands for itself, so any instance answers it."""
    auth = AuthSettings(issuer_url=AnyHttpUrl(public_url), resource_server_url=None)
    return server.streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        host=host,
        auth=auth,
        token_verifier=Verifier(tokens),
    )


class _Uvicorn(uvicorn.Server):
    """Leaves the process's signals to the service it is part of."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Nothing."""
        yield


class McpHttp:
    """Serves an ASGI app at host and port until it is stopped (port 0: any that is free)."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        config = uvicorn.Config(
            app, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=5
        )
        self._server = _Uvicorn(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen. Raises `CouldNotListen`."""
        self._task = asyncio.create_task(self._serve(), name="mcp over http")
        async with asyncio.timeout(_START_SECONDS):
            while not self._server.started:
                if self._task.done():
                    raise CouldNotListen
                await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Finish what is under way (5 s at most) and close."""
        if self._task is not None:
            self._server.should_exit = True
            await asyncio.wait({self._task})

    async def _serve(self) -> None:
        try:
            await self._server.serve()
        except SystemExit as error:  # uvicorn's way to say that it cannot listen
            get_logger("agent").error("mcp_http_ended", status=error.code)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.servers[0].sockets[0].getsockname()[1])


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
