"""Messenger: what the contract asks of every channel, and its own oddities."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from services.gateway.channels import (
    EventIn,
    HttpAnswer,
    MediaLink,
    MessageIn,
    NotAuthentic,
    OutsideWindow,
    Paused,
    Rejected,
    Retry,
    StatusIn,
    load,
)
from services.gateway.channels.text import units
from shared.errors import UsherError
from shared.messages.conversation import (
    Choice,
    DocumentBody,
    EchoContent,
    LinkBody,
    TemplateBody,
    TextBody,
)
from shared.settings import Settings
from tests.unit.gateway.channels.contract_case import MESSAGE, a_file
from tests.unit.gateway.channels.meta_case import MetaContract

PAGE = "100200300400500"
ANA = "7700000000000001"


def error(code: int, subcode: int | None = None, status: int = 400, message: str = "no") -> HttpAnswer:
    said = {"message": message, "code": code, **({"error_subcode": subcode} if subcode else {})}
    return HttpAnswer(status, json.dumps({"error": said}).encode())


class TestMessenger(MetaContract):
    """Everything that holds of every channel, and of Meta's."""

    name = "messenger"
    recorded = "messenger"
    object_name = "page"
    own_id = PAGE
    user_id = ANA
    text_limit = 2000
    text_length = units

    # --- in -------------------------------------------------------------------------------------------

    def _echo(
        self, app_id: int | None, metadata: str | None, settings: dict[str, object] | None = None
    ) -> object:
        told = {"app_id": app_id, "metadata": metadata}
        message = {"mid": "m_1", "text": "hi", "is_echo": True, **{k: v for k, v in told.items() if v}}
        event = {
            "sender": {"id": PAGE},
            "recipient": {"id": ANA},
            "timestamp": 1795348800000,
            "message": message,
        }
        account = replace(self.account(), settings=settings or {})
        [item] = self.channel().parse(self.signed(self.body(event), account))
        return item

    @pytest.mark.parametrize("app_id", [None, 263902037430900, 999])
    def test_an_echo_that_says_nothing_of_ours_means_that_a_human_took_over(self, app_id: int | None) -> None:
        item = self._echo(app_id, None)

        assert isinstance(item, MessageIn)
        assert item.user_id == ANA, "it belongs into the conversation of the person who got it"
        assert item.content == EchoContent(text="hi")

    def test_an_echo_of_our_own_tells_which_delivery_was_taken(self) -> None:
        item = self._echo(555, f"{MESSAGE}:2")

        assert isinstance(item, StatusIn)
        assert (item.provider_id, item.state, item.delivery_id, item.part) == ("m_1", "sent", MESSAGE, 2)

    def test_an_echo_of_our_own_app_is_no_human_even_without_our_id(self) -> None:
        assert isinstance(self._echo(555, None, {"app_id": "555"}), StatusIn)
        assert isinstance(self._echo(556, None, {"app_id": "555"}), MessageIn)

    def test_an_accounts_own_url_takes_nothing_for_another_page(self) -> None:
        body = self.payloads()[0].read_bytes()
        other = replace(self.account(), account_id="999")

        items = self.channel().parse(self.signed(body, other))

        assert [type(item).__name__ for item in items] == ["Unreadable"] * len(items) != []

    def test_the_installations_app_serves_accounts_without_a_secret_of_their_own(self) -> None:
        body = self.payloads()[0].read_bytes()
        with_its_secret = replace(self.account(), secrets={"app_secret": ("installation-app-secret",)})
        request = self.signed(body, with_its_secret)

        self.channel().verify(replace(request, account=None))
        self.channel().verify(replace(request, account=replace(self.account(), secrets={})))
        with pytest.raises(NotAuthentic):
            self.channel().verify(request := replace(request, account=self.account()))
        with pytest.raises(NotAuthentic):
            load(self.name, Settings()).verify(replace(request, account=None))

    @pytest.mark.parametrize("own", [True, False])
    def test_the_handshake_answers_the_challenge_for_the_right_word(self, own: bool) -> None:
        query = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
        word, account = ("handshake-word", self.account()) if own else ("installation-verify-token", None)

        assert self.channel().challenge({**query, "hub.verify_token": word}, account) == "1158201444"
        with pytest.raises(NotAuthentic):
            self.channel().challenge({**query, "hub.verify_token": word + "x"}, account)

    def test_what_stands_by_belongs_to_another_app(self) -> None:
        body = (self.payloads()[0].parent / "standby.json").read_bytes()

        [item] = self.channel().parse(self.signed(body, self.account()))

        assert isinstance(item, EventIn)

    # --- out ------------------------------------------------------------------------------------------

    def test_few_short_choices_become_buttons_and_stay(self) -> None:
        choices = (Choice(choice_id="y", title="Yes"), Choice(choice_id="n", title="No"))

        [call] = self.channel().render(
            self.message(TextBody(text="Cancel it?", choices=choices)), self.account()
        )

        assert (call.json or {})["message"] == {
            "attachment": {
                "type": "template",
                "payload": {
                    "template_type": "button",
                    "text": "Cancel it?",
                    "buttons": [
                        {"type": "postback", "title": "Yes", "payload": "y"},
                        {"type": "postback", "title": "No", "payload": "n"},
                    ],
                },
            },
            "metadata": str(MESSAGE),
        }

    def test_what_a_chip_has_no_room_for_is_said_above_it(self) -> None:
        choices = (Choice(choice_id="1", title="Mon 18:30 Vinyasa flow with Maria", description="3 left"),)

        [call] = self.channel().render(self.message(TextBody(text="When?", choices=choices)), self.account())

        message = json.loads(json.dumps((call.json or {})["message"]))
        assert message["text"] == "When?\n• Mon 18:30 Vinyasa flow with Maria: 3 left"
        assert message["quick_replies"][0]["title"] == "Mon 18:30 Vinyasa f…"

    def test_a_document_goes_up_and_is_sent_after_its_words(self) -> None:
        body = DocumentBody(file=a_file("application/pdf"), filename="receipt.pdf", caption="Your receipt")
        message = self.message(body)

        up = self.channel().upload(message, self.account())
        calls = self.channel().render(message, self.account(), "att-1")

        assert up is not None and up.file is not None
        assert up.url.endswith("/me/message_attachments")
        assert (up.file.field, up.file.filename) == ("filedata", "receipt.pdf")
        assert json.loads(up.form["message"])["attachment"]["payload"] == {"is_reusable": True}
        messages = [json.loads(json.dumps((call.json or {})["message"])) for call in calls]
        assert messages[0] == {"text": "Your receipt", "metadata": f"{MESSAGE}:0"}
        assert messages[1]["attachment"] == {"type": "file", "payload": {"attachment_id": "att-1"}}

    @pytest.mark.parametrize(
        ("purpose", "sent_as"),
        [("booking_confirmed", "MESSAGE_TAG"), ("booking_reminder", "MESSAGE_TAG"), ("reply", "RESPONSE")],
    )
    def test_only_news_of_a_booked_event_may_pass_the_window_by_tag(self, purpose: str, sent_as: str) -> None:
        body = TemplateBody(template="t", language="en", text="See you tomorrow")
        message = self.message(body).model_copy(update={"purpose": purpose})

        [call] = self.channel().render(message, self.account())

        assert (call.json or {})["messaging_type"] == sent_as
        assert ((call.json or {}).get("tag") == "CONFIRMED_EVENT_UPDATE") == (sent_as == "MESSAGE_TAG")

    def test_free_text_never_carries_a_tag(self) -> None:
        message = self.message(TextBody(text="Hi")).model_copy(update={"purpose": "booking_confirmed"})

        [call] = self.channel().render(message, self.account())

        assert "tag" not in (call.json or {})

    def test_a_link_is_a_button_that_opens_it(self) -> None:
        body = LinkBody(text="Pay here", label="Pay now", url="https://pay.example/1")

        [call] = self.channel().render(self.message(body), self.account())

        assert (
            '"buttons": [{"type": "web_url", "url": "https://pay.example/1", "title": "Pay now"}]'
            in json.dumps(call.json)
        )

    def test_a_reader_sees_that_we_are_typing(self) -> None:
        call = self.channel().seen(ANA, "m_1", self.account())

        assert call is not None
        assert call.json == {"recipient": {"id": ANA}, "sender_action": "typing_on"}

    # --- answers --------------------------------------------------------------------------------------

    @pytest.mark.parametrize("subcode", [2018278, 2534022])
    def test_outside_the_window_is_said_so(self, subcode: int) -> None:
        assert isinstance(self.channel().classify(error(10, subcode), 1), OutsideWindow)

    @pytest.mark.parametrize("answer", [error(551), error(551, 1545041), error(200, 1545041, 403)])
    def test_a_person_who_cannot_be_written_to_has_opted_out(self, answer: HttpAnswer) -> None:
        outcome = self.channel().classify(answer, 1)

        assert isinstance(outcome, Rejected) and outcome.opted_out

    @pytest.mark.parametrize("code", [4, 32, 613, 80006])
    def test_limits_are_waited_for_and_nothing_was_sent(self, code: int) -> None:
        outcome = self.channel().classify(error(code), 1)

        assert isinstance(outcome, Retry) and not outcome.unclear

    @pytest.mark.parametrize("code", [190, 102, 10, 200, 230, 368])
    def test_tokens_permissions_and_bans_pause_the_account(self, code: int) -> None:
        assert isinstance(self.channel().classify(error(code), 1), Paused)

    def test_our_own_mistakes_are_not_repeated(self) -> None:
        outcome = self.channel().classify(error(100), 1)

        assert isinstance(outcome, Rejected) and not outcome.opted_out

    def test_an_error_whose_code_is_no_number_is_an_error_without_a_code(self) -> None:
        outcome = self.channel().classify(HttpAnswer(400, b'{"error": {"code": {}, "message": null}}'), 1)

        assert outcome == Rejected("HTTP 400")

    def test_a_token_that_an_error_quotes_is_not_passed_on(self) -> None:
        answer = error(190, message="Malformed access token EAAG-page-token")

        outcome = self.channel().classify(answer, 1)
        explained = [probe.explain(answer) for probe in self.channel().probes(self.account())]

        assert "EAAG" not in f"{outcome}{explained}"

    # --- files and checks -----------------------------------------------------------------------------

    def test_a_file_is_fetched_from_metas_servers_without_our_token(self) -> None:
        url = "https://cdn.fbsbx.com/v/t59/audioclip-1.mp4?oh=1"

        found = self.channel().locate(url, self.account())

        assert found == MediaLink(url, "video/mp4")
        assert self.channel().trusts(url)

    @pytest.mark.parametrize(
        "url",
        [
            "http://cdn.fbsbx.com/a",
            "https://fbsbx.com.example.net/a",
            "https://evilfbsbx.com/a",
            "https://me@cdn.fbsbx.com/a",
            "https://169.254.169.254/latest",
            "file:///etc/passwd",
            "",
        ],
    )
    def test_a_file_elsewhere_is_not_fetched(self, url: str) -> None:
        with pytest.raises(UsherError):
            self.channel().locate(url, self.account())

    def _explained(self, number: int, answer: object, status: int = 200) -> str | None:
        probe = self.channel().probes(self.account())[number]
        return probe.explain(HttpAnswer(status, json.dumps(answer).encode()))

    def test_a_token_of_another_page_is_noticed(self) -> None:
        assert self._explained(0, {"id": PAGE, "name": "Studio"}) is None
        assert "page 42" in (self._explained(0, {"id": "42"}) or "")

    def test_a_page_that_meta_has_unsubscribed_is_noticed(self) -> None:
        fields = self.channel().connect(self.account(), "")[0].form["subscribed_fields"].split(",")

        assert self._explained(1, {"data": [{"id": "555", "subscribed_fields": fields}]}) is None
        assert "not subscribed" in (self._explained(1, {"data": []}) or "")
        assert "message_echoes" in (
            self._explained(1, {"data": [{"id": "5", "subscribed_fields": ["messages"]}]}) or ""
        )
