"""How does Twilio say no? Codes, messages and HTTP statuses of its REST errors."""

from collections.abc import Mapping
from typing import Final

MESSAGES: Final[Mapping[int, tuple[int, str]]] = {
    20003: (401, "Authenticate"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too many requests"),
    20500: (500, "Internal server error"),
    20503: (503, "Service unavailable"),
    21211: (400, "Invalid 'To' Phone Number"),
    21266: (400, "'To' and 'From' number cannot be the same"),
    21408: (403, "Permission to send an SMS has not been enabled for the region"),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21606: (
        400,
        "The 'From' phone number is not a valid, SMS-capable inbound phone number for your account.",
    ),
    21609: (400, "The 'StatusCallback' URL is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient"),
    21611: (429, "This 'From' number has exceeded the maximum number of queued messages"),
    21614: (400, "'To' number is not a valid mobile number"),
    21617: (400, "The concatenated message body exceeds the 1600 character limit."),
    21619: (400, "A text message body or media urls must be specified."),
    21655: (400, "The ContentSid is Invalid"),
    21656: (400, "The ContentVariables Parameter is invalid"),
    63007: (400, "Twilio could not find a Channel with the specified From address"),
    63016: (400, "Failed to send freeform message because you are outside the allowed window."),
    63018: (429, "Rate limit exceeded for Channel"),
}


class TwilioError(Exception):
    """A refusal as the API answers it. `status` replaces the code's usual one; a `code` of None has no body at all."""

    def __init__(
        self, code: int | None, *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        usual, message = MESSAGES.get(code or 0, (400, "Refused"))
        super().__init__(message)
        self.code = code
        self.status = status or usual
        self.retry_after = retry_after

    def body(self) -> dict[str, object] | None:
        """The JSON of the answer."""
        if self.code is None:
            return None
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": str(self), "more_info": more, "status": self.status}
