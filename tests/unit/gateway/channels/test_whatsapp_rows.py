"""Do WhatsApp's items become inbox rows that say the same, under ids that no regrouping changes?"""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest

from services.gateway.channels import MessageIn, Unreadable
from services.gateway.inbound import row_of
from shared.messages.conversation import MessageReceived
from tests.unit.gateway.channels.contract_case import FIXTURES, TENANT
from tests.unit.gateway.channels.whatsapp_cases import OWN, parse


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_a_message_row_carries_what_the_contract_would_encode(path: Path) -> None:
    for item in parse(path.read_bytes()):
        if isinstance(item, MessageIn):
            row = row_of(item, TENANT, "whatsapp")
            decoded = MessageReceived.decode(row.payload)
            assert MessageReceived.decode(decoded.encode()) == decoded
            assert (decoded.message_id, decoded.conversation_id) == (row.id, row.conversation_id)
            assert (decoded.content, decoded.quoted, decoded.referral) == (
                item.content,
                item.quoted,
                item.referral,
            )
            assert row.subject == f"in.whatsapp.{TENANT}.{row.conversation_id}"


def test_regrouped_items_keep_the_ids_of_their_rows() -> None:
    def ids_of(body: object) -> set[UUID]:
        return {
            row_of(item, TENANT, "whatsapp").id for item in parse(body) if not isinstance(item, Unreadable)
        }

    body = json.loads((FIXTURES / "whatsapp" / "batch_of_three.json").read_text())
    together = ids_of(body)
    [change] = body["entry"][0]["changes"]
    body["entry"] = [
        {"id": "x", "changes": [{"field": "messages", "value": change["value"] | {"messages": [one]}}]}
        for one in reversed(change["value"]["messages"])
    ]

    assert ids_of(body) == together


def test_a_message_and_its_statuses_are_rows_of_their_own() -> None:
    body = json.loads((FIXTURES / "whatsapp" / "messages_and_statuses.json").read_text())
    [change] = body["entry"][0]["changes"]
    status = change["value"]["statuses"][0]
    change["value"]["statuses"] = [status | {"status": state} for state in ("sent", "delivered", "read")]
    change["value"]["messages"][0]["id"] = status["id"]

    assert len({row_of(i, TENANT, "whatsapp").id for i in parse(body) if not isinstance(i, Unreadable)}) == 4
