"""On real servers: what others send is remembered, a person takes over and gives back, preferences and summaries stay."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from nats.aio.msg import Msg
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, FunctionModel
from typer.testing import CliRunner

from services.agent import handoffs
from services.agent.app import AgentService
from services.agent.handoff import Handoff
from services.agent.memory import MOST_TURNS
from services.agent.models.source import Always, Models, ModelSource
from services.agent.operators import NoConversation, Operators
from services.agent.preferences import PostgresPreferences
from services.agent.speaker import context_of
from services.booking.app import BookingService
from services.notifier.app import Notifier
from shared import subjects
from shared.bus import HEADER_FROM, HEADER_ID
from shared.db import Database
from shared.messages.conversation import (
    Choice,
    ChoiceContent,
    ConversationHandedOver,
    MessageSent,
    ShowTyping,
    TextBody,
    TextContent,
)
from shared.settings import Settings
from tests.integration.agent.conftest import Customer, Gateway, agent_running
from tests.integration.conftest import eventually
from usher.conversations_cli import app
from usher.environment import child_environment

Answers = Callable[[list[ModelMessage]], ModelResponse]


class Scripted(AgentService):
    """An agent whose model is a function of the messages."""

    def __init__(self, settings: Settings, answers: Answers) -> None:
        super().__init__(settings)
        self.seen: list[str] = []
        self._answers = answers

    def models(self, models: Models) -> ModelSource:
        """See `AgentService.models`."""

        async def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
            self.seen.append("\n".join(str(part) for message in messages for part in message.parts))
            return self._answers(messages)

        return Always(FunctionModel(answer))


@asynccontextmanager
async def scripted(settings: Settings, answers: Answers) -> AsyncIterator[Scripted]:
    service = Scripted(settings, answers)
    await service.start()
    try:
        yield service
    finally:
        await service.stop()


def reply(text: str, *, stuck: bool = False) -> ModelResponse:
    return ModelResponse([ToolCallPart("reply", {"text": text, "stuck": stuck}, f"c{uuid4().hex}")])


def sure(_messages: list[ModelMessage]) -> ModelResponse:
    return reply("Sure.")


async def notify(customer: Customer, text: str, *, sender: str = "notifier", **choices: str) -> MessageSent:
    """What the notifier sends: published, as its outbox does."""
    message = MessageSent(
        tenant_id=customer.gateway.tenant_id,
        message_id=uuid4(),
        conversation_id=customer.conversation_id,
        to=customer.message(TextContent(text="x")).sender,
        purpose="offer_made",
        body=TextBody(
            text=text, choices=tuple(Choice(choice_id=c, title=title) for title, c in choices.items())
        ),
    )
    await customer.gateway.bus.publish(
        subjects.outbound("whatsapp", message.tenant_id, message.conversation_id),
        message.encode(),
        msg_id=str(message.message_id),
        headers={HEADER_ID: str(message.message_id), HEADER_FROM: sender},
    )
    return message


async def states(db: Database, customer: Customer) -> list[str]:
    async with db.tenant(customer.gateway.tenant_id) as connection:
        rows = await connection.fetch("SELECT status FROM agent.turns ORDER BY seq")
    return [row["status"] for row in rows]


async def test_what_the_notifier_sends_is_what_the_next_message_is_about_and_is_kept_once(
    quick: Settings, booking: BookingService, customer: Customer, db: Database
) -> None:
    async with scripted(quick, sure) as agent:
        await customer.answered("hello")
        await notify(customer, "A place came free.", Yes="offer:1:2:yes", No="offer:1:2:no")
        await eventually(lambda: _has_notice(db, customer))
        await customer.answered("yes")
    words = agent.seen[-1]
    places = [words.index(part) for part in ("hello", "A place came free.", "offer:1:2:yes", "content='yes'")]
    assert places == sorted(places)
    assert await states(db, customer) == ["done", "notice", "done"]

    async with scripted(quick, sure) as agent:  # another process reads the same
        await customer.answered("and?")
    assert agent.seen[-1].count("A place came free.") == 1


async def _has_notice(db: Database, customer: Customer) -> bool:
    return "notice" in await states(db, customer)


async def test_what_the_agent_hears_is_still_the_gateways_to_confirm(
    quick: Settings, booking: BookingService, customer: Customer, db: Database
) -> None:
    confirmed: list[bytes] = []

    async def on_receipt(msg: Msg) -> None:
        confirmed.append(msg.data)

    await customer.gateway.bus.nc.subscribe(subjects.receipts("notifier"), cb=on_receipt)
    async with scripted(quick, sure):
        await customer.answered("hello")
        await notify(customer, "A reminder.")
        await eventually(lambda: _has_notice(db, customer))
        await customer.answered("ok")
    assert confirmed == []


async def test_a_person_is_told_to_come_writes_through_the_channel_and_gives_the_conversation_back(
    quick: Settings, booking: BookingService, customer: Customer, db: Database, slug: str
) -> None:
    told: list[ConversationHandedOver] = []

    async def on_event(msg: Msg) -> None:
        told.append(ConversationHandedOver.decode(msg.data))

    await customer.gateway.bus.nc.subscribe(f"evt.agent.{customer.gateway.tenant_id}.>", cb=on_event)
    notifier = Notifier(quick)
    await notifier.start()
    desk = Operators(db, customer.gateway.tenant_id, hours=12)
    conversation = customer.conversation_id
    async with scripted(quick, lambda _: reply("What?", stuck=True)) as agent:
        await customer.answered("blorp")
        assert await desk.listed(datetime.now(UTC), waiting=True) == []
        await customer.answered("blorp!")
        [line] = await desk.listed(datetime.now(UTC), waiting=True)
        assert (line.conversation_id, line.reason, line.name) == (conversation, "stuck", "Maria")
        await eventually(lambda: told)
        assert (told[0].conversation_id, told[0].reason) == (conversation, "stuck")

        await customer.say("is anybody there?")
        before = len(customer.replies)
        await desk.reply(conversation, "Hi, Ana here.", datetime.now(UTC))
        await eventually(lambda: len(customer.replies) > before)
        sent = customer.gateway.sent[conversation][-1]
        assert customer.replies[-1] == "Hi, Ana here."
        assert sent.purpose == "human_reply"
        said = [(one.who, one.text.split("\n")[0]) for one in await desk.shown(conversation)]
        assert said == [
            ("customer", "blorp"),
            ("agent", "What?"),
            ("customer", "blorp!"),
            ("agent", "What?"),
            ("agent", "I have asked one of my colleagues to look at this: they will write to you here."),
            ("customer", "is anybody there?"),
            ("human", "Hi, Ana here."),
        ]

        assert await desk.hand_back(conversation, datetime.now(UTC))
        assert not await desk.hand_back(conversation, datetime.now(UTC))
        await customer.answered("thanks")
        assert "Hi, Ana here." in agent.seen[-1]
    await notifier.stop()
    async with db.tenant(customer.gateway.tenant_id) as connection:
        ended = await connection.fetch("SELECT reason, ended_by FROM agent.handoffs")
        assert [tuple(row) for row in ended] == [("stuck", "operator")]
        assert await connection.fetchval("SELECT count(*) FROM agent.outbox") == 0
    with pytest.raises(NoConversation):
        await desk.shown(uuid4())
    other = Operators(db, uuid4(), hours=12)
    assert await other.listed(datetime.now(UTC), waiting=False) == []
    with pytest.raises(NoConversation):
        await other.reply(conversation, "not mine", datetime.now(UTC))


async def test_the_command_line_lists_shows_replies_and_hands_back(
    quick: Settings, booking: BookingService, customer: Customer, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in child_environment(quick, {}).items():
        monkeypatch.setenv(name, value)

    async def usher(*arguments: str) -> str:
        result = await asyncio.to_thread(CliRunner().invoke, app, [*arguments, "--tenant", slug])
        assert result.exit_code == 0, result.output
        return result.output

    conversation = str(customer.conversation_id)
    async with scripted(quick, lambda _: reply("What?", stuck=True)):
        await customer.answered("blorp")
        assert "nobody waits" in await usher("list")
        await customer.answered("blorp")
        [line] = json.loads(await usher("list", "--json"))
        assert (line["conversation_id"], line["reason"]) == (conversation, "stuck")
        assert "customer: blorp" in await usher("show", conversation)
        await usher("reply", conversation, "Ana here.")
        await eventually(lambda: customer.replies[-1] == "Ana here.")
        assert "answers again" in await usher("hand-back", conversation)
        assert "answering already" in await usher("hand-back", conversation)
        assert "agent" in await usher("list", "--all")


async def test_a_tap_on_one_of_our_buttons_ends_the_waiting_for_a_person(
    quick: Settings, booking: BookingService, customer: Customer, db: Database
) -> None:
    async with scripted(quick, lambda _: reply("What?", stuck=True)):
        await customer.answered("blorp")
        await customer.answered("blorp")
        await customer.send(customer.message(ChoiceContent(choice_id="no", title="No")))
    async with db.tenant(customer.gateway.tenant_id) as connection:
        [row] = await connection.fetch("SELECT ended_by FROM agent.handoffs WHERE ended_at IS NOT NULL")
    assert row["ended_by"] == "tap"


async def test_a_call_is_one_row_however_often_it_is_made_and_never_begins_again_once_it_was_ended(
    customer: Customer, quick: Settings, booking: BookingService, db: Database
) -> None:
    async with agent_running(quick):
        await customer.answered("hello")
    now, tenant, conversation = datetime.now(UTC), customer.gateway.tenant_id, customer.conversation_id
    first = Handoff(uuid4(), "asked", now, now + timedelta(hours=1), "a refund")
    later = Handoff(uuid4(), "by_hand", now + timedelta(minutes=5), now + timedelta(hours=3))
    async with db.tenant(tenant) as connection:
        assert await handoffs.begin(connection, tenant, conversation, first)
        assert not await handoffs.begin(connection, tenant, conversation, first)
        assert not await handoffs.begin(connection, tenant, conversation, later)
        [row] = await connection.fetch("SELECT reason, note, until FROM agent.handoffs")
        assert (row["reason"], row["note"], row["until"]) == ("asked", "a refund", later.until)
        until = await connection.fetchval("SELECT human_until FROM agent.conversations")
        assert until == later.until
        assert await handoffs.end(connection, tenant, conversation, "operator", now)
        assert not await handoffs.begin(connection, tenant, conversation, first)
        assert await connection.fetchval("SELECT human_until FROM agent.conversations") is None
        expired = Handoff(uuid4(), "asked", now, now + timedelta(hours=1))
        assert await handoffs.begin(connection, tenant, conversation, expired)
        again = Handoff(uuid4(), "stuck", now + timedelta(hours=2), now + timedelta(hours=4))
        assert await handoffs.begin(connection, tenant, conversation, again)
        rows = await connection.fetch("SELECT ended_by FROM agent.handoffs ORDER BY began_at, until DESC")
        assert sorted(str(row["ended_by"]) for row in rows) == ["None", "operator", "time"]


async def test_the_models_tools_call_a_person_and_remember_preferences_for_the_next_conversation(
    quick: Settings, booking: BookingService, customer: Customer, db: Database
) -> None:
    def acts(messages: list[ModelMessage]) -> ModelResponse:
        done = [p.tool_name for m in messages for p in m.parts if isinstance(p, ToolReturnPart)]
        if "set_preference" not in done:
            return ModelResponse(
                [ToolCallPart("set_preference", {"key": "time_of_day", "value": "mornings"}, "p")]
            )
        if "talk_to_human" not in done:
            return ModelResponse(
                [ToolCallPart("talk_to_human", {"reason": "complaint", "note": "cold room"}, "h")]
            )
        return reply("Somebody will write to you.")

    async with scripted(quick, acts):
        assert (
            await customer.answered("I like mornings, and the room was cold!")
            == "Somebody will write to you."
        )
        await customer.say("hello?")
    assert len(customer.replies) == 1
    desk = Operators(db, customer.gateway.tenant_id, hours=12)
    [line] = await desk.listed(datetime.now(UTC), waiting=True)
    assert (line.reason, line.note) == ("complaint", "cold room")
    await desk.hand_back(customer.conversation_id, datetime.now(UTC))
    async with scripted(quick, sure) as agent:
        await customer.answered("hi again")
    assert "time_of_day: mornings" in agent.seen[0]


async def test_what_was_said_last_is_preferred_whichever_is_stored_first(
    customer: Customer, db: Database
) -> None:
    store = PostgresPreferences(db)
    message = customer.message(TextContent(text="x"))
    context = context_of(message, datetime.now(UTC))
    earlier = context_of(
        message.model_copy(update={"sent_at": message.sent_at - timedelta(minutes=1)}), datetime.now(UTC)
    )
    await store.set(context, "staff", "Ana")
    await store.set(earlier, "staff", "Rui")
    await store.set(earlier, "staff", None)
    await store.set(context, "level", "beginner\x00")
    assert {(p.key, p.value) for p in await store.all(context)} == {("staff", "Ana"), ("level", "beginner")}

    await store.set(context, "staff", None)
    assert [p.key for p in await store.all(context)] == ["level"]
    stranger = context_of(Customer(customer.gateway, "351999").message(TextContent(text="x")), context.now)
    assert await store.all(stranger) == ()


async def test_a_long_conversation_is_kept_in_short_and_read_so_by_the_next_process(
    quick: Settings, booking: BookingService, customer: Customer, db: Database
) -> None:
    def talks(messages: list[ModelMessage]) -> ModelResponse:
        writes = "<conversation>" in str(messages[-1].parts[0])
        return ModelResponse([TextPart("They like mornings.")]) if writes else reply("Sure.")

    async with scripted(quick, talks):
        for n in range(MOST_TURNS + 1):
            await customer.say(f"message number {n}")
        await eventually(lambda: _summary(db, customer))
    async with scripted(quick, talks) as agent:
        await customer.say("and now?")
    assert "They like mornings." in agent.seen[0]
    assert "message number 0'" not in agent.seen[0]
    assert f"message number {MOST_TURNS}'" in agent.seen[0]


async def _summary(db: Database, customer: Customer) -> str | None:
    async with db.tenant(customer.gateway.tenant_id) as connection:
        found: str | None = await connection.fetchval("SELECT summary FROM agent.conversations")
    return found


async def test_the_gateway_is_asked_to_show_that_we_type_while_a_turn_takes_long(
    quick: Settings, booking: BookingService, gateway: Gateway, customer: Customer
) -> None:
    asked: list[ShowTyping] = []
    go_on = asyncio.Event()

    async def on_question(msg: Msg) -> None:
        asked.append(ShowTyping.decode(msg.data))
        go_on.set()

    await gateway.bus.nc.subscribe(subjects.query("gateway", ShowTyping.name), cb=on_question)

    class Slow(Scripted):
        def models(self, models: Models) -> ModelSource:
            async def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
                await go_on.wait()
                return reply("There.")

            return Always(FunctionModel(answer))

    service = Slow(quick, sure)
    await service.start()
    try:
        message = await customer.say("hello")
    finally:
        await service.stop()
    assert asked[0].provider_id == message.provider_id
    assert asked[0].user_id == customer.user_id
    assert asked[0].conversation_id == customer.conversation_id
