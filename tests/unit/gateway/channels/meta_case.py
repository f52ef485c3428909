"""What do the tests of Messenger and Instagram have in common? How Meta signs, batches and shows things."""

from __future__ import annotations

import hmac
import json
from dataclasses import replace
from typing import ClassVar

from services.gateway.channels import HttpAnswer, HttpCall, RawRequest
from services.gateway.channels.text import Length, units
from services.gateway.domain.account import ChannelAccount
from tests.unit.gateway.channels.contract import ChannelContract, Shown, Tap, headers
from tests.unit.gateway.channels.contract_case import NOW, TENANT


class MetaContract(ChannelContract):
    """The contract for Meta's two messengers."""

    signing_secret = "app_secret"
    success = HttpAnswer(200, b'{"recipient_id": "7700000000000001", "message_id": "m_1"}')
    refused = (
        HttpAnswer(401, b"{}"),
        HttpAnswer(403, b"{}"),
        HttpAnswer(400, b'{"error": {"message": "Invalid OAuth access token.", "code": 190}}'),
        HttpAnswer(400, b'{"error": {"message": "(#551) This person isn\'t available.", "code": 551}}'),
    )
    object_name: ClassVar[str]
    own_id: ClassVar[str]
    text_limit: ClassVar[int]
    text_length: ClassVar[Length]

    def account(self) -> ChannelAccount:
        return ChannelAccount(
            TENANT,
            self.name,
            self.own_id,
            secrets={
                "app_secret": ("newest-secret", "former-secret"),
                "verify_token": ("handshake-word",),
                "page_token": ("EAAG-page-token",),
            },
        )

    def account_for(self, body: bytes) -> ChannelAccount:
        """The account that the first entry names."""
        return replace(self.account(), account_id=json.loads(body)["entry"][0]["id"])

    def signed(self, body: bytes, account: ChannelAccount) -> RawRequest:
        digest = hmac.digest(account.secret("app_secret").encode(), body, "sha256").hex()
        return RawRequest(body, headers(X_Hub_Signature_256=f"sha256={digest}"), NOW, account=account)

    def body(self, *events: object) -> bytes:
        """A body with these messaging events."""
        entry = {"id": self.own_id, "time": 1795348800400, "messaging": list(events)}
        return json.dumps({"object": self.object_name, "entry": [entry]}).encode()

    def unknown_kind(self) -> bytes:
        event = {
            "sender": {"id": "7"},
            "recipient": {"id": self.own_id},
            "timestamp": 1,
            "hologram": {"x": 1},
        }
        strange = {**event, "message": {"mid": "m_1", "attachments": [{"type": "hologram", "payload": {}}]}}
        del strange["hologram"]
        return self.body(event, strange)

    def regroup(self, body: bytes) -> list[bytes]:
        """Every event in a body of its own, the last one first, with another time on the envelope."""
        whole = json.loads(body)
        singles = [
            {"object": whole["object"], "entry": [{"id": entry["id"], "time": 1, name: [event]}]}
            for entry in whole["entry"]
            for name in ("messaging", "standby", "changes")
            for event in entry.get(name, [])
        ]
        return [json.dumps(single).encode() for single in reversed(singles)]

    def shown(self, call: HttpCall) -> list[Shown]:
        message = json.loads(json.dumps((call.json or {}).get("message", {})))
        found = []
        if "text" in message:
            found.append(Shown("text", message["text"], self.text_limit, type(self).text_length))
        payload = message.get("attachment", {}).get("payload", {})
        if "text" in payload:
            found.append(Shown("text", payload["text"], 640, units))
        for button in payload.get("buttons", []):
            found.append(Shown("button title", button["title"], 20))
        for reply in message.get("quick_replies", []):
            found += [Shown("reply title", reply["title"], 20), Shown("payload", reply["payload"], 1000)]
        assert len(payload.get("buttons", [])) <= 3
        assert len(message.get("quick_replies", [])) <= 13
        return found

    def taps(self, call: HttpCall) -> list[Tap]:
        message = json.loads(json.dumps((call.json or {}).get("message", {})))
        buttons = message.get("attachment", {}).get("payload", {}).get("buttons", [])
        return [Tap(one["payload"], one["title"]) for one in (*message.get("quick_replies", []), *buttons)]
