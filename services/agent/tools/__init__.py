"""What can the agent do? Its tools, defined once; served to the model in-process and to others over MCP."""

from __future__ import annotations

from typing import Any

from services.agent.tools.booking import BOOK, CANCEL, RESCHEDULE
from services.agent.tools.details import SESSION_DETAILS
from services.agent.tools.find import FIND_SESSIONS
from services.agent.tools.info import BUSINESS_INFO, STAFF_INFO
from services.agent.tools.mine import MY_BOOKINGS
from services.agent.tools.personal import GET_RECEIPT, SET_PREFERENCE, TALK_TO_HUMAN
from services.agent.tools.quoting import QUOTE
from services.agent.tools.recommend import RECOMMEND
from services.agent.tools.slots import FIND_SLOTS
from services.agent.tools.spec import (
    Bookings,
    Handoff,
    NoHandoff,
    NoPreferences,
    Ports,
    Preference,
    Preferences,
    Shown,
    ToolCall,
    ToolSpec,
    TurnContext,
)
from services.agent.tools.waiting import ANSWER_OFFER, JOIN_WAITLIST, LEAVE_WAITLIST

# Any: each tool has its own arguments' type, and a tuple of tools can only name their common ground.
TOOLS: tuple[ToolSpec[Any], ...] = (
    FIND_SESSIONS,
    FIND_SLOTS,
    SESSION_DETAILS,
    QUOTE,
    BOOK,
    CANCEL,
    RESCHEDULE,
    MY_BOOKINGS,
    JOIN_WAITLIST,
    LEAVE_WAITLIST,
    ANSWER_OFFER,
    STAFF_INFO,
    BUSINESS_INFO,
    RECOMMEND,
    GET_RECEIPT,
    SET_PREFERENCE,
    TALK_TO_HUMAN,
)

__all__ = [
    "TOOLS",
    "Bookings",
    "Handoff",
    "NoHandoff",
    "NoPreferences",
    "Ports",
    "Preference",
    "Preferences",
    "Shown",
    "ToolCall",
    "ToolSpec",
    "TurnContext",
]
