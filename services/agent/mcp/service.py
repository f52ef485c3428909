"""How is the MCP server of the agent service put together? Over HTTP when a port is set, else not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from services.agent.bookings import BusBookings
from services.agent.mcp.callers import Directory, People
from services.agent.mcp.http import McpHttp, caller_of, http_app
from services.agent.mcp.server import Serving, build_server
from services.agent.mcp.store import Tokens
from services.agent.tools import TOOLS, Ports
from shared import ids
from shared.bus import Bus
from shared.db import Database
from shared.settings import Settings


def http_server(
    settings: Settings,
    db: Database,
    bus: Bus,
    ports: Ports,
    directory: Directory,
    clock: Callable[[], datetime],
) -> McpHttp | None:
    """The server for these settings, not started yet; None when USHER_MCP_PORT is 0."""
    if not settings.mcp_port:
        return None
    serving = Serving(
        tools=TOOLS,
        ports=ports,
        caller=caller_of,
        people=People(directory, known_by(bus, settings).identity),
        new_id=ids.fresh,
        clock=clock,
    )
    host, port = settings.mcp_host, settings.mcp_port
    app = http_app(
        build_server(serving),
        Tokens(db, clock, ids.fresh),
        host=host,
        public_url=settings.mcp_public_url or f"http://{host}:{port}",
    )
    return McpHttp(app, host, port)


def known_by(bus: Bus, settings: Settings) -> BusBookings:
    """Booking over the bus, as the settings say."""
    return BusBookings(bus, every=settings.command_timeout_seconds, deadline=settings.turn_deadline_seconds)
