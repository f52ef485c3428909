"""What stands in a Telegram update? One update a request; groups, channels and what we have no use for become events.

Pure. An update that cannot be read becomes `Unreadable`; only a body that is no update at all raises `Malformed`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from services.gateway.channels import (
    ConsentChanged,
    EventIn,
    Inbound,
    Malformed,
    MessageIn,
    News,
    Unreadable,
    Unremarkable,
)
from services.gateway.channels.lenient import LATEST, ItemError, Json, as_text, inner, loads
from services.gateway.channels.telegram_content import content_of, kind_of, own_phone, words
from shared.messages.conversation import ChoiceContent, Content, EditContent, Referral, TextContent

CALLBACK: Final = "callback:"
"""Begins the provider id of a tap; the rest is what `answerCallbackQuery` wants."""
GREETING: Final = "hello"
"""What pressing Telegram's Start button says: the button sends "/start", which is a command and nobody's words."""
NOTES: Final = frozenset(
    {"pinned_message", "message_auto_delete_timer_changed", "write_access_allowed", "chat_background_set"}
)
"""Lines that Telegram writes into a private chat itself: kept as events, nobody answers them."""


@dataclass(frozen=True, slots=True)
class _Update:
    """An update taken apart: `kind` is its one field beside the id, `item` what is in it."""

    kind: str
    item: Json
    update_id: str
    account_id: str
    raw: bytes
    received_at: datetime

    def event(self, type_: str, news: News | None = None) -> EventIn:
        at = _at(self.item, "date", self.received_at)
        key = f"{self.kind}:{self.update_id}"
        return EventIn(self.account_id, None, key, type_[:80], self.raw, news or Unremarkable(), at)


def parse_update(body: bytes, account_id: str, received_at: datetime) -> list[Inbound]:
    """See `Channel.parse`: one item. Raises `Malformed`.

    Keys: a message is `<chat>:<message>`, unique in a bot; an edit adds `:e<update>`, so that it is neither swallowed
    by its message nor by another edit of the same second; a tap is `callback:<id>`; an event `<kind>:<update>`.
    """
    fields = _decode(body)
    number = fields.get("update_id")
    if not isinstance(number, int) or isinstance(number, bool):
        raise Malformed("`update_id` is not a number.")
    kind = next((key for key in fields if key != "update_id"), "")
    item = inner(fields, kind)
    update = _Update((as_text(kind) or "empty")[:80], item, str(number), account_id, body, received_at)
    try:
        return [_read(update)]
    except ItemError as error:
        return [Unreadable(account_id, None, f"{update.kind}: {error}", body)]


def _read(update: _Update) -> Inbound:
    match update.kind:
        case "message":
            return _message(update)
        case "edited_message":
            return _edit(update)
        case "callback_query":
            return _tap(update)
        case "my_chat_member":
            return update.event(update.kind, _consent(update.item))
        case _:
            return update.event(update.kind)


def _message(update: _Update) -> Inbound:
    item, chat = update.item, _chat(update.item)
    if not _is_private(chat):
        return update.event("group:message")
    if (kind := kind_of(item)) in NOTES:
        return update.event(f"message:{kind}")
    sender = inner(item, "from")
    content, referral = _started(content_of(item))
    return MessageIn(
        account_id=update.account_id,
        provider_id=_message_id(item, chat),
        user_id=_user(chat),
        name=_name(sender or chat),
        phone=own_phone(item, as_text(sender.get("id"))),
        sent_at=_at(item, "date", update.received_at),
        content=content,
        raw=update.raw,
        quoted=_quoted(item, chat),
        referral=referral,
    )


def _edit(update: _Update) -> Inbound:
    item, chat = update.item, _chat(update.item)
    if not _is_private(chat):
        return update.event("group:edited_message")
    if "location" in item:  # a live location moves by edits, several a minute: nothing to answer
        return update.event("edited_message:location")
    message_id = _message_id(item, chat)
    return MessageIn(
        account_id=update.account_id,
        provider_id=f"{message_id}:e{update.update_id}",
        user_id=_user(chat),
        name=_name(inner(item, "from") or chat),
        phone=None,
        sent_at=_at(item, "edit_date", update.received_at),
        content=EditContent(provider_id=message_id, text=words(item)),
        raw=update.raw,
    )


def _tap(update: _Update) -> Inbound:
    """A button of ours was tapped. A message too old for Telegram to show comes as its chat and id only."""
    item = update.item
    query_id, data, message = as_text(item.get("id")), as_text(item.get("data")), inner(item, "message")
    if data is None or not message:  # a game's button, or one under an inline message: none of ours
        return update.event("callback_query:other")
    chat = _chat(message)
    if query_id is None:
        raise ItemError("a tap without an id")
    if not _is_private(chat):
        return update.event("group:callback_query")
    return MessageIn(
        account_id=update.account_id,
        provider_id=f"{CALLBACK}{query_id}",
        user_id=_user(chat),
        name=_name(inner(item, "from") or chat),
        phone=None,
        sent_at=update.received_at,  # a tap carries no time of its own
        content=ChoiceContent(choice_id=data, title=_title(message, data)),
        raw=update.raw,
        quoted=_message_id(message, chat),
    )


def _started(content: Content) -> tuple[Content, Referral | None]:
    """`t.me/<bot>?start=<payload>` opens a chat whose first message is "/start <payload>"."""
    if not isinstance(content, TextContent):
        return content, None
    command, _, payload = content.text.partition(" ")
    if command != "/start":
        return content, None
    payload = payload.strip()
    return TextContent(text=GREETING), Referral(source="link", source_id=payload[:64]) if payload else None


def _consent(item: Json) -> News | None:
    """In a private chat this comes when the person blocks the bot, or lets it back."""
    chat = _chat(item)
    status = inner(item, "new_chat_member").get("status")
    if not _is_private(chat) or status not in ("kicked", "member"):
        return None
    return ConsentChanged(user_id=_user(chat), allowed=status == "member", scope="all")


def _title(message: Json, data: str) -> str:
    """What the tapped button says, by the keyboard of its message; empty when that does not come with the tap."""
    rows = inner(message, "reply_markup").get("inline_keyboard")
    for row in rows if isinstance(rows, list) else []:
        for button in row if isinstance(row, list) else []:
            if isinstance(button, dict) and button.get("callback_data") == data:
                return as_text(button.get("text")) or ""
    return ""


# --- small readers ------------------------------------------------------------------------------------


def _decode(body: bytes) -> Json:
    update = loads(body)
    if not isinstance(update, dict):
        raise Malformed("The body is not a JSON object.")
    return update


def _chat(item: Json) -> Json:
    chat = item.get("chat")
    if not isinstance(chat, dict):
        raise ItemError("a message without a chat")
    return chat


def _is_private(chat: Json) -> bool:
    return chat.get("type", "private") == "private"


def _user(chat: Json) -> str:
    user_id = as_text(chat.get("id"))
    if user_id is None:
        raise ItemError("a chat without an id")
    return user_id


def _message_id(item: Json, chat: Json) -> str:
    message_id = as_text(item.get("message_id"))
    if message_id is None:
        raise ItemError("a message without an id")
    return f"{_user(chat)}:{message_id}"


def _quoted(item: Json, chat: Json) -> str | None:
    message_id = as_text(inner(item, "reply_to_message").get("message_id"))
    return f"{_user(chat)}:{message_id}" if message_id else None


def _name(person: Json) -> str | None:
    parts = (as_text(person.get("first_name")), as_text(person.get("last_name")))
    return " ".join(part for part in parts if part)[:200] or None


def _at(item: Json, field: str, otherwise: datetime) -> datetime:
    seconds = item.get(field)
    is_time = isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < LATEST
    return datetime.fromtimestamp(seconds, UTC) if is_time and isinstance(seconds, int) else otherwise
