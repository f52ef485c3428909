"""What stands in a WhatsApp webhook? Every entry × change × (messages + statuses + errors + other fields), leniently.

Pure. One item that cannot be read becomes `Unreadable` and leaves the others alone; only a body that is no WhatsApp
envelope at all raises `Malformed`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import orjson

from services.gateway.channels import EventIn, Inbound, MessageIn, StatusIn, Unreadable
from services.gateway.channels.whatsapp_content import content_of
from services.gateway.channels.whatsapp_json import ItemError, Json, as_dict, as_list, as_text, decode, dump
from services.gateway.domain.states import ReportedState

STATES: Final[dict[str, ReportedState]] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",  # a voice note was listened to
    "failed": "failed",
}
NOTES: Final = frozenset({"system"})
"""Message types that the platform writes in a person's name: kept as events, nobody answers them."""

_TRACKER: Final = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?::(\d{1,3}))?")
_LATEST: Final = 32503680000  # the year 3000; larger timestamps are nonsense (or milliseconds)


def parse_body(body: bytes, received_at: datetime) -> list[Inbound]:
    """See `Channel.parse`. Raises `Malformed`."""
    found: list[Inbound] = []
    for entry in decode(body):
        owner_id = as_text(entry.get("id")) if isinstance(entry, dict) else None
        try:
            for change in as_list(as_dict(entry).get("changes")):
                found.extend(_change(owner_id, as_dict(entry).get("time"), change, received_at))
        except ItemError as error:
            found.append(Unreadable(None, owner_id, f"entry: {error}", dump(entry)))
    return found


def _change(owner_id: str | None, time: object, change: object, received_at: datetime) -> Iterator[Inbound]:
    account_id = None
    try:
        fields = as_dict(change)
        field = as_text(fields.get("field")) or "unknown"
        value = as_dict(fields.get("value"))
        metadata = value.get("metadata")
        account_id = as_text(metadata.get("phone_number_id")) if isinstance(metadata, dict) else None
    except ItemError as error:
        yield Unreadable(account_id, owner_id, f"change: {error}", dump(change))
        return
    if field != "messages" or account_id is None or not _has_items(value):
        yield _event(account_id, owner_id, field, time, value)
        return
    for name, read in (("messages", _message), ("statuses", _status)):
        for item in _items(value, name):
            try:
                yield read(account_id, owner_id, value, as_dict(item), received_at)
            except ItemError as error:
                yield Unreadable(account_id, owner_id, f"{name}: {error}", dump(_alone(value, name, item)))
    if value.get("errors"):
        yield _event(account_id, owner_id, "errors", time, value)


def _has_items(value: Json) -> bool:
    return "messages" in value or "statuses" in value or "errors" in value


def _items(value: Json, name: str) -> list[object]:
    items = value.get(name)
    return items if isinstance(items, list) else []


def _alone(value: Json, name: str, item: object, contact: Json | None = None) -> Json:
    """A value with this one item only, so that it can be read again by itself."""
    alone: Json = {"metadata": value.get("metadata"), name: [item]}
    return alone | {"contacts": [contact]} if contact else alone


# --- messages -----------------------------------------------------------------------------------------


def _message(
    account_id: str, owner_id: str | None, value: Json, item: Json, received_at: datetime
) -> Inbound:
    provider_id = as_text(item.get("id"))
    if provider_id is None:
        raise ItemError("a message without an id")
    kind = as_text(item.get("type")) or "unknown"
    wa_id, bsuid = as_text(item.get("from")), as_text(item.get("from_user_id"))
    contact = _contact(value, wa_id, bsuid)
    raw = dump(_alone(value, "messages", item, contact))
    if kind in NOTES or "group_id" in item:
        return EventIn(account_id, owner_id, provider_id, f"message:{kind}", raw)
    if contact is not None:
        wa_id = wa_id or as_text(contact.get("wa_id"))
        bsuid = bsuid or as_text(contact.get("user_id"))
    user_id = wa_id or bsuid
    if user_id is None:
        raise ItemError("a message without a sender")
    return MessageIn(
        account_id,
        provider_id,
        user_id,
        _name(contact),
        f"+{wa_id}" if wa_id and wa_id.isascii() and wa_id.isdigit() and 7 <= len(wa_id) <= 15 else None,
        _instant(item.get("timestamp"), received_at),
        content_of(kind, item),
        raw,
    )


def _contact(value: Json, wa_id: str | None, bsuid: str | None) -> Json | None:
    """The contact of this sender; with neither id given, the only one there is."""
    contacts = _items(value, "contacts")
    if wa_id is None and bsuid is None:
        alone = len(contacts) == 1 and len(_items(value, "messages")) == 1
        return contacts[0] if alone and isinstance(contacts[0], dict) else None
    for contact in contacts:
        if not isinstance(contact, dict):
            continue
        if wa_id is not None and as_text(contact.get("wa_id")) == wa_id:
            return contact
        if bsuid is not None and as_text(contact.get("user_id")) == bsuid:
            return contact
    return None


def _name(contact: Json | None) -> str | None:
    profile = contact.get("profile") if contact else None
    name = as_text(profile.get("name")) if isinstance(profile, dict) else None
    return name[:200] if name else None


def _instant(value: object, otherwise: datetime) -> datetime:
    """Unix seconds, as a string or a number."""
    text = as_text(value)
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 11 or int(text) > _LATEST:
        return otherwise
    return datetime.fromtimestamp(int(text), UTC)


# --- statuses -----------------------------------------------------------------------------------------


def _status(account_id: str, owner_id: str | None, value: Json, item: Json, received_at: datetime) -> Inbound:
    provider_id, word = as_text(item.get("id")), as_text(item.get("status"))
    if provider_id is None or word is None:
        raise ItemError("a status without an id or a state")
    # In a group each participant reports; every report is a row of its own.
    participant = as_text(item.get("recipient_participant_user_id")) or as_text(
        item.get("recipient_participant_id")
    )
    key = f"{provider_id}:{word}" + (f":{participant}" if participant else "")
    raw = dump(_alone(value, "statuses", item))
    state = STATES.get(word)
    if state is None:
        return EventIn(account_id, owner_id, key, f"status:{word}"[:80], raw)
    tracker = _TRACKER.fullmatch(as_text(item.get("biz_opaque_callback_data")) or "")
    return StatusIn(
        account_id,
        provider_id,
        key,
        state,
        _instant(item.get("timestamp"), received_at),
        UUID(tracker[1]) if tracker else None,
        int(tracker[2]) if tracker and tracker[2] else None,
        _reason(item) if state == "failed" else None,
        raw,
    )


def _reason(item: Json) -> str:
    errors = _items(item, "errors")
    first = errors[0] if errors else None
    if not isinstance(first, dict):
        return "failed, no reason given"
    return f"{as_text(first.get('code')) or '?'} {as_text(first.get('title')) or ''}".strip()[:200]


# --- everything else ----------------------------------------------------------------------------------


def _event(account_id: str | None, owner_id: str | None, field: str, time: object, value: Json) -> EventIn:
    # These have no id of their own: the same content at the same time is the same event.
    raw = dump(value)
    digest = hashlib.sha256(orjson.dumps([field, as_text(time), value], option=orjson.OPT_SORT_KEYS))
    return EventIn(account_id, owner_id, f"{field}:{digest.hexdigest()}", field[:80], raw)
