"""What do Meta's webhooks look like, byte for byte? Pure builders: ids, clock and randomness are passed
in."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from devkit.whatsapp.config import Business, Customer
from devkit.whatsapp.errors import status_error
from devkit.whatsapp.faults import Grouping

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Update:
    """One message, status or preference on its way to the gateway: `body` is the element of `messages[]`, `statuses[]`
    or `user_preferences[]`."""

    kind: Literal["messages", "statuses", "user_preferences"]
    business: Business
    customer: Customer
    body: Json

    @property
    def wamid(self) -> str:
        """The message this update is, or is about."""
        return str(self.body.get("id", ""))


def make_wamid(wa_id: str, token: bytes) -> str:
    """A message id of Meta's shape; unique when `token` (10 bytes) is."""
    number = wa_id.encode()
    unique = token.hex().upper().encode()
    raw = (
        b"\x1c\x18"
        + bytes([len(number)])
        + number
        + b"\x15\x02\x00\x12\x18"
        + bytes([len(unique)])
        + unique
        + b"\x00"
    )
    return "wamid." + base64.b64encode(raw).decode()


def message(
    wa_id: str, wamid: str, at: float, content: Json, context: Json | None = None
) -> dict[str, object]:
    """An element of `messages[]`. `at` is unix seconds; `content` carries `type` and that type's body."""
    body: dict[str, object] = {"from": wa_id, "id": wamid, "timestamp": str(int(at))}
    if context is not None:
        body["context"] = dict(context)
    return body | dict(content)


def text(body: str) -> dict[str, object]:
    """Typed words."""
    return {"type": "text", "text": {"body": body}}


def button_reply(reply_id: str, title: str) -> dict[str, object]:
    """A tap on one of our reply buttons."""
    return {
        "type": "interactive",
        "interactive": {"type": "button_reply", "button_reply": {"id": reply_id, "title": title}},
    }


def list_reply(reply_id: str, title: str, description: str | None = None) -> dict[str, object]:
    """A tap on a row of our list. Like Meta's, without `description` when the row had none."""
    reply = {"id": reply_id, "title": title}
    if description:
        reply["description"] = description
    return {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": reply}}


def quick_reply(payload: str, title: str) -> dict[str, object]:
    """A tap on a template's quick-reply button."""
    return {"type": "button", "button": {"payload": payload, "text": title}}


def audio(media_id: str, mime_type: str, sha256: bytes, *, voice: bool) -> dict[str, object]:
    """A voice note (`voice=True`) or a sent audio file; the digest travels in base64."""
    digest = base64.b64encode(sha256).decode()
    return {
        "type": "audio",
        "audio": {"mime_type": mime_type, "sha256": digest, "id": media_id, "voice": voice},
    }


def status(
    wamid: str,
    name: str,
    at: float,
    wa_id: str,
    *,
    tracker: str | None = None,
    error: tuple[int, str] | None = None,
) -> dict[str, object]:
    """An element of `statuses[]`; `tracker` is the echoed `biz_opaque_callback_data`, `error` a code and its
    details."""
    body: dict[str, object] = {"id": wamid, "status": name, "timestamp": str(int(at)), "recipient_id": wa_id}
    if tracker is not None:
        body["biz_opaque_callback_data"] = tracker
    if name in ("sent", "delivered"):
        conversation = hashlib.md5(wa_id.encode(), usedforsecurity=False).hexdigest()
        body["conversation"] = {"id": conversation, "origin": {"type": "service"}}
        body["pricing"] = {
            "billable": False,
            "pricing_model": "PMP",
            "category": "service",
            "type": "free_customer_service",
        }
    if error is not None:
        body["errors"] = [status_error(*error)]
    return body


def preference(customer: Customer, value: str, at: float) -> dict[str, object]:
    """An element of `user_preferences[]`: what the customer says to marketing (`stop`, `resume`)."""
    return {
        "wa_id": customer.wa_id,
        **({"user_id": customer.user_id} if customer.user_id else {}),
        "detail": f"User requested to {value} marketing messages",
        "category": "marketing_messages",
        "value": value,
        "timestamp": int(at),
    }


def envelope(updates: Sequence[Update], grouping: Grouping = "one_value") -> dict[str, object]:
    """One webhook body with all `updates` in their order, grouped into entries, changes and values as
    asked."""
    entries: list[tuple[str, list[dict[str, object]]]] = []
    for group in _groups(updates, grouping):
        waba_id = group[0].business.waba_id
        kind = group[0].kind
        field = kind if kind == "user_preferences" else "messages"
        change: dict[str, object] = {"value": _value(group), "field": field}
        same_entry = grouping != "entries" and entries and entries[-1][0] == waba_id
        if same_entry:
            entries[-1][1].append(change)
        else:
            entries.append((waba_id, [change]))
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": waba_id, "changes": changes} for waba_id, changes in entries],
    }


def _groups(updates: Sequence[Update], grouping: Grouping) -> list[list[Update]]:
    if grouping != "one_value":
        return [[update] for update in updates]
    by_number: dict[tuple[str, bool], list[Update]] = {}
    for update in updates:
        # Preferences are a field of their own: they never share a value with messages and statuses.
        key = (update.business.phone_number_id, update.kind == "user_preferences")
        by_number.setdefault(key, []).append(update)
    return list(by_number.values())


def _value(group: Sequence[Update]) -> dict[str, object]:
    business = group[0].business
    value: dict[str, object] = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": digits(business.display_phone_number),
            "phone_number_id": business.phone_number_id,
        },
    }
    senders = {update.customer.wa_id: update.customer for update in group if update.kind != "statuses"}
    if senders:
        value["contacts"] = [_contact(customer) for customer in senders.values()]
    for kind in ("messages", "statuses", "user_preferences"):
        bodies = [update.body for update in group if update.kind == kind]
        if bodies:
            value[kind] = bodies
    return value


def _contact(customer: Customer) -> dict[str, object]:
    contact: dict[str, object] = {"profile": {"name": customer.name}, "wa_id": customer.wa_id}
    if customer.user_id:
        contact["user_id"] = customer.user_id
    return contact


def digits(number: str) -> str:
    """The number as it stands in payloads: without plus, spaces and brackets."""
    return "".join(character for character in number if character.isdigit())


def encode(body: object) -> bytes:
    r"""The bytes Meta sends: no spaces, every non-ASCII character as `\uXXXX`, and `/` as `\/`.

    A receiver that signs what it re-serialised instead of what it received fails on exactly these.
    """
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode("ascii")
