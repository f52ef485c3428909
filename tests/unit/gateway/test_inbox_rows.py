"""Which row does an item become, and is what it says exactly what the agent reads?"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from services.gateway.channels import ConsentChanged, MessageIn, StatusIn
from services.gateway.inbound import InboxRow, moved, report_of, row_of
from shared.messages.conversation import (
    ChannelAddress,
    ContactCard,
    ContactsContent,
    Content,
    EchoContent,
    EditContent,
    FlowContent,
    LocationContent,
    MessageReceived,
    OrderContent,
    OrderItem,
    Referral,
    RevokeContent,
    TextContent,
    VoiceContent,
)
from tests.unit.gateway.factories import NOW, TENANT

CONTENTS: list[Content] = [
    TextContent(text="Olá 🧘"),
    VoiceContent(media_id="1", mime="audio/ogg"),
    LocationContent(latitude=38.7, longitude=-9.1, name="Lisboa"),
    ContactsContent(contacts=(ContactCard(name="Ana", phones=("+351910000001",)),)),
    FlowContent(token="t", answers={"day": ["mon", 1, None]}),
    OrderContent(
        catalog_id="c", items=(OrderItem(product_id="p", quantity=2, price="9.90", currency="EUR"),)
    ),
    EditContent(provider_id="m0", text="other words"),
    RevokeContent(provider_id="m0"),
    EchoContent(text="by hand"),
]


def message(content: Content, **changes: object) -> MessageIn:
    made = MessageIn("111", "m1", "351910000001", "Ana", "+351910000001", NOW, content, b"")
    return made._replace(**changes)  # type: ignore[arg-type]  # of a test's own making


@pytest.mark.parametrize("content", CONTENTS, ids=[content.kind for content in CONTENTS])
@pytest.mark.parametrize("referral", [None, Referral(source="ad", source_id="1")])
def test_the_agent_reads_what_the_person_sent(content: Content, referral: Referral | None) -> None:
    row = row_of(message(content, referral=referral, quoted="m0"), TENANT, "whatsapp")

    assert row.conversation_id is not None
    expected = MessageReceived(
        tenant_id=TENANT,
        message_id=row.id,
        conversation_id=row.conversation_id,
        sender=ChannelAddress(
            channel="whatsapp", account_id="111", user_id="351910000001", name="Ana", phone="+351910000001"
        ),
        provider_id="m1",
        sent_at=NOW,
        content=content,
        quoted="m0",
        referral=referral,
    )
    assert MessageReceived.decode(row.payload) == expected


def test_only_edits_and_revokes_wait_for_another_message() -> None:
    original = row_of(message(TextContent(text="x"), provider_id="m0"), TENANT, "whatsapp")
    waiting = [row_of(message(content), TENANT, "whatsapp").after_id for content in CONTENTS]

    assert [found for found in waiting if found] == [original.id] * 2


def test_a_row_moves_to_another_conversation_whole() -> None:
    row = row_of(message(TextContent(text="x")), TENANT, "whatsapp")
    other = moved(row, "PT.1")

    read = MessageReceived.decode(other.payload)
    assert read.conversation_id == other.conversation_id != row.conversation_id
    assert str(other.conversation_id) in (other.subject or "")
    assert (read.sender.user_id, other.user_id, other.id) == ("351910000001", "351910000001", row.id)
    assert moved(other, "351910000001").payload == row.payload


def test_a_stop_word_is_news_and_no_message() -> None:
    row = row_of(message(TextContent(text="STOP")), TENANT, "telegram")
    assert (row.kind, row.subject) == ("event", None)
    assert row.news == ConsentChanged("351910000001", False, "all", "+351910000001")


def status(**changes: object) -> StatusIn:
    made = StatusIn("111", "wamid.1", "k", "failed", NOW, None, None, None, b"")
    return replace(made, **changes)  # type: ignore[arg-type]  # of a test's own making


@pytest.mark.parametrize(
    ("code", "reason", "kept"),
    [
        (131047, "Re-engagement", "131047 Re-engagement"),
        (131047, "131047 x", "131047 x"),
        (5, None, "5"),
        (None, "r", "r"),
    ],
)
def test_a_failures_reason_begins_with_its_code(code: int | None, reason: str | None, kept: str) -> None:
    assert report_of(row_of(status(code=code, reason=reason), TENANT, "whatsapp")).reason == kept


def test_a_status_up_to_a_time_is_read_as_it_was_written() -> None:
    row = row_of(status(state="read", user_id="p", watermark=True, provider_id=""), TENANT, "messenger")
    report = report_of(row)
    assert (report.watermark, report.at, report.state, report.channel) == ("p", NOW, "read", "messenger")
    one = report_of(row_of(status(delivery_id=UUID(int=5), part=1, user_id="p"), TENANT, "whatsapp"))
    assert (one.watermark, one.delivery_id, one.part) == (None, UUID(int=5), 1)


def test_rows_of_two_tenants_never_share_a_conversation() -> None:
    def row(tenant: UUID) -> InboxRow:
        return row_of(message(TextContent(text="x")), tenant, "whatsapp")

    assert row(TENANT).conversation_id != row(uuid4()).conversation_id
