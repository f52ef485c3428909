"""What does one try at a delivery do when things go wrong around it? With a provider and a table of our own making."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

import pytest

from services.gateway.channels import Capabilities, Channel, HttpAnswer, HttpCall
from services.gateway.channels.echo import Echo
from services.gateway.courier import GIVE_UP_SECONDS, NO_ECHO_SECONDS, Courier
from services.gateway.domain.account import ChannelAccount
from services.gateway.ports import Begun
from services.gateway.sender import AnswerLost, NotSent
from services.gateway.store.deliveries import Conversation, Follower, OpenDelivery
from shared.errors import Transient
from shared.messages.conversation import (
    ChannelAddress,
    Choice,
    DocumentBody,
    MessageSent,
    PageBody,
    TemplateBody,
)
from shared.messages.media import FileRef
from tests.unit.gateway.factories import CONVERSATION, MESSAGE, TENANT, adapter, message

ACCEPTED = HttpAnswer(200, b'{"messages":[{"id":"wamid.1"}]}')
UPLOADED = HttpAnswer(200, b'{"id":"700"}')
FILE = FileRef(bucket="b", key="k", mime="application/pdf", size=3, sha256="00")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
REMINDER: dict[str, object] = {"*": {"name": "hello", "language": "en", "parameters": ["text"]}}


def refused(code: int, status: int = 400) -> HttpAnswer:
    return HttpAnswer(status, f'{{"error":{{"code":{code},"message":"(#{code}) No"}}}}'.encode())


@dataclass
class Table:
    """Notes what is stored; `away` calls fail first."""

    notes: list[tuple[object, ...]] = field(default_factory=list)
    away: int = 0
    lost_race: bool = False
    behind: list[Follower] = field(default_factory=list)
    payloads: dict[UUID, bytes] = field(default_factory=dict)
    now: OpenDelivery | None = None

    def _note(self, *note: object) -> None:
        if self.away:
            self.away -= 1
            raise ConnectionResetError
        self.notes.append(note)

    async def next_open(self, conversation: Conversation) -> OpenDelivery | None:
        return self.now

    async def followers(self, row: OpenDelivery) -> list[Follower]:
        return self.behind

    async def payload_of(self, row: OpenDelivery, message_id: UUID) -> bytes | None:
        return self.payloads.get(message_id)

    async def sending(self, row: OpenDelivery) -> bool:
        self.notes.append(("sending", row.attempts))
        return not self.lost_race

    async def again(
        self, row: OpenDelivery, after: float, reason: str | None, *, part: int | None = None
    ) -> None:
        self._note("again", after, reason, part)

    async def held(self, row: OpenDelivery, after: float, reason: str) -> None:
        self._note("held", after, reason)

    async def replaced(self, row: OpenDelivery, payload: bytes, reason: str | None) -> bool:
        self._note("replaced", MessageSent.decode(payload).body, reason)
        return True

    async def merged(self, row: OpenDelivery, payload: bytes, followers: Sequence[UUID]) -> bool:
        self._note("merged", list(followers))
        return not self.lost_race

    async def followed(self, row: OpenDelivery) -> None:
        self._note("followed")

    async def sent(self, row: OpenDelivery, provider_id: str | None) -> None:
        self._note("sent", provider_id)

    async def rejected(self, row: OpenDelivery, reason: str) -> None:
        self._note("rejected", reason)

    async def opted_out(
        self,
        tenant_id: UUID,
        to: ChannelAddress,
        customer_id: UUID | None,
        scope: Literal["all", "marketing"],
    ) -> None:
        self._note("opted out", to.user_id, scope)

    async def uploaded(self, row: OpenDelivery, media_id: str) -> None:
        self._note("uploaded", media_id)


@dataclass
class World:
    """A courier and everything around it."""

    answers: list[HttpAnswer | NotSent | AnswerLost] = field(default_factory=list)
    table: Table = field(default_factory=Table)
    calls: list[HttpCall] = field(default_factory=list)
    store_is_away: bool = False
    templates: dict[str, object] = field(default_factory=lambda: dict[str, object]())
    paused: list[tuple[float, str]] = field(default_factory=list)
    in_line: asyncio.Event | None = None
    turns: int = 0
    turns_over: int = 0

    async def call(self, call: HttpCall, data: bytes | None = None) -> HttpAnswer | NotSent | AnswerLost:
        self.calls.append(call)
        return self.answers.pop(0)

    async def get(self, file: FileRef) -> bytes | None:
        if self.store_is_away:
            raise Transient("The object store is away.")
        return b"pdf"

    async def publish(self, subject: str, payload: bytes, *, msg_id: str) -> None:
        raise AssertionError("nothing is lost here")

    def account(self, channel: str, account_id: str) -> ChannelAccount | None:
        secrets = {"access_token": ("t",), "token": ("t",)}
        settings: dict[str, object] = {"url": "http://other.example", "templates": self.templates}
        return ChannelAccount(TENANT, channel, account_id, secrets=secrets, settings=settings)

    async def look_up_account(self, channel: str, account_id: str) -> ChannelAccount | None:
        return self.account(channel, account_id)

    async def turn(self, account: ChannelAccount, capabilities: Capabilities, user_id: str) -> Begun:
        self.turns += 1
        if self.in_line:
            await self.in_line.wait()
        return self.begun

    def begun(self) -> None:
        self.turns_over += 1

    def room(self, account: ChannelAccount, capabilities: Capabilities) -> int:
        return 1

    def left(self, channel: str, account_id: str) -> float:
        return self.paused[-1][0] if self.paused else 0.0

    async def over(self, channel: str, account_id: str, within: float) -> None:
        return

    async def pause(self, account: ChannelAccount, after: float, reason: str) -> None:
        self.paused.append((after, reason))

    @property
    def courier(self) -> Courier:
        channels: dict[str, Channel] = {"whatsapp": adapter(), "echo": Echo()}
        return Courier(channels, self, self.table, self, self, self, 20.0, lambda: 1.0, self, self)


def open_delivery(sent: MessageSent | bytes | None = None) -> OpenDelivery:
    """A row whose person wrote an hour ago."""
    payload = sent if isinstance(sent, bytes) else (sent or message("Hello")).encode()
    row = OpenDelivery(
        TENANT, MESSAGE, CONVERSATION, "whatsapp", payload, "pending", 0, 0, None, 1.0, 0.0, 0.0
    )
    return replace(row, last_inbound_at=NOW - timedelta(hours=1), read_at=NOW)


def long_ago(sent: MessageSent | None = None) -> OpenDelivery:
    """A row whose person wrote the day before yesterday."""
    return replace(open_delivery(sent), last_inbound_at=NOW - timedelta(hours=48))


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


# --- whose turn it is -----------------------------------------------------------------------------------


async def test_who_waits_for_a_turn_has_not_tried_and_may_be_cancelled() -> None:
    world = World([ACCEPTED], in_line=asyncio.Event())
    said: list[bool] = []
    trying = asyncio.create_task(world.courier.attempt(open_delivery(), said.append))
    while not world.turns:
        await asyncio.sleep(0)

    assert (world.table.notes, said) == ([], [False])
    trying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trying
    assert (world.table.notes, world.calls) == ([], [])


async def test_a_claim_that_is_cancelled_while_it_waits_is_put_back() -> None:
    world = World([ACCEPTED], in_line=asyncio.Event())
    now = asyncio.get_running_loop().time()
    row = replace(open_delivery(), state="sending", attempts=1, claimed_at=now)
    trying = asyncio.create_task(world.courier.attempt(row))
    while not world.turns:
        await asyncio.sleep(0)

    trying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trying

    assert (world.table.notes, world.calls) == ([("again", 0, None, None)], [])


async def test_a_paused_account_sends_nothing_and_a_claim_is_put_back() -> None:
    world = World([ACCEPTED], paused=[(60.0, "spam")])
    now = asyncio.get_running_loop().time()

    assert await world.courier.attempt(open_delivery()) == 0
    assert (
        await world.courier.attempt(replace(open_delivery(), state="sending", attempts=1, claimed_at=now))
        == 0
    )

    assert (world.calls, world.turns) == ([], 0)
    assert world.table.notes == [("again", 0, "the account is paused", None)]


async def test_a_word_against_the_account_pauses_all_of_it_and_the_message_waits() -> None:
    world = World([refused(131048)])

    assert await world.courier.attempt(open_delivery()) == 0

    assert world.paused == [(3600.0, "131048 No")]
    assert world.table.notes[-1] == ("again", 0.0, "the account is paused: 131048 No", None)


# --- the window -----------------------------------------------------------------------------------------


async def test_outside_the_window_a_message_without_a_template_is_held_and_calls_nobody() -> None:
    world = World()

    assert await world.courier.attempt(long_ago()) is None

    assert (world.calls, world.table.notes) == ([], [("held", 15.0, "held: no template for reply")])


async def test_outside_the_window_the_template_for_the_purpose_goes_out() -> None:
    world = World(templates=REMINDER)

    assert await world.courier.attempt(long_ago()) == 0

    hello = TemplateBody(template="hello", language="en", parameters=("Hello",), text="Hello")
    assert world.table.notes == [("replaced", hello, None)]


async def test_a_template_needs_no_window() -> None:
    world = World([ACCEPTED])
    body = TemplateBody(template="hello", language="en", text="Hello")

    await world.courier.attempt(long_ago(message(body)))

    assert world.table.notes[-1] == ("sent", "wamid.1")


@pytest.mark.parametrize(
    ("templates", "note"),
    [
        ({}, ("held", 15.0, "held: no template for reply (131047 No)")),
        (
            REMINDER,
            ("replaced", TemplateBody(template="hello", language="en", parameters=("Hello",), text="Hello"),
             "131047 No"),
        ),
    ],
)  # fmt: skip
async def test_a_provider_that_knows_better_about_the_window_is_believed(
    templates: dict[str, object], note: tuple[object, ...]
) -> None:
    world = World([refused(131047)], templates=templates)

    await world.courier.attempt(open_delivery())

    assert world.table.notes == [("sending", 0), note]


async def test_wrong_templates_hold_the_message_and_say_what_is_wrong() -> None:
    world = World(templates={"*": {"name": ""}})

    await world.courier.attempt(long_ago())

    [(state, _, reason)] = world.table.notes
    assert state == "held"
    assert "templates is wrong at *.name" in str(reason)


# --- consent --------------------------------------------------------------------------------------------


async def test_who_opted_out_gets_nothing() -> None:
    world = World()

    await world.courier.attempt(replace(open_delivery(), forbidden="opted out on twilio_sms at noon"))

    assert (world.calls, world.table.notes) == ([], [("rejected", "opted out on twilio_sms at noon")])


async def test_a_provider_that_says_so_is_remembered() -> None:
    world = World([refused(131050)])

    await world.courier.attempt(open_delivery())

    assert world.table.notes[1:] == [
        ("opted out", "351910000001", "marketing"),
        ("rejected", "131050 No"),
    ]


# --- pages and several in one ---------------------------------------------------------------------------


async def test_the_rest_of_a_list_is_shown_from_the_message_that_had_it() -> None:
    world, original = World([ACCEPTED]), uuid4()
    choices = tuple(Choice(choice_id=f"c{n}", title=f"Choice {n}") for n in range(12))
    world.table.payloads[original] = message("We have room.\nWhen?", choices=choices).encode()

    await world.courier.attempt(open_delivery(message(PageBody(of=original, offset=9))))

    [call] = world.calls
    assert call.json is not None
    shown = str(call.json["interactive"])
    assert "'text': 'When?'" in shown
    assert [f"Choice {n}" in shown for n in (8, 9, 10, 11)] == [False, True, True, True]


async def test_a_page_of_nothing_is_rejected() -> None:
    world = World()

    await world.courier.attempt(open_delivery(message(PageBody(of=uuid4(), offset=9))))

    assert [note[0] for note in world.table.notes] == ["rejected"]


def follower(text: str, *, untouched: bool = True, reply_to: str = "wamid.q") -> Follower:
    return Follower(uuid4(), message(text, reply_to=reply_to).encode(), untouched)


async def test_what_answers_the_same_message_goes_out_as_one_where_each_request_costs() -> None:
    same, tried, other = follower("two"), follower("three", untouched=False), follower("four")
    world = World([ACCEPTED], Table(behind=[same, tried, other]))
    row = replace(open_delivery(message("one", reply_to="wamid.q")), has_followers=True)

    await world.courier.attempt(row)

    assert world.table.notes == [("merged", [same.id]), ("sending", 0), ("sent", "wamid.1")]
    assert world.calls[0].json is not None
    assert world.calls[0].json["text"] == {"body": "one\n\ntwo", "preview_url": False}


async def test_what_was_tried_before_is_sent_as_it_was() -> None:
    world = World([ACCEPTED], Table(behind=[follower("two")]))
    row = replace(open_delivery(message("one", reply_to="wamid.q")), has_followers=True, attempts=1)

    await world.courier.attempt(row)

    assert world.table.notes == [("sending", 1), ("sent", "wamid.1")]


async def test_what_went_out_with_another_one_follows_it() -> None:
    world = World()

    assert await world.courier.attempt(replace(open_delivery(), merged_into=uuid4())) is None

    assert world.table.notes == [("followed",)]


# --- providers that tell nothing by themselves ----------------------------------------------------------


@pytest.mark.parametrize(("waited", "calls"), [(NO_ECHO_SECONDS - 0.1, 0), (NO_ECHO_SECONDS, 1)])
async def test_a_lost_answer_of_a_provider_without_echo_is_tried_again_soon(
    waited: float, calls: int
) -> None:
    world = World([HttpAnswer(200, b"{}")])
    sent = message("Hello")
    sent = sent.model_copy(update={"to": sent.to.model_copy(update={"channel": "echo"})})
    row = replace(open_delivery(sent), channel="echo", state="sending", attempts=1, sending_for=waited)

    await world.courier.attempt(row)

    assert len(world.calls) == calls


@pytest.mark.parametrize("table", [Table(), Table(lost_race=True)])
async def test_every_turn_is_said_to_be_over_once(table: Table) -> None:
    world = World([ACCEPTED], table)

    await world.courier.attempt(open_delivery())

    assert (world.turns, world.turns_over) == (1, 1)
