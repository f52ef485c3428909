"""`python -m services.agent.mcp --tenant SLUG --customer WHATSAPP_ID`: our tools over MCP (stdio)."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from mcp.server.stdio import stdio_server

from services.agent.bookings import BusBookings
from services.agent.mcp_server import build_server
from services.agent.store import SCHEMA, PostgresTurns
from services.agent.tools import TOOLS, TurnContext
from shared import ids
from shared.bus import Bus
from shared.db import Database
from shared.errors import UsherError
from shared.messages.booking import Contact
from shared.messages.conversation import ChannelAddress
from shared.outbox import TableOutbox
from shared.settings import Settings
from shared.telemetry import configure_logging

CHANNEL = "whatsapp"


class CustomerUnknown(UsherError):
    """It is not known on which of the business's numbers this customer is reached."""


async def customer_address(
    settings: Settings, tenant: str, customer: str, account: str | None
) -> ChannelAddress:
    """Where the customer is reached: on `account` if given, else where their newest conversation takes place.

    Raises `CustomerUnknown` when neither is known.
    """
    if account:
        return ChannelAddress(channel=CHANNEL, account_id=account, user_id=customer)
    found = None
    if settings.database_url:
        db = await Database.open(settings.database_url, size=1, name="agent-mcp")
        try:
            turns = PostgresTurns(db, TableOutbox(db, SCHEMA, resend_after=settings.resend_after_seconds))
            found = await turns.address(ids.tenant_id_of(tenant), CHANNEL, customer)
        finally:
            await db.close()
    if found is None:
        raise CustomerUnknown(
            f"This customer has not written to {tenant} yet. Say on which of the business's numbers they "
            f"are told "
            "about bookings: --account PHONE_NUMBER_ID."
        )
    return found


def contexts(
    tenant: str, address: ChannelAddress, clock: Callable[[], datetime]
) -> Callable[[], TurnContext]:
    """A maker of contexts for this customer of this tenant, at the clock's time."""
    tenant_id = ids.tenant_id_of(tenant)
    contact = Contact(
        customer_id=ids.customer_id_of(tenant_id, address.channel, address.user_id),
        conversation_id=ids.conversation_id_of(
            tenant_id, address.channel, address.account_id, address.user_id
        ),
        address=address,
    )

    def context() -> TurnContext:
        now = clock()
        return TurnContext(tenant_id=tenant_id, contact=contact, said_at=now, now=now)

    return context


async def serve(settings: Settings, tenant: str, customer: str, account: str | None) -> None:
    """Serve until the client closes stdin. Raises `UsherError` when something needed is not configured."""
    if not settings.nats_url:
        raise UsherError(
            "USHER_NATS_URL is not set: the tools reach booking over NATS (`usher up` prints it)."
        )
    address = await customer_address(settings, tenant, customer, account)
    bus = await Bus.connect(settings.nats_url, "agent-mcp")
    bookings = BusBookings(
        bus, every=settings.command_timeout_seconds, deadline=settings.turn_deadline_seconds
    )
    server = build_server(TOOLS, bookings, contexts(tenant, address, lambda: datetime.now(UTC)), ids.fresh)
    try:
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())
    finally:
        await bus.close()


def main(argv: Sequence[str] | None = None) -> int:
    """The command line; 0 when the client has closed, 1 with a sentence on stderr when it cannot serve."""
    parser = argparse.ArgumentParser(
        prog="python -m services.agent.mcp",
        description="Usher's booking tools over MCP (stdio), for one customer of one business.",
        epilog="Servers and options come from USHER_* variables, as for every service.",
    )
    parser.add_argument("--tenant", required=True, metavar="SLUG", help="the business, e.g. yoga-lisboa")
    parser.add_argument(
        "--customer", required=True, metavar="WHATSAPP_ID", help="who books: their WhatsApp id (digits)"
    )
    parser.add_argument(
        "--account",
        metavar="PHONE_NUMBER_ID",
        help="the business's WhatsApp number that tells them; not needed once they have written to it",
    )
    args = parser.parse_args(argv)
    settings = Settings()
    configure_logging(settings)
    try:
        asyncio.run(serve(settings, args.tenant, args.customer, args.account))
    except UsherError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
