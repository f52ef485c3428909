"""What does an answer of Twilio, or a code in a status callback, mean for the message?

twilio.com/docs/api/errors, read November 2026. Reasons are our own words: Twilio's messages quote the person's number.
"""

from __future__ import annotations

from typing import Final

from services.gateway.channels import (
    Delivered,
    HttpAnswer,
    Outcome,
    OutsideWindow,
    Paused,
    Rejected,
    Retry,
)
from services.gateway.channels.lenient import loads_object
from services.gateway.domain.backoff import backoff

OPTED_OUT: Final = 21610
OUTSIDE_WINDOW: Final = 63016
BUSY: Final = frozenset({14107, 20429, 20503, 63017, 63018})
"""Too much at once: back off."""
QUEUE_FULL: Final = frozenset({21611, 30001})
"""The number has more waiting than it can send in hours."""
DAY_FULL: Final = frozenset({30023, 63038})
"""What may be sent in a day has been sent."""
OWNER_MUST_ACT: Final = {
    10001: "the Twilio account is not active",
    20003: "Account SID and auth token do not fit together",
    20004: "the auth token may not do this",
    20005: "the Twilio account is not active",
    20006: "the credentials may not do this",
    20008: "these are test credentials",
    20403: "the Twilio account may not do this",
    20404: "there is no such Twilio account",
    21603: "our number is missing",
    21606: "our number is not one of this Twilio account that can send",
    21609: "our status callback URL is not a public address: set USHER_PUBLIC_URL",
    21659: "our number is not one of this Twilio account",
    21660: "our number belongs to another Twilio account",
    30002: "the Twilio account is suspended",
    30034: "our number is not registered for A2P 10DLC",
    63007: "our number is no WhatsApp sender of this Twilio account",
    63020: "the WhatsApp sender has not accepted Twilio's invitation",
    63051: "the WhatsApp Business Account is locked",
    63112: "Meta has disabled the WhatsApp Business Account",
    90010: "the Twilio account is not active",
}
"""Nothing can be sent until the owner has acted."""
REASONS: Final = {
    OPTED_OUT: "the person has replied STOP",
    OUTSIDE_WINDOW: "the 24-hour window is closed, and no template was sent",
    21211: "this is not a phone number",
    21408: "sending to this country is not permitted to the account",
    21612: "the number cannot be reached from ours",
    21614: "this is not a mobile number",
    21617: "the text has more than 1600 characters",
    21619: "the message has no content",
    30003: "the phone is off or unreachable",
    30004: "the message was blocked",
    30005: "the number does not exist, or no longer",
    30006: "a landline, or a carrier that cannot be reached",
    30007: "filtered by the carrier",
    30008: "the carrier gave no reason",
    63003: "the number is not on WhatsApp",
    63018: "WhatsApp's rate limit",
    63024: "the recipient is not valid",
}
_OWNER_SECONDS: Final = 300.0
_HOUR: Final = 3600.0


def classify(answer: HttpAnswer, tries: int) -> Outcome:
    """See `Channel.classify`. Twilio has no key against doing a thing twice, so after any 5xx nobody knows."""
    body = loads_object(answer.body)
    if 200 <= answer.status < 300:
        sid = body.get("sid")
        return Delivered(sid if isinstance(sid, str) and sid else None)
    code = body.get("code")
    code = code if isinstance(code, int) and not isinstance(code, bool) else None
    reason = reason_of(code) if code else f"HTTP {answer.status}"
    if answer.status >= 500 or answer.status == 408:
        return Retry(_pause(answer, tries), reason, unclear=True)
    if code in QUEUE_FULL or code in DAY_FULL:
        return Retry(_HOUR if code in DAY_FULL else 60.0, reason)
    if code in BUSY or answer.status == 429:
        return Retry(_pause(answer, tries), reason)
    if code in OWNER_MUST_ACT or (code is None and answer.status in (401, 403)):
        return Paused(_OWNER_SECONDS, f"{reason}; `usher channel check` tells more")
    if code == OUTSIDE_WINDOW:
        return OutsideWindow(reason)
    return Rejected(reason, opted_out=code == OPTED_OUT)


def reason_of(code: int) -> str:
    """The code with our words for it, for the operator."""
    words = REASONS.get(code) or OWNER_MUST_ACT.get(code)
    return f"Twilio {code}: {words}" if words else f"Twilio {code}"


def _pause(answer: HttpAnswer, tries: int) -> float:
    after = answer.retry_after if answer.retry_after is not None else backoff(tries)
    return min(max(after, 0.5), _HOUR)
