"""What does one try at a delivery do when things go wrong around it? With a provider and a table of our own making."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from services.gateway.channels import HttpAnswer, HttpCall
from services.gateway.courier import GIVE_UP_SECONDS, Courier
from services.gateway.sender import AnswerLost, NotSent
from services.gateway.store.deliveries import OpenDelivery
from shared.errors import Transient
from shared.messages.conversation import DocumentBody, MessageSent
from shared.messages.media import FileRef
from tests.unit.gateway.factories import CONVERSATION, MESSAGE, TENANT, adapter, message

ACCEPTED = HttpAnswer(200, b'{"messages":[{"id":"wamid.1"}]}')
UPLOADED = HttpAnswer(200, b'{"id":"700"}')
FILE = FileRef(bucket="b", key="k", mime="application/pdf", size=3, sha256="00")


@dataclass
class Table:
    """Notes what is stored; `away` calls fail first."""

    notes: list[tuple[object, ...]] = field(default_factory=list)
    away: int = 0
    lost_race: bool = False

    def _note(self, *note: object) -> None:
        if self.away:
            self.away -= 1
            raise ConnectionResetError
        self.notes.append(note)

    async def sending(self, row: OpenDelivery) -> bool:
        self.notes.append(("sending", row.attempts))
        return not self.lost_race

    async def again(
        self, row: OpenDelivery, after: float, reason: str | None, *, part: int | None = None
    ) -> None:
        self._note("again", after, reason, part)

    async def sent(self, row: OpenDelivery, provider_id: str | None) -> None:
        self._note("sent", provider_id)

    async def rejected(self, row: OpenDelivery, reason: str) -> None:
        self._note("rejected", reason)

    async def uploaded(self, row: OpenDelivery, media_id: str) -> None:
        self._note("uploaded", media_id)


@dataclass
class World:
    """A courier and everything around it."""

    answers: list[HttpAnswer | NotSent | AnswerLost] = field(default_factory=list)
    table: Table = field(default_factory=Table)
    calls: list[HttpCall] = field(default_factory=list)
    store_is_away: bool = False

    async def call(self, call: HttpCall, data: bytes | None = None) -> HttpAnswer | NotSent | AnswerLost:
        self.calls.append(call)
        return self.answers.pop(0)

    async def get(self, file: FileRef) -> bytes | None:
        if self.store_is_away:
            raise Transient("The object store is away.")
        return b"pdf"

    async def publish(self, subject: str, payload: bytes, *, msg_id: str) -> None:
        raise AssertionError("nothing is lost here")

    @property
    def courier(self) -> Courier:
        return Courier(adapter(), self.table, self, self, self, 20.0, lambda: 1.0)


def open_delivery(sent: MessageSent | bytes | None = None) -> OpenDelivery:
    payload = sent if isinstance(sent, bytes) else (sent or message("Hello")).encode()
    return OpenDelivery(
        TENANT, MESSAGE, CONVERSATION, "whatsapp", payload, "pending", 0, 0, None, 1.0, 0.0, 0.0
    )


DOCUMENT = message(DocumentBody(file=FILE, filename="receipt.pdf"))


async def test_sending_is_stored_before_the_call_and_the_result_after_it() -> None:
    world = World([ACCEPTED])

    assert await world.courier.attempt(open_delivery()) is None
    assert world.table.notes == [("sending", 0), ("sent", "wamid.1")]


async def test_who_loses_the_race_for_the_row_calls_nobody() -> None:
    world = World([ACCEPTED], Table(lost_race=True))

    await world.courier.attempt(open_delivery())

    assert world.calls == []


async def test_a_result_is_stored_when_the_database_is_back_and_not_sent_again() -> None:
    world = World([ACCEPTED], Table(away=2))

    await world.courier.attempt(open_delivery())

    assert world.table.notes[-1] == ("sent", "wamid.1")
    assert len(world.calls) == 1


@pytest.mark.parametrize("waited", [0.0, 19.9])
async def test_an_unclear_delivery_waits_for_its_echo(waited: float) -> None:
    world = World([ACCEPTED])
    row = replace(open_delivery(), state="sending", attempts=1, sending_for=waited)

    assert 0 < (await world.courier.attempt(row) or 0) <= 0.25
    assert (world.calls, world.table.notes) == ([], [])


async def test_an_unclear_delivery_without_an_echo_is_sent_again() -> None:
    world = World([ACCEPTED])

    await world.courier.attempt(replace(open_delivery(), state="sending", attempts=1, sending_for=20.0))

    assert world.table.notes == [("sending", 1), ("sent", "wamid.1")]


async def test_a_claim_is_sent_without_another_look_at_the_table() -> None:
    world = World([ACCEPTED])
    now = asyncio.get_running_loop().time()
    row = replace(open_delivery(), state="sending", attempts=1, claimed_at=now)

    assert await world.courier.attempt(row) is None
    assert world.table.notes == [("sent", "wamid.1")]


async def test_a_claim_that_lay_for_long_is_not_sent_before_its_echo_was_waited_for() -> None:
    world = World([ACCEPTED])
    long_ago = asyncio.get_running_loop().time() - 10.0
    row = replace(open_delivery(), state="sending", attempts=1, claimed_at=long_ago)

    assert 0 < (await world.courier.attempt(row) or 0) <= 0.25
    assert (world.calls, world.table.notes) == ([], [])


async def test_a_lost_answer_leaves_the_row_as_it_is() -> None:
    world = World([AnswerLost("ServerDisconnectedError")])

    assert (await world.courier.attempt(open_delivery()) or 0) > 0
    assert world.table.notes == [("sending", 0)]


async def test_a_request_that_was_never_sent_is_tried_again_soon() -> None:
    world = World([NotSent("ClientConnectorError")])

    assert 0 < (await world.courier.attempt(open_delivery()) or 0) <= 1
    assert world.table.notes[-1] == ("again", 0.5, "ClientConnectorError", None)


async def test_a_delivery_is_not_tried_before_its_time() -> None:
    world = World([ACCEPTED])

    assert await world.courier.attempt(replace(open_delivery(), wait=3.0)) == 3.0
    assert world.calls == []


async def test_a_delivery_of_yesterday_is_given_up() -> None:
    world = World()

    await world.courier.attempt(replace(open_delivery(), age=GIVE_UP_SECONDS + 1))

    assert world.table.notes == [("rejected", "not delivered within a day")]


async def test_a_delivery_that_cannot_be_read_is_rejected_without_quoting_it() -> None:
    world = World()

    await world.courier.attempt(open_delivery(b'{"secret": "words"}'))

    [(state, reason)] = world.table.notes
    assert state == "rejected"
    assert "words" not in str(reason)


async def test_a_document_is_uploaded_before_it_is_sent() -> None:
    world = World([UPLOADED, ACCEPTED])

    await world.courier.attempt(open_delivery(DOCUMENT))

    assert world.table.notes == [("uploaded", "700"), ("sending", 0), ("sent", "wamid.1")]


@pytest.mark.parametrize(
    "trouble", [NotSent("x"), AnswerLost("x"), HttpAnswer(503, b'{"error":{"code":2,"message":"Service"}}')]
)
async def test_an_upload_that_fails_is_repeated_without_doubt(
    trouble: HttpAnswer | NotSent | AnswerLost,
) -> None:
    world = World([trouble])

    assert (await world.courier.attempt(open_delivery(DOCUMENT)) or 0) > 0
    assert [note[0] for note in world.table.notes] == ["again"]


@pytest.mark.parametrize(
    "answer", [HttpAnswer(400, b'{"error":{"code":131053,"message":"No"}}'), HttpAnswer(200, b"{}")]
)
async def test_an_upload_that_is_refused_rejects_the_delivery(answer: HttpAnswer) -> None:
    world = World([answer])

    await world.courier.attempt(open_delivery(DOCUMENT))

    assert [note[0] for note in world.table.notes] == ["rejected"]


async def test_an_object_store_that_is_away_is_waited_for_and_the_longer_the_less_often() -> None:
    world = World(store_is_away=True)

    await world.courier.attempt(open_delivery(DOCUMENT))
    await world.courier.attempt(replace(open_delivery(DOCUMENT), age=3600.0))

    assert [note[1] for note in world.table.notes] == [0.5, 60.0]
