"""What is to be done for a message? A request is one tool call and what it is for."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from services.agent.offline.history import Json


class Purpose(StrEnum):
    """What a tool's result will be used to say."""

    FIND = "find"
    BOOK = "book"
    CANCEL = "cancel"
    LIST = "list"
    CHOOSE_CANCEL = "choose_cancel"
    STAFF = "staff"
    BUSINESS = "business"
    PRICE = "price"
    CONTACT = "contact"


TOOL = {
    Purpose.FIND: "find_sessions",
    Purpose.BOOK: "book_session",
    Purpose.CANCEL: "cancel_booking",
    Purpose.LIST: "my_bookings",
    Purpose.CHOOSE_CANCEL: "my_bookings",
    Purpose.STAFF: "staff_info",
    Purpose.BUSINESS: "business_info",
    Purpose.PRICE: "business_info",
    Purpose.CONTACT: "business_info",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One tool call; `words` are the customer's, for choosing what to say of the result."""

    purpose: Purpose
    args: Json = field(default_factory=dict)
    words: str = ""

    @property
    def tool(self) -> str:
        """The tool to call."""
        return TOOL[self.purpose]
