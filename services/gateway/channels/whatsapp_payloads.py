"""What stands in a WhatsApp webhook? Every entry × change × (messages + statuses + errors + other fields), leniently.

Pure, and the gateway's hot path. One item that cannot be read becomes `Unreadable` and leaves the others alone; only a
body that is no WhatsApp envelope at all raises `Malformed`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeAlias

from services.gateway.channels import EventIn, Inbound, Malformed, MessageIn, Unreadable
from services.gateway.channels import whatsapp_events as events
from services.gateway.channels.lenient import (
    ItemError,
    Json,
    as_dict,
    as_list,
    as_text,
    dump,
    inner,
    instant,
    loads,
    objects,
    phone_of,
)
from services.gateway.channels.whatsapp_content import content_of, referral_of, words_of
from services.gateway.channels.whatsapp_events import NOT_KEPT, Change, alone
from services.gateway.channels.whatsapp_statuses import status
from services.gateway.channels.whatsapp_texts import plain_text
from shared.messages.conversation import EchoContent


class People:
    """The `contacts[]` of one value by their ids: they stand there once per value, not once per message."""

    def __init__(self, value: Json) -> None:
        contacts = objects(value, "contacts")
        self._only = contacts[0] if len(contacts) == 1 else None
        self.by_id: dict[str, Json] = {}
        for contact in contacts:
            if wa_id := as_text(contact.get("wa_id")):
                self.by_id.setdefault(wa_id, contact)
            if bsuid := as_text(contact.get("user_id")):
                self.by_id.setdefault(bsuid, contact)

    def find(self, wa_id: str | None, bsuid: str | None) -> Json:
        """The contact of somebody with these ids; an empty one when there is none."""
        return self.by_id.get(wa_id or "") or self.by_id.get(bsuid or "") or {}

    def only(self) -> Json:
        """The contact, when there is one."""
        return self._only or {}


Reader: TypeAlias = Callable[[Change, People, Json], Inbound]


def parse_body(body: bytes, received_at: datetime, only: str | None = None) -> list[Inbound]:
    """See `Channel.parse`. `only`: the account whose secret signed the body. Raises `Malformed`."""
    found: list[Inbound] = []
    for entry in _entries(body):
        owner_id = as_text(entry.get("id")) if isinstance(entry, dict) else None
        try:
            fields = as_dict(entry)
            for item in as_list(fields.get("changes")):
                _read(found, item, owner_id, fields.get("time"), received_at, only)
        except ItemError as error:
            found.append(Unreadable(None, owner_id, f"entry: {error}", dump(entry)))
    return found


def _read(
    found: list[Inbound],
    item: object,
    owner_id: str | None,
    time: object,
    received_at: datetime,
    only: str | None,
) -> None:
    """Add what one `changes[]` element holds."""
    try:
        fields = as_dict(item)
        value = as_dict(fields.get("value"))
    except ItemError as error:
        found.append(Unreadable(None, owner_id, f"change: {error}", dump(item)))
        return
    field = as_text(fields.get("field")) or "unknown"
    account_id = as_text(inner(value, "metadata").get("phone_number_id"))
    if only is not None and account_id not in (None, only):
        # Whoever has the secret of one account must not speak for another.
        reason = f"change: of another number than this URL's, {only}: give each number its own URL"
        found.append(Unreadable(None, owner_id, reason, dump(item)))
        return
    change = Change(account_id, owner_id, field, value, time, received_at)
    readers = _READERS.get(field, {})
    given = [name for name in readers if value.get(name) is not None]
    if not given or (account_id is None and field in _OF_A_NUMBER):
        _read_whole(found, change)
        return
    people = People(value)
    for name in given:
        _read_list(found, change, people, name, readers[name])


def _read_whole(found: list[Inbound], change: Change) -> None:
    try:
        found.append(events.whole(change))
    except ItemError as error:
        reason = f"{change.field[:80]}: {error}"
        found.append(Unreadable(change.account_id, change.owner_id, reason, dump(change.value)))


def _read_list(found: list[Inbound], change: Change, people: People, name: str, read: Reader) -> None:
    items = change.value[name]
    if not isinstance(items, list):
        raw = alone(change, name, items)
        found.append(Unreadable(change.account_id, change.owner_id, f"{name}: a list was expected", raw))
        return
    for item in items:
        try:
            found.append(read(change, people, as_dict(item)))
        except ItemError as error:
            reason = f"{name}: {error}"
            raw = alone(change, name, [item])
            found.append(Unreadable(change.account_id, change.owner_id, reason, raw))


# --- messages -------------------------------------------------------------------------------------------


def _message(change: Change, people: People, item: Json) -> Inbound:
    return plain_text(change.account_id or "", people.by_id, item) or careful_message(change, people, item)


def careful_message(change: Change, people: People, item: Json) -> Inbound:
    """Any element of `messages[]`. Raises `ItemError`."""
    provider_id = as_text(item.get("id"))
    if provider_id is None:
        raise ItemError("a message without an id")
    kind = as_text(item.get("type")) or "unknown"
    if kind == "system":
        return events.note(change, item, provider_id, alone(change, "messages", [item]))
    if "group_id" in item:
        return _group_message(change, item, provider_id, kind)
    wa_id, bsuid = as_text(item.get("from")), as_text(item.get("from_user_id"))
    person = people.find(wa_id, bsuid)
    if wa_id is None and bsuid is None and len(as_list(change.value["messages"])) == 1:
        person = people.only()
    wa_id, bsuid = wa_id or as_text(person.get("wa_id")), bsuid or as_text(person.get("user_id"))
    user_id = wa_id or bsuid
    if user_id is None:
        raise ItemError("a message without a sender")
    context = item.get("context")
    return MessageIn(
        change.account_id or "",
        provider_id,
        user_id,
        _name(person),
        phone_of(wa_id),
        instant(item.get("timestamp")) or change.received_at,
        content_of(kind, item),
        NOT_KEPT,
        (bsuid,) if bsuid and bsuid != user_id else (),
        as_text(context.get("id")) if isinstance(context, dict) else None,
        referral_of(item) if "referral" in item else None,
    )


def _group_message(change: Change, item: Json, provider_id: str, kind: str) -> EventIn:
    """What is said in a group is not said to us alone: kept, and nobody answers."""
    raw, at = alone(change, "messages", [item]), instant(item.get("timestamp"))
    return EventIn(change.account_id, change.owner_id, provider_id, f"message:group:{kind}"[:80], raw, at=at)


def _echo(change: Change, people: People, item: Json) -> Inbound:
    """The owner wrote to somebody in the phone app: it belongs to the conversation of the person it was sent to."""
    provider_id = as_text(item.get("id"))
    if provider_id is None:
        raise ItemError("an echo without an id")
    kind = as_text(item.get("type")) or "unknown"
    if "group_id" in item:
        return _group_message(change, item, provider_id, kind)
    wa_id, bsuid = as_text(item.get("to")), as_text(item.get("to_user_id"))
    # Edits and deletions have been seen with both ends exchanged.
    if wa_id is not None and wa_id == as_text(inner(change.value, "metadata").get("display_phone_number")):
        wa_id, bsuid = as_text(item.get("from")), as_text(item.get("from_user_id"))
    person = people.find(wa_id, bsuid)
    wa_id, bsuid = wa_id or as_text(person.get("wa_id")), bsuid or as_text(person.get("user_id"))
    user_id = wa_id or bsuid
    if user_id is None:
        raise ItemError("an echo without a receiver")
    return MessageIn(
        change.account_id or "",
        provider_id,
        user_id,
        _name(person),
        phone_of(wa_id),
        instant(item.get("timestamp")) or change.received_at,
        EchoContent(text=words_of(kind, item)),
        NOT_KEPT,
        (bsuid,) if bsuid and bsuid != user_id else (),
    )


def _name(person: Json) -> str | None:
    profile = person.get("profile")
    if not isinstance(profile, dict):
        return None
    name = as_text(profile.get("name")) or as_text(profile.get("username"))
    return name[:200] if name else None


# --- who reads what -------------------------------------------------------------------------------------


def _lone(read: Callable[[Change, Json], Inbound]) -> Reader:
    return lambda change, _people, item: read(change, item)


_OF_A_NUMBER: Final = frozenset({"messages", "smb_message_echoes"})
_READERS: Final[dict[str, dict[str, Reader]]] = {
    "messages": {"messages": _message, "statuses": _lone(status), "errors": _lone(events.error)},
    "smb_message_echoes": {"message_echoes": _echo, "errors": _lone(events.error)},
    "user_preferences": {"user_preferences": _lone(events.preference)},
    "user_id_update": {"user_id_update": _lone(events.id_update)},
    "calls": {
        "calls": _lone(events.call),
        "statuses": _lone(events.call_status),
        "errors": _lone(events.error),
    },
    "history": {"history": _lone(events.element)},
    "smb_app_state_sync": {"state_sync": _lone(events.element)},
    "group_lifecycle_update": {"groups": _lone(events.element)},
    "group_participants_update": {"groups": _lone(events.element)},
    "group_settings_update": {"groups": _lone(events.element)},
    "group_status_update": {"groups": _lone(events.element)},
}
"""By field, the lists of its value and who reads their elements. A change without any of them is one event."""


def _entries(body: bytes) -> list[object]:
    """The `entry` list of a webhook body. Raises `Malformed`."""
    root = loads(body)
    if not isinstance(root, dict):
        raise Malformed("The body is not a JSON object.")
    if root.get("object") != "whatsapp_business_account":
        raise Malformed("`object` is not whatsapp_business_account.")
    entries = root.get("entry")
    if not isinstance(entries, list) or not entries:
        raise Malformed("`entry` is not a list, or empty.")
    return entries
