"""WhatsApp: what the contract asks of every channel."""

from __future__ import annotations

import copy
import hmac
import json
from typing import Any

from services.gateway.channels import HttpAnswer, HttpCall, RawRequest
from services.gateway.domain.account import ChannelAccount
from tests.unit.gateway.channels.contract import ChannelContract, Shown, Tap, headers
from tests.unit.gateway.channels.contract_case import NOW, TENANT

NUMBER = "300000000000001"
OWNER = "300000000000101"


class TestWhatsApp(ChannelContract):
    """Everything that holds of every channel."""

    name = "whatsapp"
    signing_secret = "app_secret"
    recorded = "whatsapp"
    success = HttpAnswer(200, b'{"messages":[{"id":"wamid.1","message_status":"accepted"}]}')

    def account(self) -> ChannelAccount:
        return ChannelAccount(
            TENANT,
            "whatsapp",
            NUMBER,
            OWNER,
            secrets={
                "app_secret": ("newest-app-secret", "former-app-secret"),
                "verify_token": ("own-verify-token",),
                "access_token": ("own-access-token",),
            },
        )

    def signed(self, body: bytes, account: ChannelAccount) -> RawRequest:
        signature = hmac.digest(account.secret("app_secret").encode(), body, "sha256").hex()
        return RawRequest(body, headers(X_Hub_Signature_256=f"sha256={signature}"), NOW, account=account)

    def account_for(self, body: bytes) -> ChannelAccount:
        try:
            entry = json.loads(body)["entry"][0]
            number = entry["changes"][0]["value"].get("metadata", {}).get("phone_number_id", NUMBER)
        except (ValueError, LookupError, TypeError, AttributeError):
            return self.account()
        ours = self.account()
        return ChannelAccount(ours.tenant_id, ours.channel, number, OWNER, secrets=ours.secrets)

    def unknown_kind(self) -> bytes:
        message = {"from": "351910000001", "id": "wamid.1", "timestamp": "1763800000", "type": "hologram"}
        value = {"metadata": {"phone_number_id": NUMBER}, "messages": [message]}
        entry = {"id": OWNER, "changes": [{"field": "messages", "value": value}]}
        return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()

    def regroup(self, body: bytes) -> list[bytes]:
        """Each element of each list in a body of its own, the last one first."""
        root = json.loads(body)
        bodies = []
        for entry in root["entry"]:
            for change in entry["changes"]:
                bodies += [root | {"entry": [entry | {"changes": [one]}]} for one in _apart(change)]
        return [json.dumps(one).encode() for one in reversed(bodies)]

    def shown(self, call: HttpCall) -> list[Shown]:
        body: Any = call.json
        if body is None:  # an upload
            return []
        match body["type"]:
            case "text":
                return [Shown("text", body["text"]["body"], 4096)]
            case "interactive":
                return _interactive(body["interactive"])
            case "template":
                parts = body["template"].get("components", [])
                texts = [one["text"] for part in parts for one in part["parameters"]]
                return [Shown("parameter", text, 1024) for text in texts]
        file = body.get(body["type"], {})
        found = [Shown("filename", file["filename"], 240)] if "filename" in file else []
        return [*found, Shown("text", file["caption"], 1024)] if "caption" in file else found

    def taps(self, call: HttpCall) -> list[Tap]:
        action: Any = ((call.json or {}).get("interactive") or {"action": {}})["action"]  # type: ignore[index]
        buttons = [button["reply"] for button in action.get("buttons", [])]
        rows = [row for section in action.get("sections", []) for row in section["rows"]]
        return [Tap(one["id"], one["title"]) for one in (*buttons, *rows)]


def _apart(change: dict[str, Any]) -> list[dict[str, Any]]:
    value = change["value"]
    lists = [key for key, inside in value.items() if key != "contacts" and isinstance(inside, list)]
    rest = {key: inside for key, inside in value.items() if key not in lists}
    alone = [change | {"value": copy.deepcopy(rest) | {key: [one]}} for key in lists for one in value[key]]
    # The restrictions of an account belong together: this is no list of items.
    return alone if lists and "restriction_info" not in lists else [change]


def _interactive(body: dict[str, Any]) -> list[Shown]:
    action = body["action"]
    is_list = body["type"] == "list"
    found = [Shown("text", body["body"]["text"], 4096 if is_list else 1024)]
    if is_list:
        found.append(Shown("list button", action["button"], 20))
    for button in action.get("buttons", []):
        found += [
            Shown("button", button["reply"]["title"], 20),
            Shown("button id", button["reply"]["id"], 256),
        ]
    for row in (row for section in action.get("sections", []) for row in section["rows"]):
        found += [Shown("row", row["title"], 24), Shown("row id", row["id"], 200)]
        found += [Shown("below", row["description"], 72)] if "description" in row else []
    if "parameters" in action:
        found.append(Shown("link", action["parameters"]["display_text"], 20))
    return found
