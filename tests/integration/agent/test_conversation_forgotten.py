"""On real servers: who is forgotten in booking is forgotten by the agent, who is merged takes along what they prefer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from pydantic_ai.messages import ModelMessage, ModelResponse, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from services.agent.app import AgentService
from services.agent.models.source import Always, Models, ModelSource
from services.agent.operators import Operators
from services.agent.people import People
from services.agent.preferences import PostgresPreferences
from services.agent.store import PostgresTurns
from services.agent.tools.spec import PreferenceKey, TurnContext
from services.booking.app import BookingService
from shared import ids, subjects
from shared.bus import Bus
from shared.db import Database
from shared.messages import booking as msg
from shared.messages.conversation import ChannelAddress
from shared.messages.people import ForgetPerson, Identity, MergePeople
from shared.outbox import TableOutbox
from shared.settings import Settings
from tests.integration.agent.conftest import Customer, agent_running
from tests.integration.agent.test_conversation_people import reply, scripted
from tests.integration.conftest import eventually

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
CANARIES = ("canary", "Maria", "mornings")


async def kept(db: Database, tenant_id: UUID) -> str:
    """All that the agent's tables say of this tenant."""
    said = []
    async with db.tenant(tenant_id) as connection:
        tables = await connection.fetch(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'agent'"
            " AND table_name NOT IN ('alembic_version', 'outbox')"
        )
        for table in tables:
            rows = await connection.fetch(
                f"SELECT to_jsonb(x)::text AS row FROM agent.{table['table_name']} x"
            )
            said += [str(row["row"]) for row in rows]
        letters = await connection.fetch("SELECT payload FROM agent.dead_letters")
    return "\n".join([*said, *(repr(row["payload"]) for row in letters)])


async def asks(bus: Bus, tenant_id: UUID, kind: type[msg.Command], **fields: object) -> msg.CommandOutcome:
    """The outcome of a command, which is insisted on."""
    command = kind.model_validate({"tenant_id": tenant_id, "command_id": uuid4(), **fields})
    subject = subjects.command("booking", tenant_id, command.key, command.name)
    outcome = await bus.ask(
        subject, command, msg.CommandOutcome, ask_id=command.command_id, every=1, deadline=60
    )
    assert outcome.refusal is None, outcome
    return outcome


def customer_id(customer: Customer, channel: str = "whatsapp") -> UUID:
    return ids.customer_id_of(customer.gateway.tenant_id, channel, customer.user_id)


async def met_in_booking(db: Database, customer: Customer) -> UUID:
    """What booking keeps of a customer who has booked once and has no coming booking."""
    tenant_id, theirs = customer.gateway.tenant_id, customer_id(customer)
    async with db.tenant(tenant_id) as connection:
        await connection.execute(
            "INSERT INTO booking.customers (tenant_id, id, version, name) VALUES ($1, $2, 1, 'Maria')",
            tenant_id,
            theirs,
        )
        await connection.execute(
            "INSERT INTO booking.customer_identities (tenant_id, channel, user_id, customer_id)"
            " VALUES ($1, 'whatsapp', $2, $3)",
            tenant_id,
            customer.user_id,
            theirs,
        )
    return theirs


async def booking_has_told(db: Database, tenant_id: UUID) -> bool:
    """Whether the agent has confirmed all that booking has told it. (No gateway runs here.)"""
    async with db.tenant(tenant_id) as connection:
        waiting = "SELECT count(*) FROM booking.outbox WHERE subject LIKE 'job.agent.%'"
        return await connection.fetchval(waiting) == 0


def remembers(messages: list[ModelMessage]) -> ModelResponse:
    """Remembers that they like mornings, has the business called, and answers."""
    done = [p.tool_name for m in messages for p in m.parts if isinstance(p, ToolReturnPart)]
    if "set_preference" not in done:
        return ModelResponse(
            [ToolCallPart("set_preference", {"key": "time_of_day", "value": "mornings"}, "p")]
        )
    if "talk_to_human" not in done:
        return ModelResponse(
            [ToolCallPart("talk_to_human", {"reason": "complaint", "note": "a canary note"}, "h")]
        )
    return reply("A canary answer.")


