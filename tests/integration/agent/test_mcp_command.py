"""`usher mcp` on a real database: tokens and servers are made, listed and ended."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

from typer.testing import CliRunner, Result

from services.agent.mcp.store import Tokens
from shared import ids
from shared.db import Database
from shared.settings import Settings
from usher.commands.mcp import app


async def usher_mcp(settings: Settings, *arguments: str) -> Result:
    """The command, in a thread: it runs an event loop of its own. Raises what the command raises."""
    environment = {
        "USHER_DATABASE_URL": settings.database_url,
        "PARKING": "s3cret",
        "USHER_SECRETS_KEY": "k" * 43,
    }
    result = await asyncio.to_thread(CliRunner().invoke, app, list(arguments), env=environment)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


async def test_a_token_is_shown_once_works_is_listed_and_ends_when_it_is_revoked(
    quick: Settings, db: Database, slug: str
) -> None:
    tokens = Tokens(db, lambda: datetime.now(UTC), ids.fresh)
    who = ("--customer", "351911", "--account", "100", "--label", "laptop")
    made = await usher_mcp(quick, "token", "create", "--tenant", slug, *who)
    token = await tokens.check(made.stdout.strip())
    assert token is not None
    assert (token.scope, token.label) == ("customer", "laptop")
    assert token.address is not None
    assert (token.address.account_id, token.address.user_id) == ("100", "351911")

    listed = json.loads((await usher_mcp(quick, "token", "list", "--tenant", slug, "--json")).stdout)
    [one] = listed["tokens"]
    assert (one["token_id"], one["state"], one["customer"]) == (str(token.token_id), "good", "351911")
    assert made.stdout.strip() not in str(listed)

    assert (await usher_mcp(quick, "token", "revoke", str(token.token_id), "--tenant", slug)).exit_code == 0
    assert await tokens.check(made.stdout.strip()) is None
    assert (await usher_mcp(quick, "token", "revoke", str(token.token_id), "--tenant", slug)).exit_code == 1


async def test_an_operators_token_needs_no_customer_and_one_of_both_must_be_said(
    quick: Settings, db: Database, slug: str
) -> None:
    made = await usher_mcp(quick, "token", "create", "--tenant", slug, "--operator")
    token = await Tokens(db, lambda: datetime.now(UTC), ids.fresh).check(made.stdout.strip())

    assert token is not None
    assert (token.scope, token.address) == ("operator", None)
    assert (await usher_mcp(quick, "token", "create", "--tenant", slug)).exit_code == 1


async def test_a_server_is_named_listed_and_forgotten(quick: Settings, slug: str) -> None:
    place = ("parking", "https://parking.example/mcp", "--tenant", slug)
    await usher_mcp(quick, "server", "add", *place, "--tool", "places", "--token-from", "PARKING")
    listed = (await usher_mcp(quick, "server", "list", "--tenant", slug)).stdout
    assert "parking  https://parking.example/mcp  places" in listed
    assert "s3cret" not in listed
    assert (await usher_mcp(quick, "server", "remove", "parking", "--tenant", slug)).exit_code == 0
    assert (await usher_mcp(quick, "server", "remove", "parking", "--tenant", slug)).exit_code == 1
