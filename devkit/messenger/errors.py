"""How does the Send API say no? Codes, subcodes, words and HTTP statuses of Meta's Messenger Platform error reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

OUTSIDE: Final = {"messenger": (10, 2018278), "instagram": (10, 2534022)}
"""Code and subcode when the person wrote longer ago than the window."""

WORDS: Final[Mapping[tuple[int, int | None], str]] = {
    (1, None): "An unknown error occurred",
    (2, None): "Service temporarily unavailable",
    (4, None): "Application request limit reached",
    (10, None): "Application does not have permission for this action",
    (10, 2018278): "This message is sent outside of allowed window. Learn more about the new policy here: "
    "https://developers.facebook.com/docs/messenger-platform/policy-overview",
    (10, 2534022): "This message is sent outside of allowed window.",
    (32, None): "Page request limit reached",
    (100, 2018001): "No matching user found",
    (100, 2018074): "Invalid attachment ID: no attachment found for that id, or it is not reusable.",
    (190, None): "Invalid OAuth access token - Cannot parse access token",
    (200, None): "Requires pages_messaging permission to manage the object",
    (200, 1545041): "Message Not Sent: This person isn't available right now.",
    (368, None): "The action attempted has been deemed abusive or is otherwise disallowed",
    (551, None): "This person isn't available right now.",
    (613, None): "Calls to this api have exceeded the rate limit.",
    (1200, None): "Temporary send message failure. Please try again later.",
}
STATUSES: Final[Mapping[int, int]] = {1: 500, 2: 503, 10: 403, 190: 401, 200: 403, 368: 403, 1200: 500}
"""400 for the others."""


class SendError(Exception):
    """A refused request. `words`: instead of the reference's."""

    def __init__(
        self,
        code: int,
        subcode: int | None = None,
        words: str | None = None,
        *,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.code = code
        self.subcode = subcode
        found = words or WORDS.get((code, subcode)) or WORDS.get((code, None)) or "Error"
        self.words = found if code == 190 else f"(#{code}) {found}"
        self.status = status or STATUSES.get(code, 400)
        self.retry_after = retry_after
        super().__init__(self.words)

    def body(self, trace: str) -> dict[str, object]:
        """The JSON body that Meta answers with."""
        error: dict[str, object] = {"message": self.words, "type": "OAuthException", "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        return {"error": error | {"fbtrace_id": trace}}
