"""What else does WhatsApp tell? Consent, changed identities, calls, groups, history, notes, news of the account.

One event for each element of a list, with a key of the element alone: however a redelivery groups them, they are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.gateway.channels import ConsentChanged, EventIn, IdentityChanged, News, Unremarkable
from services.gateway.channels.lenient import (
    ItemError,
    Json,
    as_text,
    digest,
    dump,
    inner,
    instant,
    phone_of,
)
from services.gateway.channels.whatsapp_news import news_of

_WORD: Final = 80
_PRIVATE: Final = ("threads", "contact")
"""Old chats and the owner's address book: nothing follows from them, so no copy is kept in the event."""

NOT_KEPT: Final = b""
"""Messages and statuses keep no JSON of their own: the request's whole body is kept, encrypted."""


@dataclass(frozen=True, slots=True)
class Change:
    """One `changes[]` element and where it stands: what every reader of its items needs to know."""

    account_id: str | None
    owner_id: str | None
    field: str
    value: Json
    time: object
    received_at: datetime


def alone(change: Change, name: str, items: object) -> bytes:
    """A value with these items only, so that they can be read again by themselves."""
    return dump({"metadata": change.value.get("metadata"), name: items})


def whole(change: Change) -> EventIn:
    """A change that has no list of items, as one event of the account: its key is its content and Meta's time of it."""
    # A partner hears of a customer's account under its own id; the account itself is named inside.
    owner_id = as_text(inner(change.value, "waba_info").get("waba_id")) or change.owner_id
    return EventIn(
        change.account_id,
        owner_id,
        f"{change.field}:{digest((change.field, as_text(change.time), change.value))}",
        change.field[:_WORD],
        dump(change.value),
        news_of(change.field, change.value),
        instant(change.time),
    )


def error(change: Change, item: Json) -> EventIn:
    """An error beside the items. It has no time of its own, so the notification's tells two alike apart."""
    key = f"errors:{digest((change.field, as_text(change.time), item))}"
    return EventIn(change.account_id, change.owner_id, key, "errors", dump(item), at=instant(change.time))


def element(change: Change, item: Json) -> EventIn:
    """An element from which nothing follows (groups, history, address book)."""
    return _element(change, item, Unremarkable())


def preference(change: Change, item: Json) -> EventIn:
    """Whether a person wants marketing."""
    wa_id, bsuid = as_text(item.get("wa_id")), as_text(item.get("user_id"))
    user_id, word = wa_id or bsuid, as_text(item.get("value"))
    if user_id is None or word is None:
        raise ItemError("a preference without a person or a value")
    news: News = Unremarkable()
    if word in ("stop", "resume", "signup"):
        news = ConsentChanged(user_id, word != "stop", "marketing", phone_of(wa_id))
    return _element(change, item, news)


def id_update(change: Change, item: Json) -> EventIn:
    """A person has another business-scoped id."""
    ids = inner(item, "user_id")
    phone = phone_of(as_text(item.get("wa_id")))
    return _element(change, item, _moved(as_text(ids.get("previous")), as_text(ids.get("current")), phone))


def call(change: Change, item: Json) -> EventIn:
    """A call begins or ends."""
    return _call(change, item, as_text(item.get("event")) or as_text(item.get("status")) or "unknown")


def call_status(change: Change, item: Json) -> EventIn:
    """What became of a call we made."""
    return _call(change, item, as_text(item.get("status")) or "unknown")


def note(change: Change, item: Json, provider_id: str, raw: bytes) -> EventIn:
    """A note that the platform writes in a person's name (type `system`): nobody answers it."""
    system = inner(item, "system")
    wa_id, bsuid = as_text(item.get("from")), as_text(item.get("from_user_id"))
    now_wa_id = as_text(system.get("wa_id")) or as_text(system.get("new_wa_id"))
    now_bsuid = as_text(system.get("user_id"))
    news: News = Unremarkable()
    match as_text(system.get("type")):
        case "user_changed_number" | "customer_changed_number":
            news = _moved(wa_id or bsuid, now_wa_id or now_bsuid, phone_of(now_wa_id))
        case "user_changed_user_id":
            # Without the former id nothing is concluded: it is also in the note's words, but those hold a name that the
            # person chose. `user_id_update` tells both.
            news = _moved(bsuid or wa_id, now_bsuid, phone_of(now_wa_id))
    at = instant(item.get("timestamp"))
    return EventIn(change.account_id, change.owner_id, provider_id, "message:system", raw, news, at)


def _moved(previous: str | None, current: str | None, phone: str | None) -> News:
    if previous is None or current is None or previous == current:
        return Unremarkable()
    return IdentityChanged(previous, current, phone)


def _call(change: Change, item: Json, word: str) -> EventIn:
    call_id = as_text(item.get("id"))
    if call_id is None:
        raise ItemError("a call without an id")
    kind = f"calls:{word}"[:_WORD]
    at = instant(item.get("timestamp"))
    return EventIn(change.account_id, change.owner_id, f"{call_id}:{word}", kind, dump(item), at=at)


def _element(change: Change, item: Json, news: News) -> EventIn:
    kept = {key: value for key, value in item.items() if key not in _PRIVATE}
    return EventIn(
        change.account_id,
        change.owner_id,
        f"{change.field}:{digest((change.field, item))}",
        change.field[:_WORD],
        dump(kept),
        news,
        instant(item.get("timestamp")) or instant(change.time),
    )
