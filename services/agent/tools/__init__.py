"""What can the agent do? Its tools, defined once; served to the model in-process and to others over MCP."""

from __future__ import annotations

from typing import Any

from services.agent.tools.booking import BOOK_SESSION, CANCEL_BOOKING, MY_BOOKINGS
from services.agent.tools.find import FIND_SESSIONS
from services.agent.tools.info import BUSINESS_INFO, STAFF_INFO
from services.agent.tools.spec import Bookings, ToolCall, ToolSpec, TurnContext

# Any: each tool has its own arguments' type, and a tuple of tools can only name their common ground.
TOOLS: tuple[ToolSpec[Any], ...] = (
    FIND_SESSIONS,
    BOOK_SESSION,
    CANCEL_BOOKING,
    MY_BOOKINGS,
    STAFF_INFO,
    BUSINESS_INFO,
)

__all__ = ["TOOLS", "Bookings", "ToolCall", "ToolSpec", "TurnContext"]
