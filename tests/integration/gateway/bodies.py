"""Webhook bodies of WhatsApp's shapes for the gateway's tests, and their signature."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence

SECRET = "test-app-secret"
Json = dict[str, object]


def text(sender: str, provider_id: str, words: str = "hello", *, at: int = 1_763_800_000) -> Json:
    """An element of `messages[]`."""
    return {"from": sender, "id": provider_id, "timestamp": str(at), "type": "text", "text": {"body": words}}


def status(provider_id: str, state: str, *, tracker: str | None = None, errors: Sequence[Json] = ()) -> Json:
    """An element of `statuses[]`."""
    body: Json = {
        "id": provider_id,
        "status": state,
        "timestamp": "1763800001",
        "recipient_id": "351910000001",
    }
    if tracker is not None:
        body["biz_opaque_callback_data"] = tracker
    return body | ({"errors": list(errors)} if errors else {})


def value(account: str, *, messages: Sequence[Json] = (), statuses: Sequence[Json] = ()) -> Json:
    """A `value` with these items."""
    contacts = [
        {"profile": {"name": f"Person {m['from']}"}, "wa_id": m["from"]} for m in messages if "from" in m
    ]
    found: Json = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "351210000000", "phone_number_id": account},
    }
    if messages:
        found |= {"contacts": contacts, "messages": list(messages)}
    if statuses:
        found["statuses"] = list(statuses)
    return found


def body(*values: Mapping[str, object], owner: str = "waba") -> bytes:
    """A whole webhook: each value is a change of one entry."""
    changes = [{"field": "messages", "value": one} for one in values]
    return json.dumps(
        {"object": "whatsapp_business_account", "entry": [{"id": owner, "changes": changes}]}
    ).encode()


def signature(raw: bytes, secret: str = SECRET) -> str:
    """The value of `X-Hub-Signature-256`."""
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