async def test_who_is_forgotten_in_booking_leaves_no_word_with_the_agent_and_begins_anew(
    quick: Settings, booking: BookingService, customer: Customer, db: Database
) -> None:
    tenant_id = customer.gateway.tenant_id
    theirs = await met_in_booking(db, customer)
    stranger = Customer(customer.gateway, "351900000001")
    async with scripted(quick, remembers) as agent:
        await customer.answered("a canary question")
        await stranger.answered("somebody else's words")
        before = await kept(db, tenant_id)
        assert all(canary in before for canary in CANARIES)

        await asks(customer.gateway.bus, tenant_id, msg.EraseCustomer, customer_id=theirs)
        await eventually(lambda: booking_has_told(db, tenant_id))
        async with db.tenant(tenant_id) as connection:
            await connection.execute(
                "DELETE FROM agent.preferences WHERE customer_id <> $1", theirs
            )  # the stranger's
            assert await connection.fetchval("SELECT count(*) FROM agent.preferences") == 0
            rows = await connection.fetch(
                "SELECT status FROM agent.turns WHERE conversation_id = $1", customer.conversation_id
            )
            assert {row["status"] for row in rows} == {"erased"}
            assert "somebody else" in await kept(db, tenant_id)
        desk = Operators(db, tenant_id, hours=12)
        assert [line.conversation_id for line in await desk.listed(datetime.now(UTC), waiting=False)] == [
            stranger.conversation_id
        ]

        await customer.answered("hello again")  # and nobody of the business is thought to answer any more
        assert "canary question" not in agent.seen[-1]
        assert "canary answer" not in agent.seen[-1].split("hello again")[0]


async def test_two_customers_who_turn_out_to_be_one_are_known_by_what_either_said(
    quick: Settings, booking: BookingService, customer: Customer, db: Database
) -> None:
    tenant_id, bus = customer.gateway.tenant_id, customer.gateway.bus
    theirs = await met_in_booking(db, customer)
    store = PostgresPreferences(db)
    before, after = Asker(tenant_id, "whatsapp", customer.user_id), Asker(tenant_id, "telegram", "77")
    await before.says(store, "time_of_day", "mornings", NOW - HOUR)
    await after.says(store, "time_of_day", "evenings", NOW)  # never met in booking
    async with agent_running(quick):
        await asks(bus, tenant_id, msg.LinkIdentity, customer_id=theirs, channel="telegram", user_id="77")
        await eventually(lambda: booking_has_told(db, tenant_id))
    for asker in (before, after):
        assert await asker.prefers(store) == {"time_of_day": "evenings"}
    async with scripted(quick, lambda _: reply("Sure.")) as agent:
        await customer.answered("hello")
    assert "time_of_day: evenings" in agent.seen[0]


class Asker:
    """A customer of a channel, and what is remembered of them."""

    def __init__(self, tenant_id: UUID, channel: str, user_id: str) -> None:
        self.tenant_id, self.channel, self.user_id = tenant_id, channel, user_id
        self.id = ids.customer_id_of(tenant_id, channel, user_id)

    async def says(
        self, store: PostgresPreferences, key: PreferenceKey, value: str | None, at: datetime
    ) -> None:
        await store.set(self._context(at), key, value)

    async def prefers(self, store: PostgresPreferences) -> dict[str, str]:
        return {p.key: p.value for p in await store.all(self._context(NOW))}

    def _context(self, at: datetime) -> TurnContext:
        address = ChannelAddress(channel=self.channel, account_id="1", user_id=self.user_id)
        contact = msg.Contact(customer_id=self.id, conversation_id=uuid4(), address=address)
        return TurnContext(self.tenant_id, contact, said_at=at, now=at)


def merged(survivor: Asker, *others: Asker, at: datetime = NOW) -> MergePeople:
    return MergePeople(
        tenant_id=survivor.tenant_id, merged=tuple(o.id for o in others), survivor=survivor.id, at=at
    )


def forgotten(*who: Asker, at: datetime = NOW) -> ForgetPerson:
    return ForgetPerson(
        tenant_id=who[0].tenant_id,
        customer_ids=tuple(one.id for one in who),
        identities=tuple(Identity(channel=one.channel, user_id=one.user_id) for one in who),
        at=at,
    )


@pytest.fixture
def askers() -> Sequence[Asker]:
    tenant_id = uuid4()
    return [Asker(tenant_id, channel, "1") for channel in ("whatsapp", "telegram", "webchat")]


async def test_of_two_values_the_one_said_later_stays_and_what_is_said_afterwards_is_the_persons(
    db: Database, askers: Sequence[Asker]
) -> None:
    store, people = PostgresPreferences(db), People(db)
    ana, also, third = askers
    await third.says(store, "staff", "Tom", NOW - 3 * HOUR)
    await ana.says(store, "staff", "Rui", NOW - 2 * HOUR)
    await ana.says(store, "level", "beginner", NOW - HOUR)
    await also.says(store, "staff", "Ana", NOW - HOUR)
    await also.says(store, "level", "advanced", NOW - 2 * HOUR)
    for _again in range(2):
        await people.merge(merged(ana, also, third))
        assert await ana.prefers(store) == await also.prefers(store) == {"staff": "Ana", "level": "beginner"}
    await also.says(store, "staff", "Eva", NOW + HOUR)
    await people.merge(merged(ana, also, third))
    assert (await ana.prefers(store))["staff"] == "Eva"


