"""What does one tenant get for another's ids? What it would get for ids that nobody has, from every command and query."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from pydantic import BaseModel

from shared import subjects
from shared.messages import booking as msg
from shared.messages.booking import RefusalCode
from shared.settings import Settings
from tests.integration.booking.tenants_scenario import Business, fingerprint, superuser, two_businesses


@pytest.fixture
async def owner(database: Settings) -> AsyncIterator[asyncpg.Connection]:
    async with superuser(database) as connection:
        yield connection


@pytest.fixture(scope="module")
async def both(quick: Settings) -> AsyncIterator[tuple[Business, Business]]:
    async with two_businesses(quick) as businesses:
        yield businesses


@pytest.fixture
def ours(both: tuple[Business, Business]) -> Business:
    """The business whose ids are known to another. Nothing here changes it, so one will do."""
    return both[0]


@pytest.fixture
def stranger(both: tuple[Business, Business]) -> Business:
    """The other business, which offers the same and where nobody has been yet."""
    return both[1]


def filled(
    kind: type[BaseModel], asker: Business, ids: dict[str, UUID], at: datetime, **more: object
) -> dict[str, Any]:
    """Every field of a message that names something, from `ids`; the others as far as they are required."""
    contact = asker.contact(1).model_copy(update={"customer_id": ids["customer_id"]})
    day = at.date()
    plain = {
        "contact": contact, "starts_at": at, "rrule": "FREQ=DAILY", "first_day": day, "last_day": day,
        "starts_at_local": time(12), "occurrence": at.replace(tzinfo=None, hour=12), "scope": "this",
        "accept": True, "approve": True, "attendance": "attended", "method": "cash", "status": "captured",
        "amount": 100, "product": "nothing like it", "channel": "whatsapp", "user_id": "351900000099",
        "starts_from": at - timedelta(days=1), "starts_before": at + timedelta(days=1), "blocked": True,
        "capacity": 5, "payment_id": ids["pass_id"], "for_business": True, "past": True, "count": 2,
        "service_ids": [ids["service_id"]], "staff_ids": [ids["staff_id"]], "location_ids": [ids["location_id"]],
    }  # fmt: skip
    values: dict[str, Any] = {"tenant_id": asker.tenant_id, "command_id": uuid4()}
    for name, field in kind.model_fields.items():
        if name in values:
            continue
        if name in ids or (name in plain and (field.is_required() or name.endswith("_ids"))):
            values[name] = ids.get(name, plain.get(name))
        elif field.is_required():
            pytest.fail(f"{kind.__name__}.{name} is new: say here what it is filled with")
        elif name in ("blocked", "for_business", "past", "capacity", "count"):
            values[name] = plain[name]
    if kind is not msg.RecordPayment:
        values.pop("method", None)
    return {name: value for name, value in {**values, **more}.items() if name in kind.model_fields}


def nobodys(ids: dict[str, UUID]) -> dict[str, UUID]:
    """As many ids that nobody has."""
    return {name: uuid4() for name in ids}


def names_of(ids: dict[str, UUID], kind: type[BaseModel]) -> dict[str, UUID]:
    """The ids as the message calls them."""
    slot = kind in (msg.BookSlot, msg.RescheduleToSlot, msg.FindSlots)
    named = {**ids, "from_session_id": ids["session_id"]}
    if slot:
        named |= {
            "service_id": ids["appointment"],
            "from_session_id": ids["appointment_session"],
            "booking_id": ids["appointment_booking"],
            "customer_id": ids["appointment_customer"],
        }
    return named


@pytest.mark.parametrize("kind", msg.COMMANDS, ids=lambda kind: kind.name)
async def test_a_command_with_another_tenants_ids_finds_nothing_and_changes_no_row_of_theirs(
    kind: type[msg.Command], ours: Business, stranger: Business, owner: asyncpg.Connection
) -> None:
    before = await fingerprint(owner, ours.tenant_id)

    command = kind.model_validate(filled(kind, stranger, names_of(ours.ids, kind), ours.starts_at))
    outcome = await stranger.say(command)

    assert outcome.refusal is not None, outcome
    assert outcome.refusal.code is RefusalCode.NOT_FOUND
    ids = names_of(nobodys(ours.ids), kind)
    unknown = await stranger.say(kind.model_validate(filled(kind, stranger, ids, ours.starts_at)))
    assert unknown.refusal == outcome.refusal, "what exists elsewhere must not be told from what does not"
    assert await fingerprint(owner, ours.tenant_id) == before


@pytest.mark.parametrize("kind", msg.QUERIES, ids=lambda kind: kind.name)
async def test_a_query_with_another_tenants_ids_finds_nothing_and_tells_nothing_of_theirs(
    kind: type[msg.FindSessions], ours: Business, stranger: Business, owner: asyncpg.Connection
) -> None:
    before = await fingerprint(owner, ours.tenant_id)

    ids = names_of(ours.ids, kind)
    answer = await told(stranger, kind, filled(kind, stranger, ids, ours.starts_at))

    ids = names_of(nobodys(ours.ids), kind)
    assert answer == await told(stranger, kind, filled(kind, stranger, ids, ours.starts_at))
    theirs = {str(each) for each in (*ours.ids.values(), ours.tenant_id)}
    assert [each for each in theirs if each in answer] == []
    assert await fingerprint(owner, ours.tenant_id) == before


async def told(asker: Business, kind: type[Any], fields: dict[str, Any]) -> str:
    """The answer to a query, as it comes over the bus."""
    answer = getattr(msg, msg.QUERIES[kind])
    found: BaseModel = await asker.bus.query(subjects.query("booking", kind.name), kind(**fields), answer)
    return found.model_dump_json()


async def test_the_same_queries_find_something_for_the_tenant_itself(ours: Business) -> None:
    """The control: the ids are good ones."""
    for kind in (msg.GetSession, msg.MyBookings, msg.MyBalances, msg.ExportCustomer, msg.FindSlots):
        ids = names_of(ours.ids, kind)
        answer = await told(ours, kind, filled(kind, ours, ids, ours.starts_at))
        assert answer != await told(
            ours, kind, filled(kind, ours, names_of(nobodys(ours.ids), kind), ours.starts_at)
        )


MIXED: dict[str, tuple[type[msg.Command], str, dict[str, object]]] = {
    "its own session, their pass": (msg.BookSession, "pass_id", {"method": "pass"}),
    "its own session, their teacher": (msg.ChangeSession, "staff_id", {}),
    "its own session, their room": (msg.ChangeSession, "room_id", {}),
    "their session to its own": (msg.RescheduleBooking, "from_session_id", {}),
    "its own schedule, their teacher": (msg.EditSchedule, "staff_id", {}),
    "its own schedule, their room": (msg.EditSchedule, "room_id", {}),
    "its own appointment, their staff": (msg.BookSlot, "staff_id", {}),
}


@pytest.mark.parametrize("case", MIXED)
async def test_a_command_on_ones_own_session_cannot_reach_for_what_is_another_tenants(
    case: str, ours: Business, stranger: Business, owner: asyncpg.Connection
) -> None:
    kind, foreign, more = MIXED[case]
    before = await fingerprint(owner, ours.tenant_id)
    anna = stranger.contact(1)
    own = {**stranger.ids, "customer_id": anna.customer_id, "pass_id": uuid4(), "booking_id": uuid4()}
    named = {
        name: own[name] for name in ("session_id", "schedule_id", "customer_id", "pass_id", "booking_id")
    }
    named |= {
        "service_id": stranger.ids["appointment"],
        "location_id": own["location_id"],
        "staff_id": own["staff_id"],
    }
    theirs = {**ours.ids, "from_session_id": ours.ids["session_id"]}
    if kind is msg.RescheduleBooking:
        named |= {"booking_id": ours.ids["booking_id"], "customer_id": ours.ids["customer_id"]}
    fields = filled(kind, stranger, {**named, foreign: theirs[foreign]}, ours.starts_at, **more)
    if "occurrence" in fields:
        fields["occurrence"] = datetime.combine(ours.starts_at.date(), time(12))

    outcome = await stranger.say(kind.model_validate(fields))

    assert outcome.refusal is not None, outcome
    assert outcome.refusal.code in (
        RefusalCode.NOT_FOUND, RefusalCode.INVALID, RefusalCode.NO_CREDIT, RefusalCode.PASS_NOT_VALID
    )  # fmt: skip
    assert await fingerprint(owner, ours.tenant_id) == before
