"""How does Meta say no? The codes, titles and HTTP statuses of Graph errors, for answers and for `failed`
statuses."""

from collections.abc import Mapping
from typing import Final

TITLES: Final[Mapping[int, str]] = {
    0: "AuthException",
    1: "API Unknown",
    2: "API Service",
    4: "API Too Many Calls",
    10: "Permission Denied",
    33: "Parameter value is not valid",
    100: "Invalid parameter",
    190: "Invalid OAuth access token",
    80007: "Rate limit issues",
    130429: "Rate limit hit",
    130472: "User's number is part of an experiment",
    131000: "Something went wrong",
    131005: "Access denied",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131016: "Service unavailable",
    131021: "Recipient cannot be sender",
    131026: "Message undeliverable",
    131030: "Recipient phone number not in allowed list",
    131031: "Account has been locked",
    131042: "Business eligibility payment issue",
    131047: "Re-engagement message",
    131048: "Spam rate limit hit",
    131049: "Meta chose not to deliver",
    131050: "User has stopped marketing messages",
    131051: "Unsupported message type",
    131052: "Media download error",
    131053: "Media upload error",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    131057: "Account in maintenance mode",
    132000: "Template Param Count Mismatch",
    132001: "Template name does not exist in the translation",
    132005: "Template Hydrated Text Too Long",
    132007: "Template Format Character Policy Violated",
    132012: "Template Parameter Format Mismatch",
    132015: "Template is Paused",
    132016: "Template is Disabled",
    133016: "Account register deregister rate limit exceeded",
    368: "Temporarily blocked for policies violations",
    131064: "Message limit reached",
    131062: "Business-scoped User ID recipients are not supported for this message",
    133010: "Phone number not registered",
}

STATUSES: Final[Mapping[int, int]] = {
    0: 401,
    1: 500,
    2: 503,
    4: 429,
    10: 403,
    190: 401,
    130429: 429,
    131000: 500,
    131005: 403,
    131016: 503,
    131048: 429,
    131056: 429,
    131057: 500,
    132001: 404,
}

HREF: Final = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


class GraphError(Exception):
    """A refused Graph request: `code` as Meta numbers it, `details` for the developer, and the HTTP
    `status`."""

    def __init__(
        self,
        code: int,
        details: str,
        *,
        status: int | None = None,
        subcode: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"(#{code}) {title(code)}: {details}")
        self.code = code
        self.details = details
        self.status = status if status is not None else STATUSES.get(code, 400)
        self.subcode = subcode
        self.retry_after = retry_after


def title(code: int) -> str:
    """Meta's title of an error code; a plain one for codes not listed here."""
    return TITLES.get(code, "Error")


def error_body(error: GraphError, fbtrace_id: str) -> dict[str, object]:
    """The JSON body Meta answers with. Code 190 and subcode 33 carry their text in `message`, the others in
    `error_data`."""
    inner: dict[str, object] = {"type": "OAuthException", "code": error.code, "fbtrace_id": fbtrace_id}
    if error.code == 190:
        inner["message"] = error.details
    elif error.subcode is not None:
        inner |= {"message": error.details, "type": "GraphMethodException", "error_subcode": error.subcode}
    else:
        inner["message"] = f"(#{error.code}) {title(error.code)}"
        inner["error_data"] = {"messaging_product": "whatsapp", "details": error.details}
    return {"error": inner}


def status_error(code: int, details: str) -> dict[str, object]:
    """One element of `statuses[].errors[]`."""
    return {
        "code": code,
        "title": title(code),
        "message": title(code),
        "error_data": {"details": details},
        "href": HREF,
    }