async def test_merges_lead_to_the_last_person_in_whichever_order_they_are_heard_of(
    db: Database, askers: Sequence[Asker]
) -> None:
    store, people = PostgresPreferences(db), People(db)
    first, second, third = askers
    await first.says(store, "staff", "Ana", NOW - HOUR)
    await people.merge(merged(third, first, second, at=NOW))
    await people.merge(merged(second, first, at=NOW - HOUR))  # came late
    for asker in askers:
        assert await asker.prefers(store) == {"staff": "Ana"}


async def test_a_merge_that_is_heard_of_after_the_person_was_forgotten_leads_nobody_anywhere(
    db: Database, askers: Sequence[Asker]
) -> None:
    store, people = PostgresPreferences(db), People(db)
    ana, also, _ = askers
    await also.says(store, "staff", "Ana", NOW - 2 * HOUR)
    await people.forget(forgotten(ana, also))
    await people.merge(merged(ana, also, at=NOW - HOUR))
    await also.says(store, "level", "beginner", NOW + HOUR)
    assert await ana.prefers(store) == {}
    assert await also.prefers(store) == {"level": "beginner"}


async def test_to_be_forgotten_again_takes_nothing_that_was_said_since(
    db: Database, askers: Sequence[Asker]
) -> None:
    store, people = PostgresPreferences(db), People(db)
    ana, stranger, _ = askers
    await ana.says(store, "staff", "Ana", NOW - HOUR)
    await stranger.says(store, "staff", "Rui", NOW - HOUR)
    await people.forget(forgotten(ana))
    await ana.says(store, "staff", "Ana", NOW - HOUR)  # a turn from before that ends only now
    assert await ana.prefers(store) == {}
    await ana.says(store, "level", "beginner", NOW + HOUR)
    await people.forget(forgotten(ana))
    assert await ana.prefers(store) == {"level": "beginner"}
    assert await stranger.prefers(store) == {"staff": "Rui"}


async def test_nobody_is_forgotten_or_merged_by_another_tenants_word(
    db: Database, askers: Sequence[Asker]
) -> None:
    store, people = PostgresPreferences(db), People(db)
    ana, also, _ = askers
    await ana.says(store, "staff", "Ana", NOW - HOUR)
    other = uuid4()
    await people.forget(forgotten(ana).model_copy(update={"tenant_id": other}))
    await people.merge(merged(also, ana).model_copy(update={"tenant_id": other}))
    assert await ana.prefers(store) == {"staff": "Ana"}
    assert await also.prefers(store) == {}


async def test_a_message_of_a_forgotten_person_that_comes_once_more_is_answered_no_second_time(
    quick: Settings, booking: BookingService, customer: Customer, db: Database
) -> None:
    tenant_id = customer.gateway.tenant_id
    people = People(db)
    async with scripted(quick, lambda _: reply("Sure.")) as agent:
        message = await customer.say("a canary question")
        asker = Asker(tenant_id, "whatsapp", customer.user_id)
        await people.forget(forgotten(asker, at=datetime.now(UTC)))
        thought = len(agent.seen)
        customer.gateway.receipts.clear()
        await customer.gateway.hand_over(message, attempt=1)
        await eventually(lambda: message.message_id in customer.gateway.receipts)
        assert len(agent.seen) == thought
    assert "canary" not in await kept(db, tenant_id)


async def test_what_a_turn_under_way_still_writes_of_a_forgotten_person_is_not_kept(
    quick: Settings, booking: BookingService, customer: Customer, db: Database
) -> None:
    tenant_id = customer.gateway.tenant_id
    people = People(db)
    asker = Asker(tenant_id, "whatsapp", customer.user_id)

    class Interrupted(AgentService):
        """An agent whose customer is forgotten while the model thinks."""

        def models(self, models: Models) -> ModelSource:
            async def answer(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
                await people.forget(forgotten(asker, at=datetime.now(UTC)))
                return remembers(messages)

            return Always(FunctionModel(answer))

    service = Interrupted(quick)
    await service.start()
    await customer.say("a canary question")
    await service.stop()
    assert not [canary for canary in CANARIES if canary in await kept(db, tenant_id)]


async def test_a_summary_that_is_written_late_does_not_bring_back_what_is_forgotten(
    quick: Settings, booking: BookingService, customer: Customer, db: Database
) -> None:
    tenant_id = customer.gateway.tenant_id
    async with scripted(quick, lambda _: reply("Sure.")):
        await customer.answered("a canary question")
        asker = Asker(tenant_id, "whatsapp", customer.user_id)
        await People(db).forget(forgotten(asker, at=datetime.now(UTC)))
        await customer.answered("hello again")
    async with db.tenant(tenant_id) as connection:
        place = await connection.fetchval("SELECT min(seq) FROM agent.turns")
    turns = PostgresTurns(db, TableOutbox(db, "agent", resend_after=1.0))
    await turns.summarise(tenant_id, customer.conversation_id, place, "A canary summary.")
    assert "canary" not in await kept(db, tenant_id)
