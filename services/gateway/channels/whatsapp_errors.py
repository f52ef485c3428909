"""What does an answer of the Graph API mean for the message: delivered, again later, never, or stop altogether?"""

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
from services.gateway.channels.lenient import Json, as_int, as_text, inner, loads_object, objects
from services.gateway.domain.backoff import backoff

OVERLOAD: Final = frozenset({1, 2, 4, 80007, 130429, 131000, 131016, 131057})
"""Too much at once, or trouble on their side: back off."""
PAIR_LIMIT: Final = 131056
"""Too many messages to the same person: Meta asks to wait 4^X seconds."""
REGISTERING: Final = 133016
"""Too many attempts to register the number: passes within hours."""
OUTSIDE_WINDOW: Final = 131047
"""More than 24 hours since the person wrote: only a template may be sent."""
OPTED_OUT: Final = 131050
"""The person wants no marketing of this business."""
SUSPECTED: Final = frozenset({131048, 131064, 368})
"""The number is taken for a spammer or blocked for a while: each further message makes it worse."""
LOCKED: Final = frozenset({131031, 131037, 131042})
"""Locked, its name not approved, not paid: the owner has to act first."""
AUTH: Final = frozenset({0, 3, 10, 190, 131005, 131045, 133010, *range(200, 300)})
"""The access token or its rights are wrong, the number is not registered: the owner has to act first."""

HINTS: Final[dict[int, str]] = {
    131026: "not on WhatsApp, or an old version of it",
    131049: "Meta limits marketing to this person: not before 24 hours",
    130472: "the person is part of an experiment of Meta's and gets no marketing",
    130497: "the business may not write to people in this country",
    131030: "the number is not in the test list of the app",
    131062: "this template needs the phone number and not a business-scoped id",
    132000: "the template takes another number of parameters",
    132001: "no such template in this language, or not approved",
    132015: "the template is paused for its quality",
    132016: "the template is disabled for its quality",
}
"""What the titles do not say, for the operator."""

_HOUR: Final = 3600.0
OWNER_MUST_ACT_SECONDS: Final = 300.0
"""How soon an account is tried again when nobody says that the trouble is over."""


def classify(answer: HttpAnswer, tries: int) -> Outcome:
    """See `Channel.classify`. Errors mean the same in a `failed` status, which brings only their code."""
    body = loads_object(answer.body)
    if 200 <= answer.status < 300:
        return Delivered(_message_id(body))
    error = inner(body, "error")
    code = as_int(error.get("code"))
    if code is None and answer.status in (401, 403):
        return Paused(OWNER_MUST_ACT_SECONDS, f"HTTP {answer.status}")
    known = _known(code, _reason(answer.status, code, error), tries) if code is not None else None
    if known is not None:
        return known
    reason = _reason(answer.status, code, error)
    passes = error.get("is_transient") is True or answer.status in (408, 429) or answer.status >= 500
    if passes or code in OVERLOAD:
        after = max(backoff(tries), answer.retry_after or 0.0)
        # Something in between gave up: whether Meta took the message is not known.
        unclear = code is None and (answer.status >= 500 or answer.status == 408)
        return Retry(min(after, _HOUR), reason, unclear)
    if answer.status < 400:
        return Paused(OWNER_MUST_ACT_SECONDS, f"{reason}: is USHER_WHATSAPP_API_URL right?")
    return Rejected(reason)


def _known(code: int, reason: str, tries: int) -> Outcome | None:
    """What is done about this code, where it is not the same as with any other."""
    if code == PAIR_LIMIT:
        return Retry(min(4.0 ** min(max(tries, 1), 10), _HOUR), reason)
    if code == REGISTERING:
        return Retry(_HOUR, reason)
    if code == OUTSIDE_WINDOW:
        return OutsideWindow(reason)
    if code == OPTED_OUT:
        return Rejected(reason, opted_out=True)
    if code in SUSPECTED:
        return Paused(_HOUR, reason)
    if code in LOCKED or code in AUTH:
        return Paused(OWNER_MUST_ACT_SECONDS, reason)
    return None


def _reason(status: int, code: int | None, error: Json) -> str:
    """The code and its title. `details` are left out: they may quote the recipient."""
    if code is None:
        return f"HTTP {status}"
    title = (as_text(error.get("message")) or "").removeprefix(f"(#{code})").strip()[:200]
    hint = HINTS.get(code)
    return f"{code} {title}".strip() + (f" ({hint})" if hint else "")


def _message_id(body: Json) -> str | None:
    messages = objects(body, "messages")
    message_id = messages[0].get("id") if messages else None
    return message_id if isinstance(message_id, str) else None
