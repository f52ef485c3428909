"""What stands in a webhook of Messenger or Instagram? Every entry × (messaging + standby + changes), leniently.

Pure. One item that cannot be read becomes `Unreadable` and leaves the others alone; only a body that is no envelope of
this channel at all raises `Malformed`. Messages are keyed by `mid`, everything without an id by its own content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from services.gateway.channels import (
    AccountNotice,
    ConsentChanged,
    EventIn,
    Inbound,
    Malformed,
    MessageIn,
    News,
    StatusIn,
    Unreadable,
    Unremarkable,
)
from services.gateway.channels.lenient import ItemError, Json, digest, dump, inner, loads, text_of
from services.gateway.channels.meta_content import contents, known, referral
from shared.messages.conversation import (
    ChoiceContent,
    Content,
    EchoContent,
    EditContent,
    ReactionContent,
    RevokeContent,
    UnsupportedContent,
)

INBOXES: Final = frozenset({"263902037430900", "1217981644879628"})
"""Meta's own apps in which people answer by hand: the page's inbox and Instagram's (handover protocol reference)."""
MESSAGE_FIELDS: Final = frozenset(
    {
        "messages",
        "messaging_postbacks",
        "message_reactions",
        "messaging_seen",
        "message_edits",
        "message_edit",
    }
)
"""Fields of `changes` whose value is a messaging event (the dashboard's test button, Instagram's own login)."""
OUTER: Final = frozenset({"sender", "recipient", "timestamp", "hop_context", "prior_message"})
"""What every messaging event has around the one key that says what it is."""

_LATEST: Final = 32503680000000  # the year 3000, in milliseconds
_TRACKER: Final = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?::(\d{1,3}))?")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads bodies of one channel: `object_name` is what it calls itself there ("page", "instagram").

    `tracks`: what we send says our id, and an echo says it again; so an echo without it is somebody else's.
    """

    object_name: str
    tracks: bool

    def read(self, body: bytes, received_at: datetime, only: str | None, app_id: str | None) -> list[Inbound]:
        """Every item of the body. `only`: the account whose URL it came to; items of others are `Unreadable`. `app_id`:
        our own app's, when known. Raises `Malformed`."""
        found: list[Inbound] = []
        for entry in self._entries(body):
            account_id = text_of(entry, "id") if isinstance(entry, dict) else None
            if not isinstance(entry, dict) or account_id is None:
                found.append(Unreadable(only, None, "an entry without an id", dump(entry)))
            elif only is not None and account_id != only:
                found.append(Unreadable(only, None, "sent to another account than the URL's", dump(entry)))
            else:
                found.extend(_Entry(account_id, received_at, app_id, self.tracks).items(entry))
        return found

    def _entries(self, body: bytes) -> list[object]:
        root = loads(body)
        if not isinstance(root, dict) or root.get("object") != self.object_name:
            raise Malformed(f"`object` is not {self.object_name}.")
        entries = root.get("entry")
        if not isinstance(entries, list) or not entries:
            raise Malformed("`entry` is not a list, or empty.")
        return entries


