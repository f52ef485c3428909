"""On real servers: operators of a business are told in chat that somebody waits, by rules that the business can set."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from pydantic_ai.messages import ModelMessage, ModelResponse, ToolCallPart, ToolReturnPart
from typer.testing import CliRunner

from services.agent.handoff import Rules
from services.agent.operator_list import KnownOperators, OperatorList
from services.agent.operator_words import PURPOSE, Operator
from services.agent.operators import Operators
from services.agent.tenant_rules import FRESH_SECONDS, OwnRules, StoredRules
from services.booking.app import BookingService
from services.gateway.domain.account import ChannelAccount
from services.gateway.secrets import Vault
from services.gateway.store.accounts import AccountStore
from services.notifier.app import Notifier
from shared import ids
from shared.db import Database
from shared.messages.conversation import EchoContent, MessageSent, TextBody, TextContent
from shared.settings import Settings
from tests.integration.agent.conftest import Customer, Gateway, agent_running
from tests.integration.agent.test_conversation_people import reply, scripted
from tests.integration.conftest import eventually
from usher.conversations_cli import app
from usher.environment import child_environment

NOW = datetime.now(UTC)


def told(gateway: Gateway, user_id: str) -> list[MessageSent]:
    """What this operator was sent, in order."""
    conversation = ids.conversation_id_of(gateway.tenant_id, "whatsapp", "100", user_id)
    return gateway.sent[conversation]


def words(message: MessageSent) -> str:
    assert isinstance(message.body, TextBody)
    return message.body.text


async def nothing_is_on_its_way(db: Database, tenant_id: UUID) -> bool:
    async with db.tenant(tenant_id) as connection:
        return bool(await connection.fetchval("SELECT count(*) = 0 FROM agent.outbox"))


@pytest.fixture
async def operators(
    quick: Settings, db: Database, gateway: Gateway, slug: str
) -> AsyncIterator[OperatorList]:
    """Ana, in the business's language, and Rui, in his own; and somebody of another business."""
    found = OperatorList(db, gateway.tenant_id)
    await found.add(Operator("whatsapp", "100", "1", slug, "Ana"))
    await found.add(Operator("whatsapp", "100", "2", slug, "Rui", "pt"))
    await OperatorList(db, uuid4()).add(Operator("whatsapp", "100", "3", "other"))
    notifier = Notifier(quick)  # it confirms the event
    await notifier.start()
    yield found
    await notifier.stop()


async def test_each_operator_is_told_once_that_a_customer_the_agent_cannot_help_is_waiting(
    quick: Settings,
    booking: BookingService,
    customer: Customer,
    operators: OperatorList,
    db: Database,
    slug: str,
) -> None:
    gateway = customer.gateway
    async with scripted(quick, lambda _: reply("What?", stuck=True)):
        await customer.answered("blorp")
        assert not told(gateway, "1")
        first, second = (
            customer.message(TextContent(text="blorp")),
            customer.message(TextContent(text="again")),
        )
        await gateway.hand_over(first)
        await gateway.hand_over(second)  # one turn of both
        await eventually(lambda: len(told(gateway, "1")) == len(told(gateway, "2")) == 1)
        await customer.say("is anybody there?")
        await eventually(lambda: nothing_is_on_its_way(db, gateway.tenant_id))
    [ana], [rui] = told(gateway, "1"), told(gateway, "2")
    assert words(ana).split("\n")[:2] == [
        f"Maria (whatsapp, {customer.user_id}) is waiting for a person: I could not help.",
        "They said last: “blorp again”",
    ]
    command = f'usher conversation reply {customer.conversation_id} "…" --tenant {slug}'
    assert command in words(ana)
    assert "à espera de uma pessoa" in words(rui)
    assert (ana.purpose, ana.to.account_id, ana.to.name) == (PURPOSE, "100", "Ana")
    assert not told(gateway, "3")


async def test_who_asks_for_a_person_has_the_operators_told_and_a_repeat_tells_nobody_again(
    quick: Settings, booking: BookingService, customer: Customer, operators: OperatorList, db: Database
) -> None:
    def asks(messages: list[ModelMessage]) -> ModelResponse:
        called = sum(isinstance(part, ToolReturnPart) for m in messages for part in m.parts)
        if called == 2:  # it has asked twice in one turn
            return reply("Somebody will write to you.")
        return ModelResponse(
            [ToolCallPart("talk_to_human", {"reason": "complaint", "note": "cold room"}, f"h{called}")]
        )

    gateway = customer.gateway
    async with scripted(quick, asks):
        message = await customer.say("The room was cold!")
        await eventually(lambda: len(told(gateway, "1")) == 1)
        gateway.receipts.clear()
        await gateway.hand_over(message, attempt=1)
        await eventually(lambda: message.message_id in gateway.receipts)
        await eventually(lambda: nothing_is_on_its_way(db, gateway.tenant_id))
    [sent] = told(gateway, "1")
    assert "they complain" in words(sent)
    assert "“The room was cold!”\nIt is about: cold room" in words(sent)


async def test_nobody_is_told_of_what_a_person_does_themselves_or_when_nobody_is_listed(
    quick: Settings, booking: BookingService, customer: Customer, operators: OperatorList, db: Database
) -> None:
    gateway = customer.gateway
    async with scripted(quick, lambda _: reply("What?", stuck=True)):
        await customer.answered("blorp")
        await customer.send(customer.message(EchoContent(text="Ana here")))
        desk = Operators(db, gateway.tenant_id, hours=1)
        await desk.reply(customer.conversation_id, "and again", datetime.now(UTC))
        await desk.hand_back(customer.conversation_id, datetime.now(UTC))
        for user_id in ("1", "2"):
            assert await operators.remove("whatsapp", user_id) == 1
        await customer.answered("blorp")
        [line] = await desk.listed(datetime.now(UTC), waiting=True)
        assert line.reason == "stuck"
        await eventually(lambda: nothing_is_on_its_way(db, gateway.tenant_id))
    assert not told(gateway, "1") + told(gateway, "2")


