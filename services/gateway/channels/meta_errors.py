"""What does an answer of the Send API mean: delivered, again later, never, or not by this account for now?

developers.facebook.com/docs/messenger-platform/error-codes (read November 2026).
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
from services.gateway.channels.lenient import Json, inner, loads_object, text_of
from services.gateway.domain.backoff import backoff

OUTSIDE: Final = frozenset({2018278, 2018065, 2534022})
"""Subcodes: the person wrote longer than 24 hours ago (Messenger's two, Instagram's)."""
GONE: Final = frozenset({1545041, 2018108})
"""Subcodes: this person cannot be written to (blocked us, left, restricted)."""
NOBODY: Final = 551
"""This person is not available: has blocked the business, or is gone."""
RETRY: Final = frozenset({1, 2, 4, 17, 32, 341, 613, 1200, 80001, 80002, 80006})
"""Overload, trouble on their side, limits of calls."""
LIMITS: Final = frozenset({4, 17, 32, 613, 80001, 80002, 80006})
"""Of these, the limits: nothing was done."""
AUTH: Final = frozenset({0, 3, 10, 102, 190, *range(200, 300)})
"""The token is wrong or expired, or a permission was taken away: the owner has to act."""
TOKEN: Final = frozenset({102, 190})
"""Of these, the token itself."""
RESTRICTED: Final = frozenset({368, 2022})
"""Blocked for abuse or a violated policy: the owner has to act."""

OWNER_MUST_ACT_SECONDS: Final = 300.0
_HOUR: Final = 3600.0


def classify(answer: HttpAnswer, tries: int) -> Outcome:
    """See `Channel.classify`."""
    body = loads_object(answer.body)
    if 200 <= answer.status < 300:
        return Delivered(text_of(body, "message_id"))
    code, subcode, said = error_of(body)
    reason = f"HTTP {answer.status}" if code is None else f"{code} {said}".strip()
    if subcode in OUTSIDE:
        return OutsideWindow(reason)
    if code == NOBODY or subcode in GONE:
        return Rejected(reason, opted_out=True)
    if code in AUTH or code in RESTRICTED or (code is None and answer.status in (401, 403)):
        return Paused(OWNER_MUST_ACT_SECONDS, f"{reason}: `usher channel check` says what to do.")
    if code in RETRY or answer.status in (408, 429) or answer.status >= 500:
        after = answer.retry_after if answer.retry_after is not None else backoff(tries)
        # Not a limit: Meta has been seen to send the message and answer with an error all the same.
        unclear = code not in LIMITS and (answer.status >= 500 or code in (1, 2))
        return Retry(min(max(after, 0.5), _HOUR), reason, unclear=unclear)
    return Rejected(reason)


def error_of(body: Json) -> tuple[int | None, int | None, str]:
    """Code, subcode and words of an error. The words are Meta's fixed sentences, but one of them quotes the token."""
    error = inner(body, "error")
    code, subcode = _code(error, "code"), _code(error, "error_subcode")
    words = "the access token does not work" if code in TOKEN else text_of(error, "message") or ""
    return code, subcode, words.removeprefix(f"(#{code})").strip()[:200]


def _code(error: Json, name: str) -> int | None:
    value = error.get(name)
    return value if isinstance(value, int) else None
