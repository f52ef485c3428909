"""What became of a message we sent? The `statuses[]` of WhatsApp: sent, delivered, read, played, failed."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from services.gateway.channels import EventIn, Inbound, StatusIn
from services.gateway.channels.lenient import ItemError, Json, as_int, as_text, instant, objects
from services.gateway.channels.whatsapp_events import NOT_KEPT, Change, alone
from services.gateway.domain.states import ReportedState

STATES: Final[dict[str, ReportedState]] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",  # a voice note was listened to
    "failed": "failed",
}

_TRACKER: Final = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?::(\d{1,3}))?")


def status(change: Change, item: Json) -> Inbound:
    """An element of `statuses[]`; a state that we do not know is kept as an event. Raises `ItemError`."""
    provider_id, word = as_text(item.get("id")), as_text(item.get("status"))
    if provider_id is None or word is None:
        raise ItemError("a status without an id or a state")
    # In a group each participant reports; every report is a row of its own.
    participant = as_text(item.get("recipient_participant_user_id")) or as_text(
        item.get("recipient_participant_id")
    )
    key = f"{provider_id}:{word}:{participant}" if participant else f"{provider_id}:{word}"
    at = instant(item.get("timestamp"))
    state = STATES.get(word)
    if state is None:
        raw = alone(change, "statuses", [item])
        return EventIn(change.account_id, change.owner_id, key, f"status:{word}"[:80], raw, at=at)
    tracker = _TRACKER.fullmatch(as_text(item.get("biz_opaque_callback_data")) or "")
    code, reason = _failure(item) if state == "failed" else (None, None)
    return StatusIn(
        change.account_id or "",
        provider_id,
        key,
        state,
        at or change.received_at,
        UUID(tracker[1]) if tracker else None,
        int(tracker[2]) if tracker and tracker[2] else None,
        reason,
        NOT_KEPT,
        code,
        participant or as_text(item.get("recipient_id")) or as_text(item.get("recipient_user_id")),
    )


def _failure(item: Json) -> tuple[int | None, str]:
    """The code and what it is called. `details` are left out: they may quote the recipient."""
    errors = objects(item, "errors")
    if not errors:
        return None, "failed, no reason given"
    code, title = as_int(errors[0].get("code")), as_text(errors[0].get("title")) or ""
    return code, f"{'?' if code is None else code} {title}".strip()[:200]
