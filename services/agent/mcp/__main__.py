"""`python -m services.agent.mcp --tenant SLUG --customer WHATSAPP_ID`: our tools over MCP on stdin and stdout."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from mcp.server.stdio import stdio_server

from services.agent.mcp.bearer import SECRET_BYTES
from services.agent.mcp.callers import WHATSAPP, Caller, CustomerUnknown, People
from services.agent.mcp.languages import chosen
from services.agent.mcp.server import Request, Serving, build_server
from services.agent.mcp.service import known_by
from services.agent.preferences import PostgresPreferences
from services.agent.store import SCHEMA, PostgresTurns
from services.agent.tools import TOOLS, Ports
from shared import ids
from shared.bus import Bus
from shared.db import Database
from shared.errors import UsherError
from shared.messages.conversation import ChannelAddress
from shared.outbox import TableOutbox
from shared.settings import Settings
from shared.telemetry import configure_logging


@dataclass(frozen=True, slots=True)
class For:
    """Whom it is served for: `customer` None is an operator. `account`: the business's number.

    `language` (BCP 47): of the results; None: as USHER_MCP_LANGUAGE says.
    """

    tenant: str
    customer: str | None
    account: str | None
    channel: str = WHATSAPP
    language: str | None = None


class NoDirectory:
    """Nobody is known (no database)."""

    async def address(self, tenant_id: UUID, channel: str, user_id: str) -> ChannelAddress | None:
        """None."""
        return None


async def customer_address(
    settings: Settings, tenant: str, customer: str, account: str | None, channel: str = WHATSAPP
) -> ChannelAddress:
    """Where the customer is reached: on `account` if given, else where their newest conversation takes place.

    Raises `CustomerUnknown` when neither is known.
    """
    if account:
        return ChannelAddress(channel=channel, account_id=account, user_id=customer)
    found = None
    if settings.database_url:
        db = await Database.open(settings.database_url, size=1, name="agent-mcp")
        try:
            found = await _turns(db, settings).address(ids.tenant_id_of(tenant), channel, customer)
        finally:
            await db.close()
    if found is None:
        raise CustomerUnknown(
            f"This customer has not written to {tenant} yet. Say on which of the business's numbers they "
            "are told about bookings: --account PHONE_NUMBER_ID."
        )
    return found


def always(caller: Caller) -> Callable[[Request], Awaitable[Caller]]:
    """The one who started this process."""

    async def who(_request: Request) -> Caller:
        return caller

    return who


async def serve(settings: Settings, whom: For) -> None:
    """Serve until the client closes stdin. Raises `UsherError` when something needed is not configured."""
    if not settings.nats_url:
        raise UsherError(
            "USHER_NATS_URL is not set: the tools reach booking over NATS (`usher up` prints it)."
        )
    caller = await _caller(settings, whom)
    async with AsyncExitStack() as stack:
        bus = await Bus.connect(settings.nats_url, "agent-mcp")
        stack.push_async_callback(bus.close)
        bookings = known_by(bus, settings)
        ports, people = Ports(bookings), People(NoDirectory(), bookings.identity)
        if settings.database_url:
            db = await Database.open(settings.database_url, size=2, name="agent-mcp")
            stack.push_async_callback(db.close)
            ports = Ports(bookings, PostgresPreferences(db))
            people = People(_turns(db, settings), bookings.identity)
        serving = Serving(TOOLS, ports, always(caller), people, ids.fresh, lambda: datetime.now(UTC))
        server = build_server(serving)
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())


async def _caller(settings: Settings, whom: For) -> Caller:
    """Who calls: the one customer, or an operator. Its quotes are good for as long as this process lives.

    Raises `CustomerUnknown`, `LanguageUnknown`.
    """
    tenant_id, key = ids.tenant_id_of(whom.tenant), secrets.token_bytes(SECRET_BYTES)
    language = chosen(settings.mcp_language if whom.language is None else whom.language)
    if whom.customer is None:
        told_on = (
            ChannelAddress(channel=whom.channel, account_id=whom.account, user_id="")
            if whom.account
            else None
        )
        return Caller(tenant_id, "operator", told_on, key, language)
    address = await customer_address(settings, whom.tenant, whom.customer, whom.account, whom.channel)
    return Caller(tenant_id, "customer", address, key, language)


def _turns(db: Database, settings: Settings) -> PostgresTurns:
    return PostgresTurns(db, TableOutbox(db, SCHEMA, resend_after=settings.resend_after_seconds))


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; 0 when the client has closed, 1 with a sentence on stderr when it cannot serve."""
    parser = argparse.ArgumentParser(
        prog="python -m services.agent.mcp",
        description="Usher's booking tools over MCP (stdio), for one customer of one business, or for its operator.",
        epilog="Servers and options come from USHER_* variables, as for every service. Over HTTP: docs/mcp.md.",
    )
    parser.add_argument("--tenant", required=True, metavar="SLUG", help="the business, e.g. yoga-lisboa")
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--customer", metavar="ID", help="who books: their id on the channel (WhatsApp: digits)")
    who.add_argument(
        "--operator", action="store_true", help="for somebody of the business: each call names a customer"
    )
    parser.add_argument("--channel", default=WHATSAPP, help="the customer's channel (default: whatsapp)")
    parser.add_argument(
        "--account",
        metavar="ACCOUNT",
        help="the business's number that tells them; not needed once they have written to it",
    )
    parser.add_argument(
        "--language",
        metavar="TAG",
        help="of the results: en, es, pt, fr, de, it (default: USHER_MCP_LANGUAGE)",
    )
    args = parser.parse_args(argv)
    settings = Settings()
    configure_logging(settings)
    try:
        asyncio.run(
            serve(settings, For(args.tenant, args.customer, args.account, args.channel, args.language))
        )
    except UsherError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
