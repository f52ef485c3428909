"""What does an answer of the Bot API mean for the message: delivered, again later, or never?

`{"ok": false, "error_code", "description", "parameters": {"retry_after", "migrate_to_chat_id"}}`; nothing of what was
sent stands in a description, and the token never does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from services.gateway.channels import Delivered, HttpAnswer, Outcome, Paused, Rejected, Retry
from services.gateway.channels.lenient import as_text, loads_object
from services.gateway.domain.backoff import backoff

Json: TypeAlias = Mapping[str, object]

OWNER_MUST_ACT_SECONDS: Final = 300.0
_LONGEST_PAUSE: Final = 24 * 3600.0


def classify(answer: HttpAnswer, tries: int) -> Outcome:
    """See `Channel.classify`."""
    body = loads_object(answer.body)
    if 200 <= answer.status < 300 and body.get("ok") is True:
        return Delivered(_message_id(body.get("result")))
    said = description(body)
    reason = f"{answer.status} {said}".strip() if said else f"HTTP {answer.status}"
    if answer.status == 429:
        return Retry(_pause(answer, body, tries), reason)
    if answer.status in (401, 404, 421) and "method not found" not in said.lower():
        return Paused(OWNER_MUST_ACT_SECONDS, f"{reason}: is the bot token right? @BotFather shows it.")
    if answer.status == 403:
        return _forbidden(said, reason)
    if 400 <= answer.status < 500 and answer.status not in (408, 409):
        return _refused(answer.status, body, reason)
    # Telegram's own error says that nothing was sent, unless the work was broken off; a gateway's in between says
    # nothing, and neither does a 200 that is not Telegram's.
    is_clear = answer.status == 409 or (
        body.get("ok") is False and bool(said) and "abort" not in said.lower()
    )
    return Retry(backoff(tries), reason, unclear=not is_clear)


def _pause(answer: HttpAnswer, body: Json, tries: int) -> float:
    """Exactly as long as Telegram says."""
    parameters = body.get("parameters")
    told = parameters.get("retry_after") if isinstance(parameters, dict) else None
    seconds = told if isinstance(told, (int, float)) and not isinstance(told, bool) else answer.retry_after
    is_time = seconds is not None and 0 < seconds <= _LONGEST_PAUSE
    return float(seconds) if is_time and seconds is not None else backoff(tries)


def _forbidden(said: str, reason: str) -> Outcome:
    if not said:  # nobody of Telegram's: a wall in between
        return Paused(OWNER_MUST_ACT_SECONDS, f"{reason}: something between us and Telegram refuses.")
    return Rejected(reason, opted_out="blocked by the user" in said)


def _refused(status: int, body: Json, reason: str) -> Rejected:
    parameters = body.get("parameters")
    if isinstance(parameters, dict) and "migrate_to_chat_id" in parameters:
        return Rejected(f"{reason}: the group has become a supergroup with another id.")
    if status == 413:
        return Rejected(f"{reason}: the file is larger than Telegram takes from bots (50 MB).")
    return Rejected(reason)


def description(body: Json) -> str:
    """What Telegram says went wrong, in its words."""
    return (as_text(body.get("description")) or "")[:200]


def _message_id(result: object) -> str | None:
    """`<chat>:<message>`; None where the result is no message (a reaction)."""
    if not isinstance(result, dict):
        return None
    chat = result.get("chat")
    chat_id = as_text(chat.get("id")) if isinstance(chat, dict) else None
    message_id = as_text(result.get("message_id"))
    return f"{chat_id}:{message_id}" if chat_id and message_id else None
