"""Twilio SMS: what the contract asks of every channel, and its own oddities."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import unquote, urlencode
from uuid import UUID

import pytest

from services.gateway.channels import (
    ConsentChanged,
    EventIn,
    HttpAnswer,
    MessageIn,
    StatusIn,
    Unreadable,
)
from services.gateway.channels.twilio_text import segments
from shared.messages.conversation import Choice, DocumentBody, TextBody
from tests.unit.gateway.channels.contract_case import MESSAGE, RECORDED, a_file
from tests.unit.gateway.channels.twilio_case import ACCOUNT_SID, DELIVERY, OURS, TwilioContract

RECORDED_FORM = RECORDED / "twilio" / "botbuilder__media_dictionary.json"


class TestTwilioSms(TwilioContract):
    """Everything that holds of every channel, and what only SMS has."""

    name = "twilio_sms"
    folder = "sms"
    user_id = "+15550002222"

    # --- in -------------------------------------------------------------------------------------------

    def test_stop_changes_consent_and_is_nobodys_turn(self) -> None:
        [item] = self.parsed(Body="STOP", OptOutType="STOP")

        assert isinstance(item, EventIn)
        assert item.news == ConsentChanged("+15550002222", False, "all", "+15550002222")

    def test_start_changes_consent_and_is_passed_on_for_it_may_be_an_answer(self) -> None:
        event, message = self.parsed(Body="YES", OptOutType="START")

        assert isinstance(event, EventIn)
        assert event.news == ConsentChanged("+15550002222", True, "all", "+15550002222")
        assert isinstance(message, MessageIn)

    def test_help_is_a_message_like_any_other(self) -> None:
        [item] = self.parsed(Body="help", OptOutType="HELP")

        assert isinstance(item, MessageIn)

    def test_a_message_to_another_number_is_not_read(self) -> None:
        [item] = self.parsed(To="+15550009999")

        assert isinstance(item, Unreadable)

    @pytest.mark.skipif(not RECORDED_FORM.exists(), reason="../shared/data/twilio is not here")
    def test_a_form_recorded_by_others_is_read_without_loss(self) -> None:
        form = json.loads(RECORDED_FORM.read_bytes())["form"]
        form = {name: unquote(str(value)) for name, value in form.items()}
        account = replace(self.account(), account_id=form["To"])

        [item] = self.channel().parse(self.signed(urlencode(form).encode(), account))

        assert isinstance(item, MessageIn)
        assert (item.provider_id, item.user_id) == ("3333", form["From"])
        assert getattr(item.content, "media_id", "").startswith(form["MediaUrl0"])
        assert getattr(item.content, "caption", None) == "Hello"

    def test_files_are_items_of_their_own_and_keep_their_words(self) -> None:
        items = self.parsed(
            Body="look",
            NumMedia="2",
            MediaUrl0="https://api.twilio.com/1",
            MediaContentType0="image/jpeg",
            MediaUrl1="https://api.twilio.com/2",
            MediaContentType1="audio/amr",
        )

        messages = [item for item in items if isinstance(item, MessageIn)]
        assert [message.content.kind for message in messages] == ["media", "voice"]
        assert messages[1].provider_id == f"{messages[0].provider_id}:1"
        assert getattr(messages[0].content, "caption", None) == "look"

    def test_a_status_tells_which_delivery_and_part_it_is_about(self) -> None:
        [item] = self.parsed(MessageStatus="undelivered", From=OURS, To="+15550002222", ErrorCode="30005")

        assert isinstance(item, StatusIn)
        assert (item.delivery_id, item.part, item.state, item.code) == (DELIVERY, 1, "failed", 30005)
        assert item.reason == "Twilio 30005: the number does not exist, or no longer"

    def test_a_status_of_something_that_is_not_ours_names_no_delivery(self) -> None:
        path = next(path for path in self.payloads() if path.stem == "status_sent")
        request = self.signed(self.encode(path), self.account())

        for query in ("", "?delivery=1&part=2", f"?part=2&x={UUID(int=1)}"):
            [item] = self.channel().parse(replace(request, url=self.url() + query))
            assert isinstance(item, StatusIn)
            assert (item.delivery_id, item.part) == (None, None)

    def test_what_twilio_has_not_passed_on_yet_is_no_news(self) -> None:
        for status in ("accepted", "queued", "scheduled", "sending"):
            assert self.parsed(MessageStatus=status, From=OURS, To="+15550002222") == []

    # --- out ------------------------------------------------------------------------------------------

    def test_a_request_has_all_that_twilio_wants(self) -> None:
        [call] = self.channel().render(self.message(TextBody(text="See you at 7")), self.account())

        assert call.method == "POST"
        assert call.url == f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
        assert call.headers["Authorization"].startswith("Basic ")
        assert call.form == {
            "To": "+15550002222",
            "From": OURS,
            "Body": "See you at 7",
            "StatusCallback": f"{self.url()}?delivery={MESSAGE}",
        }

    def test_a_status_of_each_request_leads_back_to_its_part(self) -> None:
        calls = self.channel().render(self.message(TextBody(text="yes and no. " * 300)), self.account())
        path = next(path for path in self.payloads() if path.stem == "status_delivered")
        request = self.signed(self.encode(path), self.account())

        told = []
        for call in calls:
            [status] = self.channel().parse(replace(request, url=call.form["StatusCallback"]))
            assert isinstance(status, StatusIn)
            told.append((status.delivery_id, status.part))

        assert told == [(MESSAGE, 0), (MESSAGE, 1), (MESSAGE, None)]

    def test_curly_quotes_do_not_make_a_message_dearer(self) -> None:
        text = "“See you” – it’s at 7…" * 6
        [call] = self.channel().render(self.message(TextBody(text=text)), self.account())

        assert segments(text) == 2
        assert segments(call.form["Body"]) == 1

    def test_a_text_that_needs_ucs2_anyway_keeps_its_typography(self) -> None:
        [call] = self.channel().render(self.message(TextBody(text="“olá” 🧘")), self.account())

        assert call.form["Body"] == "“olá” 🧘"

    def test_a_document_is_said_in_words(self) -> None:
        body = DocumentBody(file=a_file("application/pdf"), filename="receipt.pdf", caption="Thank you")
        [call] = self.channel().render(self.message(body), self.account())

        assert call.form["Body"] == "Thank you\nreceipt.pdf"

    def test_choices_are_numbered(self) -> None:
        choices = tuple(Choice(choice_id=str(n), title=f"{n} pm") for n in (5, 6))
        [call] = self.channel().render(self.message(TextBody(text="When?", choices=choices)), self.account())

        assert call.form["Body"] == "When?\n1. 5 pm\n2. 6 pm"

    # --- credentials ----------------------------------------------------------------------------------

    def test_the_number_probe_says_what_to_do(self) -> None:
        account, number = self.channel().probes(self.account())
        here = '"sms_url": "https://usher.example/webhooks/twilio_sms/+15550001111#rc=5&rp=all"'
        there = here.replace("usher.example", "elsewhere.example")

        def said(numbers: str) -> str:
            body = f'{{"incoming_phone_numbers": [{numbers}]}}'
            return number.explain(HttpAnswer(200, body.encode())) or "all is well"

        assert number.call.url.endswith("/IncomingPhoneNumbers.json?PhoneNumber=%2B15550001111")
        assert said(f'{{"phone_number": "{OURS}", {here}}}') == "all is well"
        assert "https://usher.example" in said(f'{{"phone_number": "{OURS}", {there}}}')
        assert "is not a number of this Twilio account" in said("")
        assert account.explain(HttpAnswer(200, b'{"status": "active"}')) is None
        assert "suspended" in (account.explain(HttpAnswer(200, b'{"status": "suspended"}')) or "")
        assert "usher channel rotate" in (account.explain(HttpAnswer(401, b"{}")) or "")
