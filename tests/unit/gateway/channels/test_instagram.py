"""Instagram: what the contract asks of every channel, and its own oddities."""

from __future__ import annotations

import json

import pytest

from services.gateway.channels import HttpAnswer, MessageIn, OutsideWindow, StatusIn
from services.gateway.channels.text import utf8
from shared.messages.conversation import DocumentBody, RevokeContent, TemplateBody, TextBody
from tests.unit.gateway.channels.contract_case import a_file
from tests.unit.gateway.channels.meta_case import MetaContract


class TestInstagram(MetaContract):
    """Everything that holds of every channel, and of Meta's."""

    name = "instagram"
    object_name = "instagram"
    own_id = "17841400000000001"
    user_id = "5500000000000001"
    text_limit = 1000
    text_length = utf8

    def _the_item(self, name: str) -> object:
        body = (self.payloads()[0].parent / f"{name}.json").read_bytes()
        [item] = self.channel().parse(self.signed(body, self.account()))
        return item

    def test_a_body_of_a_page_is_none_of_instagram(self) -> None:
        body = self.body().replace(b'"instagram"', b'"page"')

        with pytest.raises(Exception, match="object"):
            self.channel().parse(self.signed(body, self.account()))

    def test_reading_is_told_of_one_message(self) -> None:
        item = self._the_item("read")

        assert isinstance(item, StatusIn)
        assert (item.provider_id, item.state, item.watermark) == ("aWdf-ours", "read", False)

    def test_a_message_taken_back_is_another_event_than_the_message(self) -> None:
        item = self._the_item("deleted")

        assert isinstance(item, MessageIn)
        assert item.content == RevokeContent(provider_id="aWdf-2")
        assert item.provider_id != "aWdf-2"

    def test_nothing_of_ours_comes_back_so_an_app_that_is_no_inbox_is_taken_for_ours(self) -> None:
        own, by_hand = self._the_item("own_echo"), self._the_item("echo_by_hand")

        assert isinstance(own, StatusIn) and own.delivery_id is None
        assert isinstance(by_hand, MessageIn) and by_hand.content.kind == "echo"

    def test_text_is_counted_in_bytes(self) -> None:
        calls = self.channel().render(self.message(TextBody(text="日本語 " * 200)), self.account())

        texts = [json.loads(json.dumps((call.json or {})["message"]))["text"] for call in calls]
        assert max(len(text.encode()) for text in texts) <= 1000
        assert len(texts) == 2

    def test_nothing_goes_along_that_instagram_does_not_know(self) -> None:
        [call] = self.channel().render(self.message(TextBody(text="Hi")), self.account())

        assert set(call.json or {}) == {"recipient", "messaging_type", "message"}
        assert (call.json or {})["message"] == {"text": "Hi"}

    def test_there_is_no_tag_for_reminders(self) -> None:
        body = TemplateBody(template="t", language="en", text="See you tomorrow")
        message = self.message(body).model_copy(update={"purpose": "booking_reminder"})

        [call] = self.channel().render(message, self.account())

        assert "tag" not in (call.json or {})

    def test_only_pdf_goes_as_a_document(self) -> None:
        pdf = self.message(DocumentBody(file=a_file("application/pdf"), filename="receipt.pdf"))
        calendar = self.message(
            DocumentBody(file=a_file("text/calendar"), filename="class.ics", caption="Yoga")
        )

        up = self.channel().upload(pdf, self.account())
        [call] = self.channel().render(calendar, self.account())

        assert up is not None and up.form["platform"] == "instagram"
        assert self.channel().upload(calendar, self.account()) is None
        assert (call.json or {})["message"] == {"text": "Yoga\nclass.ics"}

    def test_its_own_subcode_for_the_window_is_known(self) -> None:
        body = b'{"error": {"code": 10, "error_subcode": 2534022, "message": "outside of allowed window"}}'

        assert isinstance(self.channel().classify(HttpAnswer(400, body), 1), OutsideWindow)

    def test_a_page_linked_to_another_account_is_noticed(self) -> None:
        probe = self.channel().probes(self.account())[0]

        def explained(linked: object) -> str | None:
            return probe.explain(
                HttpAnswer(200, json.dumps({"id": "1", "instagram_business_account": linked}).encode())
            )

        assert explained({"id": self.own_id}) is None
        assert "account 42" in (explained({"id": "42"}) or "")
        assert "instagram_basic" in (explained(None) or "")
