"""What a person of the business is told when a customer waits for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID

import pytest

from services.agent.handoff import Handoff, Why
from services.agent.operator_words import LANGUAGES, PURPOSE, SAID, Operator, Waiting, message_to, shortened
from services.gateway.channels import Capabilities
from services.gateway.window import AsTemplate, Hold, Template, decide
from shared import ids
from shared.messages.conversation import ChannelAddress, MessageSent, TextBody

TENANT = ids.tenant_id_of("casa")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONVERSATION = ids.derive("a conversation")
MARIA = ChannelAddress(channel="telegram", account_id="9", user_id="77", name="Maria", phone="+351911")
ANA = Operator("whatsapp", "100", "351912", "casa", "Ana")


def handoff(why: Why = "asked", note: str | None = None, language: str = "en") -> Handoff:
    return Handoff(ids.derive("a handoff"), why, NOW, NOW + timedelta(hours=12), note, language)


def message(
    operator: Operator = ANA, called: Handoff | None = None, *said: str, tenant_id: UUID = TENANT
) -> MessageSent:
    return message_to(operator, tenant_id, Waiting(CONVERSATION, MARIA, said), called or handoff())


def text(sent: MessageSent) -> str:
    assert isinstance(sent.body, TextBody)
    return sent.body.text


def test_it_says_who_waits_why_what_they_said_and_how_to_answer_and_give_back() -> None:
    sent = message(ANA, handoff("complaint", "a cold room"), "It was cold.", "I want my money back!")
    assert text(sent) == (
        "Maria (telegram, +351911) is waiting for a person: they complain.\n"
        "They said last: “It was cold. I want my money back!”\n"
        "It is about: a cold room\n"
        "\n"
        f'To answer: usher conversation reply {CONVERSATION} "…" --tenant casa\n'
        f"To let me answer again: usher conversation hand-back {CONVERSATION} --tenant casa"
    )
    assert (sent.to.channel, sent.to.account_id, sent.to.user_id) == ("whatsapp", "100", "351912")
    assert sent.conversation_id == ids.conversation_id_of(TENANT, "whatsapp", "100", "351912")


def test_nobody_is_told_twice_of_one_handoff_and_each_operator_is_told() -> None:
    bea = Operator("whatsapp", "100", "351913", "casa")
    assert message().message_id == message(ANA, handoff("asked"), "other words").message_id
    assert message(bea).message_id != message(ANA).message_id
    again = Handoff(ids.derive("another"), "asked", NOW, NOW)
    assert message(ANA, again).message_id != message(ANA).message_id


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_a_sentence_for_every_reason(language: str) -> None:
    called = [why for why in get_args(Why) if why not in ("by_hand", "operator")]
    said = {text(message(ANA, handoff(why, language=language), "Olá")) for why in called}
    assert len(said) == len(called)
    english = {text(message(ANA, handoff(why), "Olá")) for why in called}
    assert language == "en" or not said & english
    assert all(str(CONVERSATION) in one and "Olá" in one for one in said)


def test_an_operators_own_language_comes_before_the_businesss_and_english_where_there_is_none() -> None:
    pt = Operator("whatsapp", "100", "1", "casa", language="pt-PT")
    assert "à espera de uma pessoa" in text(message(pt, handoff(language="de")))
    assert "wartet auf einen Menschen" in text(message(ANA, handoff(language="de-AT")))
    assert "is waiting" in text(message(ANA, handoff(language="fi")))


def test_what_was_said_is_on_one_line_and_not_longer_than_allowed() -> None:
    assert shortened(["a\nb", " c "]) == "a b c"
    assert len(shortened(["word " * 500])) <= SAID
    assert shortened(["x" * 5000]).endswith("x…")
    assert "They said last" not in text(message(ANA, handoff()))


def test_outside_the_window_it_is_held_or_goes_out_as_the_accounts_template() -> None:
    sent = message(ANA, handoff("stuck"), "blorp")
    windowed = Capabilities(4096, 0, 0, 0, 0, 0, 0, 0, 0, window_hours=24)
    assert isinstance(decide(sent, None, NOW, {}, windowed), Hold)
    template = Template(
        name="called", language={"en": "en", "pt": "pt_PT"}, parameters=("customer", "reason", "said")
    )
    chosen = decide(sent, None, NOW, {PURPOSE: template}, windowed)
    assert isinstance(chosen, AsTemplate)
    assert chosen.body.parameters == ("Maria (telegram, +351911)", "I could not help", "blorp")
    assert isinstance(decide(message(), None, NOW, {PURPOSE: template}, windowed), AsTemplate)  # said nothing
