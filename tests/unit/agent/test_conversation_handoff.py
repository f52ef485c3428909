"""When does a person of the business take over, and when does the agent answer again?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic_ai.messages import ModelMessage, ModelResponse, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from services.agent import phrases
from services.agent.handoff import Call, Rules, at_words, when_stuck
from services.agent.memory import load
from services.agent.phrases import Phrase
from shared.messages.conversation import ConversationHandedOver, EchoContent, TextContent
from tests.unit.agent.chat import Chat
from tests.unit.agent.studio import Studio, week

CALLED = phrases.of(Phrase.CALLED, "en")


class Scripted:
    """A model that answers with these texts, of no help where they begin with `?`; the last one for ever."""

    def __init__(self, *texts: str) -> None:
        self._texts = list(texts)
        self.model = FunctionModel(self._answer)

    async def _answer(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        text = self._texts.pop(0) if len(self._texts) > 1 else self._texts[0]
        args = {"text": text.lstrip("?"), "stuck": text.startswith("?")}
        return ModelResponse([ToolCallPart("reply", args, f"c{len(messages)}")])


def news(chat: Chat) -> list[ConversationHandedOver]:
    """What the bus was told."""
    events = [o for o in chat.ledger.outbox.values() if o.subject.startswith("evt.agent.")]
    return [ConversationHandedOver.decode(event.payload) for event in events]


async def test_a_person_is_called_when_the_agent_was_of_no_help_twice_in_a_row_and_the_customer_is_told() -> (
    None
):
    chat = Chat(week(), model=Scripted("?What?", "?Pardon?").model)
    first = await chat.say("blorp")
    second = await chat.say("I said blorp")

    assert first is not None
    assert CALLED not in first.text
    assert second is not None
    assert second.text == f"Pardon?\n\n{CALLED}"
    [handoff] = chat.ledger.handoffs
    assert handoff.why == "stuck"
    assert handoff.until == chat.now + timedelta(hours=12)
    [event] = news(chat)
    assert (event.reason, event.handoff_id, event.until) == ("stuck", handoff.handoff_id, handoff.until)
    assert await chat.say("hello?") is None  # silent now


async def test_an_answer_of_help_in_between_begins_the_count_anew() -> None:
    chat = Chat(week(), model=Scripted("?What?", "Sure.", "?What?").model)
    for words in ("blorp", "fine", "blorp"):
        await chat.say(words)

    assert chat.ledger.handoffs == []


async def test_what_the_notifier_sends_in_between_is_no_answer_of_ours() -> None:
    chat = Chat(week(), model=Scripted("?What?").model)
    await chat.say("blorp")
    chat.ledger.notice(load(NOTICE))
    await chat.say("blorp")

    assert [handoff.why for handoff in chat.ledger.handoffs] == ["stuck"]


NOTICE = """[{"kind": "request", "parts": [{"part_kind": "user-prompt", "content": "[sent by the system: x]"}]},
 {"kind": "response", "metadata": {"from": "x"}, "parts": [{"part_kind": "tool-call", "tool_name": "reply",
  "args": {"text": "Reminder"}, "tool_call_id": "n"}]}]"""


async def test_two_apologies_in_a_row_call_a_person_as_well() -> None:
    def fails(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        raise ValueError

    chat = Chat(week(), model=FunctionModel(fails))
    await chat.say("hello")
    reply = await chat.say("hello?")

    assert reply is not None
    assert reply.text == f"{phrases.of(Phrase.FAILED, 'en')}\n\n{CALLED}"
    assert [handoff.why for handoff in chat.ledger.handoffs] == ["stuck"]


async def test_a_word_of_the_rules_calls_a_person_who_is_told_which_in_the_customers_language() -> None:
    chat = Chat(week(), model=Scripted("Lo miro.").model)
    chat.rules = Rules.of(0, " abogado, refund ")
    chat.ledger.language = "es"
    chat.restarted()
    reply = await chat.say("quiero hablar de esto con mi ABOGADO por favor")

    assert reply is not None
    assert reply.text == f"Lo miro.\n\n{phrases.of(Phrase.CALLED, 'es')}"
    [handoff] = chat.ledger.handoffs
    assert (handoff.why, handoff.note) == ("rule", "said “abogado”")


def test_rules_look_for_whole_words_and_may_be_off() -> None:
    rules = Rules.of(2, "refund,give up")

    assert at_words("a REFUND!", rules) == Call("rule", "said “refund”")
    assert at_words("I give up.", rules) is not None
    assert at_words("refunded and given upwards", rules) is None
    assert at_words("refund", Rules()) is None
    assert when_stuck(True, [], Rules(stuck=1)) is not None
    assert when_stuck(True, [], Rules(stuck=0)) is None
    assert when_stuck(False, [], Rules(stuck=1)) is None


async def test_the_customer_asks_for_a_person_by_the_models_tool_and_gets_one_once() -> None:
    def asks(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        done = [p for m in messages for p in m.parts if isinstance(p, ToolReturnPart)]
        if not done:
            return ModelResponse(
                [ToolCallPart("talk_to_human", {"reason": "asked", "note": "a refund"}, "h")]
            )
        return ModelResponse([ToolCallPart("reply", {"text": "Somebody will write to you."}, "r")])

    chat = Chat(week(), model=FunctionModel(asks))
    chat.rules = Rules.of(1, "person")
    chat.restarted()
    reply = await chat.say("can I talk to a person?")

    assert reply is not None
    assert reply.text == "Somebody will write to you."
    [handoff] = chat.ledger.handoffs
    assert (handoff.why, handoff.note) == ("asked", "a refund")
    assert await chat.say("hello?") is None


async def test_the_agent_answers_again_when_the_time_is_over_and_knows_what_the_person_wrote() -> None:
    chat = Chat(week(), model=Scripted("?What?", "?Pardon?", "Good morning.").model)
    await chat.say("blorp")
    await chat.say("blorp")
    await chat.send(chat.message(EchoContent(text="Ana here, I will call you.")))
    chat.now += timedelta(hours=12, minutes=1)
    chat.restarted()
    reply = await chat.say("hello")

    assert reply is not None
    assert reply.text == "Good morning."
    assert "Ana here" in str([turn.messages for turn in chat.ledger.turns.values() if turn])


async def test_a_turn_cut_off_at_any_moment_calls_a_person_once() -> None:
    async def stuck_once() -> Chat:
        chat = Chat(Studio(), model=Scripted("?What?").model)
        await chat.say("blorp")
        return chat

    chat = await stuck_once()
    seen = chat.cut_at(None)
    await chat.say("blorp")
    for moment in range(1, len(seen.seen) + 1):
        chat = await stuck_once()
        message = chat.message(TextContent(text="blorp"))
        chat.cut_at(moment)
        with pytest.raises(BaseException):  # noqa: B017  # the cut, alone or in a group
            await chat.turns.run(message)
        chat.cut_at(None)
        await chat.restarted().run(message)

        assert len(chat.ledger.handoffs) == 1, seen.seen[moment - 1]
        assert len(news(chat)) == 1
        assert len({sent.message_id for sent in chat.published}) == 2
