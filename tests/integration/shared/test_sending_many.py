"""Many messages written at once are those that would have been sent one by one, on the real NATS."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from nats.aio.msg import Msg

from shared.bus import Bus
from shared.errors import Transient
from shared.settings import Settings


@pytest.fixture
async def bus(settings: Settings) -> AsyncIterator[Bus]:
    assert settings.nats_url
    connected = await Bus.connect(settings.nats_url, f"probe{uuid4().hex[:8]}")
    yield connected
    await connected.close()


async def heard(bus: Bus, subject: str) -> list[Msg]:
    found: list[Msg] = []

    async def hear(msg: Msg) -> None:
        found.append(msg)

    await bus.nc.subscribe(subject, cb=hear)
    await bus.nc.flush()
    return found


async def test_many_messages_arrive_in_their_order_with_their_headers_and_bytes(bus: Bus) -> None:
    subject = f"probe.{uuid4().hex}"
    found = await heard(bus, subject)
    payloads = [b"", b"\r\n", b"PUB x 1\r\n", "à".encode(), bytes(range(256))]

    ids = [UUID(int=n) for n in range(len(payloads))]
    own = [{"Nats-Msg-Id": f"{one}:7", "Usher-Id": str(one)} for one in ids]

    await bus.send_all(
        ((subject, payload, one) for payload, one in zip(payloads, ids, strict=True)),
        {"Usher-From": "a test"},
        7,
    )
    await bus.send(subject, b"last", {"Usher-Id": "5"})
    await bus.nc.flush()
    await bus.nc.drain()

    assert [msg.data for msg in found] == [*payloads, b"last"]
    assert [msg.headers for msg in found] == [
        *({"Usher-From": "a test", **each} for each in own),
        {"Usher-Id": "5"},
    ]


@pytest.mark.parametrize("bad", ["with space", "with\r\nPUB", ""])
async def test_a_subject_that_is_none_is_refused_and_what_came_before_it_is_sent(bus: Bus, bad: str) -> None:
    subject = f"probe.{uuid4().hex}"
    found = await heard(bus, subject)

    with pytest.raises(Transient):
        await bus.send_all([(subject, b"1", uuid4()), (bad, b"2", uuid4()), (subject, b"3", uuid4())], {})
    await bus.nc.drain()

    assert [msg.data for msg in found] == [b"1"]
