"""The echo channel: what the contract asks of every channel, and its own oddities."""

from __future__ import annotations

import hmac

from services.gateway.channels import EventIn, HttpAnswer, HttpCall, MessageIn, RawRequest
from services.gateway.domain.account import ChannelAccount
from shared.messages.conversation import Choice, TextBody
from tests.unit.gateway.channels.contract import ChannelContract, Shown, Tap, headers
from tests.unit.gateway.channels.contract_case import NOW, TENANT


class TestEcho(ChannelContract):
    """Everything that holds of every channel."""

    name = "echo"
    signing_secret = "secret"
    user_id = "ana"
    success = HttpAnswer(204, b"")

    def account(self) -> ChannelAccount:
        return ChannelAccount(
            TENANT,
            "echo",
            "front-desk",
            secrets={"secret": ("newest-secret", "former-secret"), "token": ("shown-token",)},
            settings={"url": "https://program.example/messages"},
        )

    def signed(self, body: bytes, account: ChannelAccount) -> RawRequest:
        signature = hmac.digest(account.secret("secret").encode(), body, "sha256").hex()
        return RawRequest(body, headers(X_Echo_Signature=signature), NOW, account=account)

    def unknown_kind(self) -> bytes:
        return b'{"id": "1", "from": "ana", "dance": "waltz"}'

    def shown(self, call: HttpCall) -> list[Shown]:
        return [Shown("text", str((call.json or {})["text"]), 1000)]

    def taps(self, call: HttpCall) -> list[Tap]:
        return []

    def test_a_text_comes_from_the_person_who_wrote_it(self) -> None:
        request = self.signed(b'{"id": "7", "from": "ana", "text": "yoga tomorrow?"}', self.account())

        [item] = self.channel().parse(request)

        assert isinstance(item, MessageIn)
        assert (item.account_id, item.user_id, item.provider_id) == ("front-desk", "ana", "7")

    def test_a_body_without_words_is_kept_as_an_event(self) -> None:
        [item] = self.channel().parse(self.signed(b'{"id": "8", "from": "ana"}', self.account()))

        assert isinstance(item, EventIn)

    def test_choices_are_numbered_and_each_part_has_an_id_of_its_own(self) -> None:
        choices = tuple(Choice(choice_id=str(n), title=f"Class {n}") for n in (1, 2))

        calls = self.channel().render(
            self.message(TextBody(text="x " * 600, choices=choices)), self.account()
        )

        bodies = [call.json or {} for call in calls]
        assert str(bodies[-1]["text"]).endswith("1. Class 1\n2. Class 2")
        assert len({body["id"] for body in bodies}) == len(bodies) == 2
