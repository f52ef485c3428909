"""Which waiting deliveries does the mailbox hand over together, and after how long?"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import cast

import pytest
from nats.aio.msg import Msg

from services.agent.gather import LOOK_AT, Gather, received
from shared.actors.delivery import Delivery
from shared.actors.mailboxes import Waiting
from shared.bus import HEADER_ID, Bus
from shared.errors import Poison
from shared.messages.conversation import ChoiceContent, Content, MessageReceived
from tests.unit.agent.test_agent_debounce import CONVERSATION, TENANT, said

TAP = ChoiceContent(choice_id="book:1", title="Yes")


async def _never(_deliveries: Sequence[Delivery]) -> None:
    raise AssertionError("choosing handles nothing")


def delivery(data: bytes, message_id: str = "m", key: str = str(CONVERSATION)) -> Delivery:
    msg = SimpleNamespace(subject=f"in.0.whatsapp.{TENANT}.{key}", data=data, headers={HEADER_ID: message_id})
    return Delivery(cast(Bus, None), cast(Msg, msg), 0)


def of(message: MessageReceived) -> Delivery:
    return delivery(message.encode(), str(message.message_id))


def waiting(*contents: Content | str, seconds: float = 0.0, behind: bool = False) -> list[Waiting]:
    return [Waiting(of(said(content)), seconds, behind) for content in contents]


def choose(queue: Sequence[Waiting], seconds: float = 0.3) -> tuple[list[int], float]:
    """The places that are chosen, and for how long they are waited for."""
    chosen, patience = Gather(_never, seconds).choose(queue)
    return [n for n, one in enumerate(queue) if any(one.delivery is d for d in chosen)], patience


def test_words_wait_for_more_and_a_tap_does_not() -> None:
    assert choose(waiting("I want yoga")) == ([0], pytest.approx(0.3))
    assert choose(waiting("I want yoga", "tomorrow")) == ([0, 1], pytest.approx(0.3))
    assert choose(waiting(TAP)) == ([0], 0.0)


def test_those_that_came_while_a_turn_was_running_are_handled_at_once_together() -> None:
    assert choose(waiting("I want yoga", "tomorrow", "at seven", behind=True)) == ([0, 1, 2], 0.0)


def test_a_lone_message_that_came_while_a_turn_was_running_waits_what_is_left_since_it_came() -> None:
    assert choose(waiting("I want yoga", seconds=0.2, behind=True)) == ([0], pytest.approx(0.1))
    places, patience = choose(waiting("I want yoga", seconds=5.0, behind=True))
    assert places == [0]
    assert patience <= 0


def test_with_no_time_to_wait_every_message_has_a_turn_of_its_own() -> None:
    assert choose(waiting("I want yoga", "tomorrow", behind=True), seconds=0) == ([0], 0.0)


def test_what_cannot_be_read_is_handed_over_alone_and_keeps_nothing_waiting() -> None:
    bad = Waiting(delivery(b"{}"), 0.0, False)

    assert choose([bad, *waiting("hi")]) == ([0], 0.0)
    assert choose([*waiting("hi"), bad, *waiting("there")]) == ([0], 0.0)


def test_whoever_sends_very_many_is_answered_in_several_turns_without_waiting() -> None:
    places, patience = choose(waiting(*["hi"] * (LOOK_AT + 10)))

    assert places == list(range(20))
    assert patience == 0


def test_a_message_under_another_conversations_subject_is_refused() -> None:
    message = said("hi")
    with pytest.raises(Poison):
        received(delivery(message.encode(), key="00000000-0000-0000-0000-000000000009"))
