"""WhatsApp by way of Twilio: what the contract asks of every channel, and its own oddities."""

from __future__ import annotations

import json

import pytest

from services.gateway.channels import MediaLink, MessageIn, StatusIn, Unreadable
from shared.errors import UsherError
from shared.messages.conversation import Choice, TemplateBody, TextBody, VoiceContent
from tests.unit.gateway.channels.twilio_case import ACCOUNT_SID, OURS, TwilioContract

BSUID = "US.13491208655302741918"


class TestTwilioWhatsApp(TwilioContract):
    """Everything that holds of every channel, and what only WhatsApp by Twilio has."""

    name = "twilio_whatsapp"
    folder = "whatsapp"
    user_id = "+351910000001"

    def test_a_person_is_known_by_number_and_by_user_id(self) -> None:
        [by_number] = self.parsed(ExternalUserId=BSUID)
        [by_user_id] = self.parsed(From=f"whatsapp:{BSUID}", ExternalUserId=BSUID, WaId="")

        assert isinstance(by_number, MessageIn)
        assert isinstance(by_user_id, MessageIn)
        assert (by_number.user_id, by_number.phone) == ("+351910000001", "+351910000001")
        assert by_number.aliases == (BSUID,)
        assert (by_user_id.user_id, by_user_id.phone, by_user_id.aliases) == (BSUID, None, ())

    def test_an_sms_at_the_whatsapp_address_is_not_read(self) -> None:
        for form in ({"To": OURS}, {"From": "+351910000001"}):
            [item] = self.parsed(**form)
            assert isinstance(item, Unreadable)

    def test_requests_are_addressed_to_whatsapp(self) -> None:
        for user_id in ("+351910000001", BSUID):
            message = self.message(TextBody(text="Hello"))
            message = message.model_copy(update={"to": message.to.model_copy(update={"user_id": user_id})})
            [call] = self.channel().render(message, self.account())

            assert (call.form["To"], call.form["From"]) == (f"whatsapp:{user_id}", f"whatsapp:{OURS}")

    def test_a_template_of_twilio_goes_out_as_such(self) -> None:
        body = TemplateBody(
            template="HX" + "0" * 32, language="pt_BR", parameters=("Ana", "19h"), text="Olá Ana"
        )
        [call] = self.channel().render(self.message(body), self.account())

        assert "Body" not in call.form
        assert call.form["ContentSid"] == body.template
        assert json.loads(call.form["ContentVariables"]) == {"1": "Ana", "2": "19h"}

    def test_a_template_that_is_not_twilios_is_said_in_words(self) -> None:
        body = TemplateBody(template="reminder", language="en", text="See you at 7")
        [call] = self.channel().render(self.message(body), self.account())

        assert call.form["Body"] == "See you at 7"

    def test_typography_stays_as_it_is_for_it_costs_nothing(self) -> None:
        choices = (Choice(choice_id="1", title="“Flow”"),)
        [call] = self.channel().render(self.message(TextBody(text="When…", choices=choices)), self.account())

        assert call.form["Body"] == "When…\n1. “Flow”"

    def test_a_late_window_error_keeps_its_code_so_that_a_template_can_follow(self) -> None:
        path = next(path for path in self.payloads() if path.stem == "status_outside_window")
        [item] = self.channel().parse(self.signed(self.encode(path), self.account()))

        assert isinstance(item, StatusIn)
        assert (item.state, item.code) == ("failed", 63016)

    def test_a_voice_note_is_fetched_from_twilio_with_its_type(self) -> None:
        path = next(path for path in self.payloads() if path.stem == "voice")
        [item] = self.channel().parse(self.signed(self.encode(path), self.account()))
        assert isinstance(item, MessageIn)
        assert isinstance(item.content, VoiceContent)

        link = self.channel().locate(item.content.media_id, self.account())

        assert isinstance(link, MediaLink)
        assert link.mime == "audio/ogg"
        assert link.url.startswith(f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT_SID}/")
        assert "#" not in link.url
        assert link.headers["Authorization"].startswith("Basic ")

    @pytest.mark.parametrize(
        "url",
        ["http://api.twilio.com/x", "https://evil.example/x", "https://api.twilio.com:444/x", "file:///x"],
    )
    def test_credentials_go_to_twilio_only(self, url: str) -> None:
        with pytest.raises(UsherError):
            self.channel().locate(url, self.account())
