"""What does an instance remember between batches, and what does its mailbox do when more comes than it can write?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import cast
from uuid import UUID

from nats.aio.msg import Msg

from services.booking.cache import Recent, States
from services.booking.domain.reference import reference_of
from services.booking.mailbox import Mailbox, Unreadable, Waiting, read_command
from shared import subjects
from shared.actors.delivery import Delivery
from shared.bus import Bus
from shared.messages.booking import BookSession
from tests.unit.booking.builders import TENANT, after, book, session


class Stored:
    """A message as JetStream delivers it."""

    def __init__(self, subject: str, data: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.subject = subject
        self.data = data
        self.headers = dict(headers or {})


def delivery(command: BookSession, partition: int = 3, *, subject: str = "", data: bytes = b"") -> Delivery:
    published = subject or subjects.command("booking", command.tenant_id, command.session_id, command.name)
    kind, rest = published.split(".", 1)
    stored = Stored(f"{kind}.{partition}.{rest}", data or command.encode())
    return Delivery(cast(Bus, None), cast(Msg, stored), partition)


def key(n: int) -> tuple[UUID, UUID]:
    return (TENANT, UUID(int=n))


def test_the_states_used_least_recently_are_forgotten_first() -> None:
    states = States(limit=2)
    states.keep(key(1), session(), 0)
    states.keep(key(2), session(), 0)
    states.get(key(1))
    states.keep(key(3), session(), 0)
    assert [states.get(key(n)) is not None for n in (1, 2, 3)] == [True, False, True]


def test_a_session_with_many_bookings_weighs_more() -> None:
    states = States(limit=4)
    states.keep(key(1), session(), 0)
    full = after(session(), *(book(n) for n in range(4)))
    states.keep(key(2), full, 0)
    assert states.get(key(1)) is None
    assert states.get(key(2)) is full  # the newest stays even when it alone is over the limit


def test_a_partition_that_moves_takes_its_states_along() -> None:
    states = States()
    states.keep(key(1), session(), 4)
    states.keep(key(2), session(), 5)
    states.drop_partition(4)
    assert (states.get(key(1)), states.get(key(2)) is not None) == (None, True)


def test_recent_things_are_bounded() -> None:
    recent: Recent[int, str] = Recent(2)
    recent.keep({1: "a", 2: "b", 3: "c"})
    assert [recent.get(n) for n in (1, 2, 3)] == [None, "b", "c"]


def test_a_command_is_read_from_its_delivery() -> None:
    command = book(1)
    read = read_command(delivery(command))
    assert isinstance(read, Waiting)
    assert read.command == command


def test_what_cannot_be_read_is_kept_apart_with_a_reason() -> None:
    elsewhere = subjects.command("booking", TENANT, UUID(int=9), "book_session")
    other_tenant = subjects.command("booking", UUID(int=9), book(1).session_id, "book_session")
    unknown = subjects.command("booking", TENANT, book(1).session_id, "juggle")
    assert isinstance(read_command(delivery(book(1), data=b"{")), Unreadable)
    assert isinstance(read_command(delivery(book(1), subject=elsewhere)), Unreadable)
    assert isinstance(read_command(delivery(book(1), subject=other_tenant)), Unreadable)
    assert isinstance(read_command(delivery(book(1), subject=unknown)), Unreadable)


async def test_the_mailbox_gives_what_waits_up_to_the_limit_in_order() -> None:
    mailbox = Mailbox(limit=2)
    for n in range(3):
        await mailbox.put(3, [delivery(book(n))])
    first = await mailbox.take()
    mailbox.over(first)
    second = await mailbox.take()
    assert [w.command for w in (*first, *second) if isinstance(w, Waiting)] == [book(0), book(1), book(2)]
    assert len(first) == 2


async def test_who_fills_the_mailbox_waits_until_there_is_room() -> None:
    mailbox = Mailbox(limit=1)
    putting = asyncio.ensure_future(mailbox.put(3, [delivery(book(1)), delivery(book(2))]))
    done, _ = await asyncio.wait({putting}, timeout=0.05)
    assert not done
    await mailbox.take()
    await putting


async def test_a_closed_partition_leaves_nothing_behind_and_frees_who_waits() -> None:
    mailbox = Mailbox(limit=1)
    putting = asyncio.ensure_future(mailbox.put(3, [delivery(book(1)), delivery(book(2))]))
    await mailbox.put(4, [])
    mailbox.close(3)
    await putting
    await mailbox.put(3, [delivery(book(5))])
    await mailbox.put(4, [delivery(book(4), 4)])
    (left,) = await mailbox.take()
    assert isinstance(left, Waiting)
    assert left.command == book(4)


def test_a_reference_has_six_characters_that_cannot_be_misread() -> None:
    references = {
        reference_of(UUID(int=n * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128)) for n in range(2000)
    }
    assert all(len(r) == 6 and not set(r) & set("01OIL") for r in references)
    assert len(references) == 2000
