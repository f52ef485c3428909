"""Does a Telegram account work, and if not, what should its owner do? Explanations of `getMe` and `getWebhookInfo`."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from services.gateway.channels import HttpAnswer
from services.gateway.channels.lenient import as_text, loads_object
from services.gateway.channels.telegram_errors import description

UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of updates we ask for."""


def bot(answer: HttpAnswer, account_id: str) -> str | None:
    """What is wrong with the token, by the answer to `getMe`."""
    if (trouble := _trouble(answer)) is not None:
        return trouble
    result = loads_object(answer.body).get("result")
    bot_id = as_text(result.get("id")) if isinstance(result, dict) else None
    if bot_id == account_id:
        return None
    name = as_text(result.get("username")) if isinstance(result, dict) else None
    return (
        f"This is the token of another bot, @{name or '?'} ({bot_id or 'no id'}): give {account_id} its own token with "
        f"`usher channel add telegram {account_id}`, or add {bot_id or 'the other bot'} as an account of its own."
    )


def webhook(answer: HttpAnswer, ours: str, account_id: str) -> str | None:
    """What keeps updates from us, by the answer to `getWebhookInfo`. An old error with nothing waiting is none."""
    if (trouble := _trouble(answer)) is not None:
        return trouble
    result = loads_object(answer.body).get("result")
    info = result if isinstance(result, dict) else {}
    again = f"run `usher channel add telegram {account_id} --connect`"
    url = as_text(info.get("url"))
    if url is None:
        return f"No webhook is set, so no message arrives: {again}."
    if url != ours:
        return f"Updates go to {_host(url)} instead of {ours}: check USHER_PUBLIC_URL, then {again}."
    allowed = info.get("allowed_updates")
    missing = [kind for kind in UPDATES if isinstance(allowed, list) and kind not in allowed]
    if missing:
        return f"Telegram does not send {', '.join(missing)}: {again}."
    waiting, error = info.get("pending_update_count"), as_text(info.get("last_error_message"))
    if not waiting or error is None:
        return None
    if "401" in error or "403" in error:
        return f"{waiting} updates wait; we refused them, so Telegram has another webhook_secret: {again}."
    return f"{waiting} updates wait; Telegram's last try failed: {error[:200]}. Is {ours} reachable from the internet?"


def _trouble(answer: HttpAnswer) -> str | None:
    body = loads_object(answer.body)
    if answer.status == 200 and body.get("ok") is True:
        return None
    if answer.status in (401, 404):
        return "Telegram does not know this token: copy it from @BotFather (/mybots → the bot → API Token)."
    return f"Telegram answered {answer.status} {description(body)}".strip() + ": try again in a moment."


def _host(url: str) -> str:
    """Where a URL leads: the rest of somebody else's may be a secret."""
    try:
        return urlsplit(url).netloc or "somewhere else"
    except ValueError:
        return "somewhere else"