async def test_an_operator_who_writes_back_is_told_how_to_answer_and_may_book_like_anybody(
    quick: Settings, booking: BookingService, customer: Customer, operators: OperatorList, slug: str
) -> None:
    gateway, ana = customer.gateway, Customer(customer.gateway, "1")
    async with agent_running(quick):
        await customer.answered("I want to talk to a person")
        await eventually(lambda: len(told(gateway, "1")) == 1)

        assert f"usher conversation list --tenant {slug}" in await ana.answered("I am on it")
        assert "Shall I book it?" in await ana.answered("yoga tomorrow at 7pm")


async def test_who_is_an_operator_is_known_within_half_a_minute(db: Database) -> None:
    now = 0.0
    known = KnownOperators(db, clock=lambda: now)
    tenant_id = uuid4()
    assert await known.of(tenant_id) == []
    ana = Operator("whatsapp", "100", "1", "casa", "Ana")
    await OperatorList(db, tenant_id).add(ana)
    assert await known.of(tenant_id) == []
    now = FRESH_SECONDS

    assert await known.of(tenant_id) == [ana]
    assert await known.of(uuid4()) == []


async def test_a_business_has_a_person_called_at_its_own_words_and_for_its_own_time(
    quick: Settings, booking: BookingService, customer: Customer, operators: OperatorList, db: Database
) -> None:
    tenant_id = customer.gateway.tenant_id
    await StoredRules(db, Rules()).set(tenant_id, OwnRules(stuck=1, words=("refund",), hours=2.0))
    async with scripted(quick, lambda _: reply("What?", stuck=True)):
        await customer.answered("I want a REFUND.")
        await eventually(lambda: told(customer.gateway, "1"))
    desk = Operators(db, tenant_id, hours=12)
    [line] = await desk.listed(datetime.now(UTC), waiting=True)
    assert (line.reason, line.note) == ("rule", "said “refund”")
    assert line.human_until is not None
    assert line.since is not None
    assert line.human_until - line.since == timedelta(hours=2)


async def test_what_a_business_has_not_set_is_the_installations_and_others_are_left_alone(
    db: Database,
) -> None:
    now = 0.0
    default = Rules(2, ("lawyer",), 12.0)
    rules = StoredRules(db, default, clock=lambda: now)
    ours, theirs = uuid4(), uuid4()
    assert await rules.of(ours) == default
    await StoredRules(db, default).set(ours, OwnRules(hours=1.5))  # by the command line
    assert await rules.of(ours) == default
    now = FRESH_SECONDS
    assert await rules.of(ours) == Rules(2, ("lawyer",), 1.5)
    await rules.set(ours, OwnRules(stuck=0, words=()))
    assert await rules.of(ours) == Rules(0, (), 12.0)
    assert await rules.of(theirs) == default


async def test_the_command_line_adds_lists_and_removes_operators_and_sets_rules(
    quick: Settings, db: Database, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in child_environment(quick, {}).items():
        monkeypatch.setenv(name, value)
    tenant_id, account = ids.tenant_id_of(slug), uuid4().hex
    accounts = AccountStore(db, Vault.from_settings(quick))

    async def usher(*arguments: str, fails: str = "") -> str:
        result = await asyncio.to_thread(CliRunner().invoke, app, [*arguments, "--tenant", slug])
        if fails:
            assert result.exit_code != 0
            assert fails in result.output + str(result.exception)
        else:
            assert result.exit_code == 0, result.output + str(result.exception)
        return result.output

    add = ("operators", "add", "whatsapp")
    await usher(*add, "351912", fails="no such channel account")
    await accounts.put(ChannelAccount(tenant_id, "whatsapp", account))
    assert "operator_called" in await usher(*add, "+351 912-345 678", "--name", "Ana")
    await usher(*add, "351912345678", "--language", "pt-PT")  # the same person
    await usher(*add, "351912345678", "--language", "fi", fails="en, es, pt")
    [one] = json.loads(await usher("operators", "list", "--json"))
    assert (one["user_id"], one["account_id"], one["language"]) == ("351912345678", account, "pt-PT")
    await accounts.put(ChannelAccount(tenant_id, "whatsapp", f"{account}2"))
    await usher(*add, "351913", fails="--account")
    await usher(*add, "351913", "--account", f"{account}2")
    assert len((await usher("operators", "list")).splitlines()) == 2
    await usher("operators", "remove", "whatsapp", "+351913")
    assert "351913" not in await usher("operators", "list")

    assert "the installation's" in await usher("rules")
    shown = await usher("rules", "--words", "Refund, lawyer", "--hours", "4", "--stuck", "0")
    assert shown.splitlines() == [
        "stuck: never",
        "words: refund, lawyer",
        "hours: the agent is silent for 4 h",
    ]
    kept = json.loads(await usher("rules", "--stuck", "3", "--json"))
    assert kept["own"] == {"stuck": 3, "words": ["refund", "lawyer"], "hours": 4.0}
    assert "the installation's" in await usher("rules", "--reset")
    assert await StoredRules(db, Rules()).own(tenant_id) == OwnRules()
