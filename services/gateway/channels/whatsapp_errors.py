"""What does an answer of the Graph API mean for the message: delivered, again later, or never?"""

from __future__ import annotations

from typing import Final

import orjson

from services.gateway.channels import Delivered, HttpAnswer, Outcome, Rejected, Retry
from services.gateway.domain.backoff import backoff

RETRY: Final = frozenset({1, 2, 4, 80007, 130429, 131000, 131016, 131057})
"""Overload and trouble on their side: back off."""
PAIR_LIMIT: Final = 131056
"""Too many messages to the same person: Meta asks to wait 4^X seconds."""
HOURS: Final = frozenset({133016})
"""Registration attempts: passes within hours."""
PAUSED: Final = frozenset({131048, 131064, 368, 131031, 131042})
"""The number is under suspicion, locked or unpaid: the owner has to act first."""
AUTH: Final = frozenset({0, 3, 10, 190, 131005, 131045, 133010, *range(200, 300)})
"""The access token or its rights are wrong: the owner has to act first."""

OWNER_MUST_ACT_SECONDS: Final = 60.0
_HOUR: Final = 3600.0


def classify(answer: HttpAnswer, tries: int) -> Outcome:
    """See `Channel.classify`. Waiting keeps the conversation's order, so nobody overtakes the message meanwhile."""
    body = _load(answer.body)
    if 200 <= answer.status < 300:
        return Delivered(_message_id(body))
    code, title = _error(body)
    reason = f"HTTP {answer.status}" if code is None else f"{code} {title}".strip()
    if code == PAIR_LIMIT:
        return Retry(min(4.0**tries, _HOUR), reason)
    if code in PAUSED or code in AUTH or (code is None and answer.status in (401, 403)):
        return Retry(OWNER_MUST_ACT_SECONDS, reason)
    if code in HOURS:
        return Retry(_HOUR, reason)
    if code in RETRY or answer.status in (408, 429) or answer.status >= 500:
        after = answer.retry_after if answer.retry_after is not None else backoff(tries)
        # A gateway in between gave up: whether Meta took the message is not known.
        return Retry(min(after, _HOUR), reason, unclear=code is None and answer.status >= 500)
    return Rejected(reason)


def _load(body: bytes) -> dict[str, object]:
    try:
        loaded = orjson.loads(body)
    except ValueError:
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _error(body: dict[str, object]) -> tuple[int | None, str]:
    error = body.get("error")
    if not isinstance(error, dict) or not isinstance(code := error.get("code"), int):
        return None, ""
    # `message` starts with the code; `details` may quote the recipient, so the operator's reason leaves them out.
    return code, str(error.get("message") or "").removeprefix(f"(#{code})").strip()[:200]


def _message_id(body: dict[str, object]) -> str | None:
    messages = body.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    message_id = first.get("id") if isinstance(first, dict) else None
    return message_id if isinstance(message_id, str) else None