@dataclass(frozen=True, slots=True)
class _Entry:
    account_id: str
    received_at: datetime
    app_id: str | None
    tracks: bool

    def items(self, entry: Json) -> Iterator[Inbound]:
        parts = {"messaging": self._event, "standby": self._standby, "changes": self._change}
        seen = False
        for name, read in parts.items():
            items = entry.get(name)
            for item in items if isinstance(items, list) else []:
                seen = True
                try:
                    if not isinstance(item, dict):
                        raise ItemError("an object was expected")
                    yield from list(read(item))
                except ItemError as error:
                    yield Unreadable(self.account_id, None, f"{name}: {error}", dump(item))
        if not seen:
            yield self._kept("entry", entry)

    def _change(self, item: Json) -> Iterator[Inbound]:
        field, value = text_of(item, "field") or "unknown", inner(item, "value")
        if field in MESSAGE_FIELDS and "sender" in value:
            yield from self._event(value)
        else:  # comments, mentions, the page's feed: not a conversation
            yield self._kept(f"changes:{field}", item)

    def _standby(self, item: Json) -> Iterator[Inbound]:
        """Another app has the conversation: we read along and answer nothing."""
        yield self._kept(f"standby:{kind_of(item)}", item)

    def _event(self, item: Json) -> Iterator[Inbound]:
        kind = kind_of(item)
        value = inner(item, kind)
        match kind:
            case "message" if value.get("is_echo") is True:
                yield self._echo(item, value)
            case "message" | "message_edit" | "postback" | "reaction":
                yield from self._written(kind, item, value)
            case "delivery" | "read" if self._person(item) is not None:
                yield self._status("delivered" if kind == "delivery" else "read", item, value)
            case _:
                yield self._kept(kind, item, self._news(kind, item, value))

    # --- what people write -----------------------------------------------------------------------------

    def _written(self, kind: str, item: Json, value: Json) -> Iterator[Inbound]:
        person = self._person(item)
        if person is None:
            raise ItemError("a message without a sender")
        if person == self.account_id:  # the business to itself, or its own reaction: nobody to answer
            yield self._kept(f"own:{kind}", item)
            return
        quoted = text_of(inner(value, "reply_to"), "mid")
        came_from = referral(inner(value, "referral"))
        for provider_id, content in self._contents(kind, item, value, person):
            yield MessageIn(
                self.account_id,
                provider_id,
                person,
                None,
                None,
                self._at(item),
                content,
                b"",
                quoted=quoted,
                referral=came_from,
            )

    def _contents(self, kind: str, item: Json, value: Json, person: str) -> Iterator[tuple[str, Content]]:
        mid = text_of(value, "mid")
        if kind == "postback":
            payload, title = text_of(value, "payload"), text_of(value, "title") or ""
            key = mid or f"postback:{person}:{text_of(item, 'timestamp')}:{digest(payload or title)[:16]}"
            yield key, ChoiceContent(choice_id=payload or title, title=title)
            return
        if mid is None:
            raise ItemError(f"a {kind} without a mid")
        if kind == "reaction":
            taken_away = text_of(value, "action") == "unreact"
            emoji = None if taken_away else text_of(value, "emoji") or text_of(value, "reaction")
            key = f"{mid}:{text_of(value, 'action')}:{person}:{text_of(item, 'timestamp')}"
            yield key, ReactionContent(provider_id=mid, emoji=emoji)
        elif kind == "message_edit":
            key = f"{mid}:edit:{text_of(value, 'num_edit') or digest(value)[:16]}"
            yield key, EditContent(provider_id=mid, text=text_of(value, "text"))
        elif value.get("is_deleted") is True:
            yield f"{mid}:deleted", RevokeContent(provider_id=mid)
        elif value.get("is_unsupported") is True:
            yield mid, UnsupportedContent(type="unsupported")
        else:
            for number, content in enumerate(contents(value)):
                yield (f"{mid}:{number}" if number else mid), content

    # --- what we or others wrote ------------------------------------------------------------------------

    def _echo(self, item: Json, value: Json) -> Inbound:
        mid, person = text_of(value, "mid"), text_of(inner(item, "recipient"), "id")
        if mid is None or person is None:
            raise ItemError("an echo without a mid or a recipient")
        tracker = _TRACKER.fullmatch(text_of(value, "metadata") or "")
        if tracker or self._is_ours(text_of(value, "app_id")):
            delivery_id = UUID(tracker[1]) if tracker else None
            part = int(tracker[2]) if tracker and tracker[2] else None
            at = self._at(item)
            return StatusIn(self.account_id, mid, f"{mid}:sent", "sent", at, delivery_id, part, None, b"")
        content = EchoContent(text=text_of(value, "text"))
        return MessageIn(self.account_id, mid, person, None, None, self._at(item), content, b"")

    def _is_ours(self, app_id: str | None) -> bool:
        """Whether this app is ours, as far as can be told: one that is no inbox is, where nothing of ours is said back."""
        if app_id is None or app_id in INBOXES:
            return False
        return app_id == self.app_id if self.app_id is not None else not self.tracks

    def _status(self, state: str, item: Json, value: Json) -> Inbound:
        """Either of one message (Instagram), or of all up to a time."""
        person, mid, watermark = self._person(item), text_of(value, "mid"), text_of(value, "watermark")
        if mid is None and watermark is None:
            raise ItemError(f"{state}, but not what")
        reported = known(state)
        at = self._at(item) if mid else _moment(watermark, self.received_at)
        key = f"{mid}:{state}" if mid else f"{state}:{person}:{watermark}"
        return StatusIn(
            self.account_id,
            mid or "",
            key,
            reported,
            at,
            None,
            None,
            None,
            b"",
            user_id=person,
            watermark=mid is None,
        )

    # --- everything else --------------------------------------------------------------------------------

    def _news(self, kind: str, item: Json, value: Json) -> News:
        if kind == "optin":
            status, person = text_of(value, "notification_messages_status"), self._person(item)
            if person and status in ("STOP_NOTIFICATIONS", "RESUME_NOTIFICATIONS"):
                return ConsentChanged(person, status == "RESUME_NOTIFICATIONS", "marketing")
        if kind in ("policy_enforcement", "policy-enforcement"):
            return _enforced(text_of(value, "action") or "?", text_of(value, "reason") or "no reason given")
        return Unremarkable()

    def _kept(self, kind: str, item: Json, news: News = Unremarkable()) -> EventIn:  # noqa: B008  # frozen
        # Without an id of its own, the same content is the same event (its timestamp is part of it).
        return EventIn(
            self.account_id, None, f"{kind}:{digest(item)}", kind[:80], dump(item), news, at=self._at(item)
        )

    def _person(self, item: Json) -> str | None:
        return text_of(inner(item, "sender"), "id")

    def _at(self, item: Json) -> datetime:
        return _moment(text_of(item, "timestamp"), self.received_at)


def _enforced(action: str, reason: str) -> AccountNotice:
    """Meta blocks the page from sending, warns it, or lets it send again."""
    summary = f"Meta's policy enforcement: {action} ({reason})."
    if action == "unblock":
        return AccountNotice(summary, clears=True)
    return AccountNotice(summary, "critical" if action == "block" else "warning", pauses=action == "block")


def kind_of(item: Json) -> str:
    """The one key that says what a messaging event is; "unknown" when there is none."""
    return next(
        (key.replace("\x00", "") for key in item if key not in OUTER and key.strip("\x00")), "unknown"
    )


def _moment(text: str | None, otherwise: datetime) -> datetime:
    """Unix milliseconds (or seconds, in old payloads) as an aware time."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 14 or int(text) > _LATEST:
        return otherwise
    value = int(text)
    return datetime.fromtimestamp(value / 1000 if value > 10**11 else value, UTC)
