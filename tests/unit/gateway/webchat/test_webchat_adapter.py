"""The web chat adapter: what every channel keeps, and that what is kept of a visitor's message is read back."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.channels import (
    HttpAnswer,
    HttpCall,
    Malformed,
    MessageIn,
    NotAuthentic,
    RawRequest,
    Rejected,
)
from services.gateway.channels.webchat import SaidChoice, SaidText, WebChat, kept, shown
from services.gateway.domain.account import ChannelAccount
from shared import ids
from shared.messages.conversation import DocumentBody, LinkBody, ReactionBody
from tests.unit.gateway.channels.contract import OutboundContract, Shown, Tap
from tests.unit.gateway.channels.contract_case import CONVERSATION, MESSAGE, TENANT, a_file

VISITOR = "44444444-4444-4444-8444-444444444444"
CLIENT_ID = UUID("55555555-5555-4555-8555-555555555555")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class TestWebChat(OutboundContract):
    """Everything that holds of every channel; what comes in has a socket of its own."""

    name = "webchat"
    signing_secret = "visitor_secret"
    user_id = VISITOR
    success = HttpAnswer(200, b'{"id": "1"}')
    refused = (HttpAnswer(400, b"{}"), HttpAnswer(410, b"{}"))
    url_schemes = ("local:webchat/",)

    def account(self) -> ChannelAccount:
        secrets = {
            "visitor_secret": ("newest-visitor-secret-of-32-bytes!!", "former-visitor-secret-of-32-bytes!!")
        }
        return ChannelAccount(TENANT, "webchat", "studio", secrets=secrets)

    def shown(self, call: HttpCall) -> list[Shown]:
        frame = _frame(call)
        limits = self.channel().capabilities
        texts = [Shown("text", str(frame["text"]), limits.text)] if frame["text"] else []
        if isinstance(link := frame.get("link"), dict):
            texts.append(Shown("text", link["label"], limits.button_title))
        return texts + [Shown("title", tap.title, limits.row_title) for tap in self.taps(call)]

    def taps(self, call: HttpCall) -> list[Tap]:
        choices = _frame(call).get("choices", ())
        assert isinstance(choices, list | tuple)
        return [Tap(choice["id"], choice["title"]) for choice in choices]

    def test_a_message_is_one_request_to_ourselves_that_says_whose_it_is(self) -> None:
        [call] = self._calls(LinkBody(text="Pay here", label="Pay", url="https://pay.example/1"))

        assert call.url == f"local:webchat/{CONVERSATION}"
        assert call.json == {
            "tenant": str(TENANT),
            "conversation": str(CONVERSATION),
            "id": str(MESSAGE),
            "message": {"text": "Pay here", "link": {"label": "Pay", "url": "https://pay.example/1"}},
        }

    def test_a_file_is_shown_by_name_and_size_and_never_by_its_place(self) -> None:
        body = DocumentBody(file=a_file("application/pdf"), filename="receipt.pdf", caption="Yours")

        assert shown(self.message(body)) == {
            "text": "Yours",
            "file": {"name": "receipt.pdf", "mime": "application/pdf", "size": 3},
        }

    def test_a_reaction_that_is_taken_away_shows_nothing(self) -> None:
        assert self._calls(ReactionBody(provider_id="1", emoji="")) == []

    def test_that_we_are_typing_is_shown_in_the_visitors_conversation(self) -> None:
        call = self.channel().seen(VISITOR, f"{VISITOR}:{CLIENT_ID}", self.account())

        conversation = ids.conversation_id_of(TENANT, "webchat", "studio", VISITOR)
        assert call is not None
        assert call.json == {"tenant": str(TENANT), "conversation": str(conversation), "typing": True}

    def test_a_delivery_that_is_not_there_is_given_up(self) -> None:
        assert isinstance(WebChat().classify(HttpAnswer(410, b"{}"), 1), Rejected)

    # --- in -------------------------------------------------------------------------------------------

    def test_nobody_is_let_in_by_a_webhook(self) -> None:
        with pytest.raises(NotAuthentic):
            WebChat().verify(RawRequest(b"{}", {}, NOW, account=self.account()))

    def test_what_is_kept_of_a_message_is_read_back_as_that_message(self) -> None:
        said = SaidText(type="message", id=CLIENT_ID, text="Yoga tomorrow?")
        raw = kept(VISITOR, "Ana", "+351910000001", NOW, said)

        [item] = WebChat().parse(RawRequest(raw, {}, NOW, account=self.account()))

        assert isinstance(item, MessageIn)
        assert (item.account_id, item.user_id, item.provider_id) == (
            "studio",
            VISITOR,
            f"{VISITOR}:{CLIENT_ID}",
        )
        assert (item.name, item.phone, item.sent_at) == ("Ana", "+351910000001", NOW)
        assert item.content.model_dump() == {"kind": "text", "text": "Yoga tomorrow?"}

    def test_the_same_message_sent_again_later_has_the_same_key(self) -> None:
        said = SaidChoice(type="choice", id=CLIENT_ID, choice_id="slot:1", title="Monday")
        raws = [kept(VISITOR, None, None, at, said) for at in (NOW, NOW.replace(year=2027))]

        items = [WebChat().parse(RawRequest(raw, {}, NOW, account=self.account()))[0] for raw in raws]

        assert len({item.provider_id for item in items if isinstance(item, MessageIn)}) == 1

    @given(st.binary(max_size=300) | st.recursive(st.none() | st.text(), st.lists).map(orjson.dumps))
    def test_whatever_else_is_malformed(self, body: bytes) -> None:
        with pytest.raises(Malformed):
            WebChat().parse(RawRequest(body, {}, NOW, account=self.account()))


def _frame(call: HttpCall) -> dict[str, object]:
    frame = (call.json or {})["message"]
    assert isinstance(frame, dict)
    return frame
