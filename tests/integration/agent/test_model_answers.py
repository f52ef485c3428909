"""Agents with language models on real servers: what answers took is stored once, and budgets and choices hold."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from asyncpg import Record

from devkit.llm.steps import Call, Step
from services.agent.models.budget import CONVERSATION, FRESH_SECONDS, TENANT, StoredBudget
from services.agent.models.costs import Spent, store_spent, totals
from services.booking.app import BookingService
from shared.db import Database
from shared.ids import tenant_id_of
from shared.messages.conversation import TextContent
from shared.settings import Settings
from tests.integration.agent.conftest import Customer, agent_running
from tests.integration.conftest import eventually
from tests.unit.agent.llm_world import Emulator, emulating
from usher.models import ModelError, opened

FIND = Step(calls=(Call(name="find_sessions", arguments={"what": "yoga", "when": "tomorrow"}),))
SAY = Step(text="There is yoga at seven.", input_tokens=1200, output_tokens=30)


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with emulating() as running:
        yield running


def with_model(quick: Settings, **more: object) -> Settings:
    return quick.model_copy(update={"llm": "openai:gpt-5.6-terra", "llm_retries": 0, **more})


async def answers(db: Database, customer: Customer) -> list[Record]:
    async with db.tenant(customer.gateway.tenant_id) as connection:
        return await connection.fetch("SELECT * FROM agent.model_answers ORDER BY at, step")


async def test_what_each_answer_took_is_stored_with_its_conversation_and_a_repeat_counts_nothing_twice(
    quick: Settings, booking: BookingService, customer: Customer, db: Database, emulator: Emulator
) -> None:
    await emulator.will(FIND, SAY)
    async with agent_running(with_model(quick)):
        message = await customer.say("yoga tomorrow?")
        assert customer.replies == [SAY.text]
        await customer.gateway.hand_over(message, attempt=1)
        await eventually(lambda: customer.gateway.receipts.count(message.message_id) > 1)

    first, second = await answers(db, customer)
    assert {row["conversation_id"] for row in (first, second)} == {customer.conversation_id}
    assert [row["model"] for row in (first, second)] == ["openai:gpt-5.6-terra"] * 2
    assert (second["input_tokens"], second["output_tokens"]) == (1200, 30)
    assert second["cost_micros"] > 0
    assert len(await emulator.requests()) == 2


async def test_an_agent_that_stops_in_the_middle_leaves_its_answers_and_their_cost_to_the_next(
    quick: Settings, booking: BookingService, customer: Customer, db: Database, emulator: Emulator
) -> None:
    await emulator.will(FIND, Step(think_seconds=3600))
    message = customer.message(TextContent(text="yoga tomorrow?"))
    async with agent_running(with_model(quick)):
        await customer.gateway.hand_over(message)
        await eventually(lambda: two_requests(emulator))
    await emulator.will(SAY)
    async with agent_running(with_model(quick)):
        await eventually(lambda: message.message_id in customer.gateway.receipts)

    assert customer.replies == [SAY.text]
    assert [row["step"] for row in await answers(db, customer)] == ["model:0", "model:1"]
    assert len(await emulator.requests()) == 3  # the first answer was not asked for again


async def two_requests(emulator: Emulator) -> bool:
    return len(await emulator.requests()) == 2


async def test_when_the_budget_of_a_conversation_is_used_up_the_offline_model_answers(
    quick: Settings, booking: BookingService, customer: Customer, db: Database, emulator: Emulator
) -> None:
    await emulator.will(SAY.model_copy(update={"times": 0}))
    async with agent_running(with_model(quick, llm_conversation_tokens=1000)):
        assert await customer.answered("yoga tomorrow at 7pm") == SAY.text
        assert "19:00" in await customer.answered("yoga tomorrow at 7pm")

    assert len(await emulator.requests()) == 1


async def test_when_the_model_is_down_the_same_class_is_booked_all_the_same(
    quick: Settings, booking: BookingService, customer: Customer, db: Database, emulator: Emulator
) -> None:
    await emulator.will(Step(status=500, times=0))
    async with agent_running(with_model(quick)):
        assert "19:00" in await customer.answered("yoga tomorrow at 7pm")
        await customer.say("yes please")

    async with db.tenant(customer.gateway.tenant_id) as connection:
        assert (
            await connection.fetchval("SELECT count(*) FROM booking.bookings WHERE status = 'confirmed'") == 1
        )
    assert await answers(db, customer) == []


async def test_a_tenants_own_models_answer_it(
    quick: Settings, booking: BookingService, customer: Customer, slug: str, emulator: Emulator
) -> None:
    async with opened(quick) as desk:
        await desk.choose(slug, "ollama:llama3.2", None)
    await emulator.will(Step(text="I run on your own machine.", at="ollama"))
    async with agent_running(quick):  # the installation has the offline model only
        assert await customer.answered("hello") == "I run on your own machine."


async def test_a_choice_is_checked_kept_in_parts_and_taken_back(
    quick: Settings, slug: str, emulator: Emulator
) -> None:
    async with opened(quick) as desk:
        await desk.choose(slug, "openai:gpt-5.6-terra,offline", None)
        chosen = await desk.choose(slug, None, 5000)
        assert (chosen.models, chosen.tokens_per_day) == ("openai:gpt-5.6-terra,offline", 5000)
        assert (await desk.choices())[slug] == chosen
        with pytest.raises(ModelError, match="no business `nobody`"):
            await desk.choose("nobody", "offline", None)
        await desk.reset(slug)
        assert (await desk.choices())[slug].models is None


async def spend(db: Database, tenant: UUID, conversation: UUID, *spent: Spent, hours_ago: float = 0) -> UUID:
    """A turn whose first step took so much."""
    message = uuid4()
    async with db.tenant(tenant) as connection:
        await connection.execute(
            "INSERT INTO agent.turns (tenant_id, message_id, conversation_id, input) VALUES ($1, $2, $3, '{}')",
            tenant,
            message,
            conversation,
        )
        await store_spent(connection, tenant, message, [("model:0", spent)])
        await connection.execute(
            "UPDATE agent.model_answers SET at = at - $1::interval WHERE message_id = $2",
            timedelta(hours=hours_ago),
            message,
        )
    return message


async def test_budgets_count_the_last_day_of_the_tenant_and_of_the_conversation(db: Database) -> None:
    tenant, one, other = uuid4(), uuid4(), uuid4()
    await spend(db, tenant, one, Spent("m", 600, 50))
    await spend(db, tenant, one, Spent("m", 100_000, 0), hours_ago=25)
    await spend(db, uuid4(), one, Spent("m", 100_000, 0))
    budget = StoredBudget(db, conversation_tokens=650)

    assert await budget.spent_up(tenant, one, 0) == CONVERSATION
    assert await budget.spent_up(tenant, other, 0) is None
    assert await budget.spent_up(tenant, other, 650) == TENANT
    assert await budget.spent_up(tenant, other, 651) is None
    assert await StoredBudget(db, conversation_tokens=0).spent_up(tenant, one, 0) is None


async def test_a_tenants_count_is_a_few_seconds_old_at_most(db: Database) -> None:
    tenant, now = uuid4(), 1000.0
    budget = StoredBudget(db, conversation_tokens=0, clock=lambda: now)
    assert await budget.spent_up(tenant, uuid4(), 100) is None
    await spend(db, tenant, uuid4(), Spent("m", 100, 0))
    now += FRESH_SECONDS

    assert await budget.spent_up(tenant, uuid4(), 100) == TENANT


async def test_the_same_step_stored_again_counts_once(db: Database) -> None:
    tenant, conversation = uuid4(), uuid4()
    message = await spend(db, tenant, conversation, Spent("a:b", 10, 5, 0, 7), Spent("c:d", 1, 0))
    async with db.tenant(tenant) as connection:
        await store_spent(connection, tenant, message, [("model:0", [Spent("a:b", 999, 999)])])

    found = await totals(db, tenant, datetime.now(UTC) - timedelta(hours=1), conversation)
    assert [(t.model, t.answers, t.input_tokens, t.cost_micros, t.unpriced) for t in found] == [
        ("a:b", 1, 10, 7, 0),
        ("c:d", 1, 1, 0, 1),
    ]
    assert await totals(db, uuid4(), datetime.now(UTC) - timedelta(hours=1)) == []


async def test_costs_are_told_by_business(quick: Settings, slug: str, db: Database) -> None:
    await spend(db, tenant_id_of(slug), uuid4(), Spent("a:b", 10, 5, 0, 7))
    since = datetime.now(UTC) - timedelta(days=1)
    async with opened(quick) as desk:
        assert [total.cost_micros for total in (await desk.costs(since, slug))[slug]] == [7]
        assert slug in await desk.costs(since)
