"""How do many webhooks share one commit? The writer with stores that refuse, hang and come back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest

from services.gateway.inbound import InboxRow
from services.gateway.inbox import InboxWriter
from services.gateway.raw import RawBody
from shared.errors import Poison, Transient
from tests.unit.gateway.factories import TENANT

MANY = 32


class Store:
    """Keeps rows; `poison` are refused for good, `hurdles` happen to the next calls."""

    def __init__(self) -> None:
        self.commits: list[list[UUID]] = []
        self.known: set[UUID] = set()
        self.poison: set[UUID] = set()
        self.hurdles: list[Callable[[], object]] = []
        self.raws: list[RawBody] = []

    async def add(self, rows: Sequence[InboxRow], raws: Sequence[RawBody]) -> Mapping[UUID, InboxRow]:
        if self.hurdles:
            hurdle = self.hurdles.pop(0)()
            if isinstance(hurdle, asyncio.Event):
                await hurdle.wait()
        ids = [row.id for row in rows]
        if self.poison & set(ids):
            raise ValueError("no such thing can be stored")
        new = {row.id: row for row in rows if row.id not in self.known}
        self.known |= new.keys()
        self.commits.append(ids)
        self.raws += raws
        return new


class Seen:
    def __init__(self) -> None:
        self.digests: set[bytes] = set()

    async def known(self, digests: Sequence[bytes]) -> list[bool]:
        return [digest in self.digests for digest in digests]

    def remember(self, digests: Sequence[bytes]) -> None:
        self.digests |= set(digests)


def away() -> None:
    raise ConnectionRefusedError("no server")


def row(row_id: UUID | None = None, conversation: UUID | None = None) -> InboxRow:
    return InboxRow(
        TENANT,
        row_id or uuid4(),
        "message",
        "whatsapp",
        "111",
        "wamid",
        b"{}",
        b"{}",
        "subject",
        conversation or uuid4(),
    )


class Setup:
    def __init__(self, patience: float = 5.0) -> None:
        self.store = Store()
        self.seen = Seen()
        self.new: list[UUID] = []
        self.writer = InboxWriter(
            self.store, self.seen, lambda rows: self.new.extend(r.id for r in rows), patience=patience
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[InboxWriter]:
        task = asyncio.create_task(self.writer.run())
        yield self.writer
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_requests_that_wait_together_are_stored_together() -> None:
    setup = Setup()
    rows = [row() for _ in range(50)]
    async with setup.running() as writer:
        await asyncio.gather(*(writer.write([one], one.id.bytes) for one in rows))

    assert sum(map(len, setup.store.commits)) == 50
    assert len(setup.store.commits) <= 3
    assert setup.new == [one.id for one in rows]


async def test_only_new_rows_are_handed_on_and_each_once() -> None:
    setup = Setup()
    first, second = row(), row()
    async with setup.running() as writer:
        await writer.write([first], b"a")
        await writer.write([first, second, second], b"b")

    assert setup.new == [first.id, second.id]


async def test_once_there_are_repeats_a_body_known_to_be_stored_does_not_reach_the_store() -> None:
    setup = Setup()
    one = row()
    async with setup.running() as writer:
        for _ in range(5):
            await writer.write([one], b"same")

    assert setup.store.commits == [[one.id]] * 2


async def test_a_short_absence_of_the_database_does_not_show() -> None:
    setup = Setup()
    setup.store.hurdles = [away, away]
    one = row()
    async with setup.running() as writer:
        await writer.write([one], b"a")

    assert setup.new == [one.id]


async def test_a_long_absence_is_told_in_time_and_nothing_is_remembered() -> None:
    setup = Setup(patience=0.3)
    setup.store.hurdles = [away] * 100
    async with setup.running() as writer:
        with pytest.raises(Transient):
            await writer.write([row()], b"a")

    assert setup.new == []
    assert setup.seen.digests == set()


async def test_a_database_that_hangs_is_left_hanging_and_others_are_served() -> None:
    setup = Setup(patience=0.3)
    stuck = asyncio.Event()
    setup.store.hurdles = [lambda: stuck]
    later = row()
    async with setup.running() as writer:
        with pytest.raises(Transient):
            await writer.write([row()], b"a")
        await writer.write([later], b"b")

    assert setup.new == [later.id]


async def test_rows_that_can_never_be_stored_cost_only_their_own_request() -> None:
    setup = Setup()
    bad, good, fine = row(), row(), row()
    setup.store.poison = {bad.id}
    gate = asyncio.Event()
    setup.store.hurdles = [lambda: gate, lambda: gate]
    async with setup.running() as writer:
        blockers = [asyncio.create_task(writer.write([row()], bytes([n]))) for n in range(2)]
        await asyncio.sleep(0)
        answers = asyncio.gather(
            *(writer.write([one], one.id.bytes) for one in (good, bad, fine)), return_exceptions=True
        )
        await asyncio.sleep(0)
        gate.set()
        results = await answers
        await asyncio.gather(*blockers)

    assert [type(result) for result in results] == [type(None), Poison, type(None)]
    assert {good.id, fine.id} <= set(setup.new)
    assert bad.id not in setup.new


async def test_a_message_takes_along_the_statuses_that_wait_for_company() -> None:
    setup = Setup()
    statuses = [row()._replace(kind="status", subject=None) for _ in range(3)]
    message = row()
    async with setup.running() as writer:
        waiting = [asyncio.create_task(writer.write([one], one.id.bytes)) for one in statuses]
        await asyncio.sleep(0)
        await writer.write([message], b"m")
        await asyncio.gather(*waiting)

    assert setup.store.commits == [[*(one.id for one in statuses), message.id]]


async def test_statuses_without_company_are_stored_all_the_same() -> None:
    setup = Setup()
    status = row()._replace(kind="status", subject=None)
    async with setup.running() as writer:
        await writer.write([status], b"s")

    assert setup.store.commits == [[status.id]]


async def test_a_body_is_stored_with_the_rows_of_its_request_and_without_any_too() -> None:
    setup = Setup()
    body = RawBody(uuid4(), "whatsapp", None, "", "", b"sealed")
    other = RawBody(uuid4(), "whatsapp", None, "", "", b"sealed")
    async with setup.running() as writer:
        await asyncio.gather(writer.write([row()], b"a", body), writer.write([], b"b", other))

    assert setup.store.raws == [body, other]


async def test_what_comes_while_one_transaction_is_under_way_shares_the_next() -> None:
    setup = Setup()
    gate = asyncio.Event()
    setup.store.hurdles = [lambda: gate]
    first, others = row(), [row() for _ in range(MANY)]
    async with setup.running() as writer:
        writing = [asyncio.create_task(writer.write([first], b"a"))]
        while setup.store.hurdles:
            await asyncio.sleep(0)
        for one in others:
            writing.append(asyncio.create_task(writer.write([one], one.id.bytes)))
            await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(*writing)

    assert setup.store.commits == [[first.id], [one.id for one in others]]


async def begun(writer: InboxWriter, rows: Sequence[InboxRow]) -> list[asyncio.Task[None]]:
    """Requests of one row each, which wait to be stored in this order."""
    writing = []
    for one in rows:
        writing.append(asyncio.create_task(writer.write([one], one.id.bytes)))
        await asyncio.sleep(0)
    return writing


async def test_what_is_of_one_conversation_is_stored_in_the_order_in_which_it_came() -> None:
    setup = Setup(patience=60.0)
    gate = asyncio.Event()
    setup.store.hurdles = [lambda: gate]
    ana, bruno = uuid4(), uuid4()
    first, both = row(conversation=ana), [row(conversation=ana), row(conversation=bruno)]
    brunos, others = row(conversation=bruno), [row() for _ in range(MANY)]
    async with setup.running() as writer:
        writing = await begun(writer, [first])
        while setup.store.hurdles:
            await asyncio.sleep(0)
        writing.append(asyncio.create_task(writer.write(both, b"both")))
        await asyncio.sleep(0)
        writing += await begun(writer, [brunos])
        await asyncio.gather(*await begun(writer, others))
        assert setup.new == [one.id for one in others]  # what is of neither goes by
        gate.set()
        await asyncio.gather(*writing)

    assert setup.new[MANY:] == [first.id, *(one.id for one in both), brunos.id]


async def test_a_flood_in_one_conversation_is_stored_in_its_order_whatever_is_under_way() -> None:
    setup = Setup(patience=60.0)
    gate = asyncio.Event()
    setup.store.hurdles = [lambda: gate]
    ana = uuid4()
    rows = [row(conversation=ana) for _ in range(2 * MANY)]
    async with setup.running() as writer:
        writing = await begun(writer, rows)
        gate.set()
        await asyncio.gather(*writing)

    assert setup.new == [one.id for one in rows]


async def test_a_transaction_that_takes_long_does_not_hold_up_what_comes_after_it() -> None:
    setup = Setup(patience=60.0)
    stuck = asyncio.Event()
    setup.store.hurdles = [lambda: stuck]
    first, others = row(), [row() for _ in range(3)]
    async with setup.running() as writer:
        writing = asyncio.create_task(writer.write([first], b"a"))
        while setup.store.hurdles:
            await asyncio.sleep(0)
        for one in others:
            await writer.write([one], one.id.bytes)
        assert setup.new == [one.id for one in others]
        stuck.set()
        await writing

    assert setup.new == [*(one.id for one in others), first.id]


async def test_a_database_that_hangs_while_requests_are_stored_one_by_one_leaves_nobody_without_an_answer() -> (
    None
):
    setup = Setup(patience=0.3)
    bad, stuck = row(), asyncio.Event()
    setup.store.poison = {bad.id}
    gate = asyncio.Event()
    setup.store.hurdles = [lambda: gate, lambda: None, lambda: stuck]
    async with setup.running() as writer:
        blocker = asyncio.create_task(writer.write([row()], b"a"))
        while len(setup.store.hurdles) == 3:
            await asyncio.sleep(0)
        answers = asyncio.gather(
            *(writer.write([one], one.id.bytes) for one in (row(), bad, row())), return_exceptions=True
        )
        await asyncio.sleep(0)
        gate.set()
        results = await answers
        await blocker

    assert all(isinstance(result, Transient | Poison) for result in results)
