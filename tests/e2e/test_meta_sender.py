"""Is the sender of the gateway's kill test a hard one? It repeats, regroups, comes again, and forgets nothing."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.e2e.hearing import overtaken
from tests.e2e.meta_load import MOST_UPDATES, Update, encode, make_load
from tests.e2e.meta_sender import Fate, MetaSender
from tests.integration.gateway import bodies
from usher.embedded.ports import choose

ACCOUNTS = ("100", "200")
SECRET = "a-secret"
NOW = 1_800_000_000


@pytest.fixture(autouse=True)
def audited() -> None:
    """There is no Usher here to audit."""


def updates_of(raw: bytes) -> list[str]:
    """The keys of what a body holds, in its order."""
    return [
        f"{item['id']}:{item['status']}" if "status" in item else str(item["id"])
        for entry in json.loads(raw)["entry"]
        for change in entry["changes"]
        for kind in ("messages", "statuses")
        for item in change["value"].get(kind, ())
    ]


Answer = Callable[[int, web.Request], Awaitable[web.StreamResponse]]


async def delivered(
    answer: Answer, webhooks: int = 120, *, seed: int = 1
) -> tuple[MetaSender, list[list[str]]]:
    """Everything sent to a server that answers its n-th request so; what stood in the bodies it accepted."""
    accepted: list[list[str]] = []
    load = make_load(random.Random(seed), webhooks, ACCOUNTS, NOW)

    async def handle(request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        assert request.headers["X-Hub-Signature-256"] == bodies.signature(raw, SECRET)
        answered = await answer(next(numbers), request)
        if answered.status == 200:
            accepted.append(updates_of(raw))
        return answered

    numbers: Iterator[int] = iter(range(10**6))
    app = web.Application()
    app.router.add_post("/", handle)
    async with TestServer(app) as server:
        sender = MetaSender([str(server.make_url("/"))], SECRET, random.Random(seed), per_second=5_000)
        await sender.deliver(load)
    return sender, accepted


async def always(_number: int, _request: web.Request) -> web.StreamResponse:
    return web.Response()


async def every_few(number: int, request: web.Request) -> web.StreamResponse:
    if number % 6 == 1:
        return web.Response(status=503)
    if number % 6 == 2 and request.transport is not None:
        request.transport.abort()
    return web.Response()


def test_a_seed_makes_the_same_load_and_every_update_of_it_is_another_one() -> None:
    load = make_load(random.Random(7), 500, ACCOUNTS, NOW)
    keys = [update.key for updates in load for update in updates]
    assert load == make_load(random.Random(7), 500, ACCOUNTS, NOW)
    assert load != make_load(random.Random(8), 500, ACCOUNTS, NOW)
    assert len(keys) == len(set(keys))
    assert {update.kind for updates in load for update in updates} == {"message", "status"}
    assert 10 < max(map(len, load)) <= MOST_UPDATES


@pytest.mark.parametrize("seed", range(6))
def test_a_body_keeps_the_order_of_its_messages_in_any_grouping(seed: int) -> None:
    rng = random.Random(seed)
    updates = [update for found in make_load(rng, 30, ACCOUNTS, NOW) for update in found]
    raw = encode(updates, rng)
    sent = [update.key for update in updates]
    assert sorted(updates_of(raw)) == sorted(sent)
    messages = [update.key for update in updates if update.kind == "message"]
    assert [key for key in updates_of(raw) if key in messages] == messages
    assert raw.isascii()


async def test_what_is_accepted_is_repeated_now_and_then_as_it_was_and_in_other_groups() -> None:
    sender, accepted = await delivered(always, 400)
    times = Counter(key for keys in accepted for key in keys)
    assert set(times) == {update.key for update in sender.fates}
    assert max(times.values()) > 1
    assert sender.tally.repeats > 0
    assert len({tuple(keys) for keys in accepted}) < len(accepted), "nothing came again as it was"
    assert sender.tally.failed == 0
    assert all(fate.at_first_try for fate in sender.fates.values())


async def test_what_gets_no_200_comes_again_until_it_does_at_times_in_other_groups() -> None:
    sender, accepted = await delivered(every_few)
    assert {key for keys in accepted for key in keys} == {update.key for update in sender.fates}
    assert sender.unanswered == []
    assert sender.progress == 1.0
    assert sender.tally.answers[503] > 0
    assert sender.tally.cut > 0
    assert sender.tally.regrouped > 0
    assert {fate.at_first_try for fate in sender.fates.values()} == {True, False}


async def test_where_nobody_listens_it_goes_on_with_the_next_address() -> None:
    received: list[int] = []

    async def handle(request: web.Request) -> web.Response:
        received.append(len(updates_of(await request.read())))
        return web.Response()

    app = web.Application()
    app.router.add_post("/", handle)
    load = make_load(random.Random(3), 20, ACCOUNTS, NOW)
    async with TestServer(app) as server:
        urls = [f"http://127.0.0.1:{choose()}/", str(server.make_url("/"))]
        sender = MetaSender(urls, SECRET, random.Random(3), per_second=5_000)
        await sender.deliver(load)
    assert sender.tally.refused > 0
    assert sum(received) >= sum(map(len, load))
    assert sender.unanswered == []


def fate(begun: float, accepted: float, place: tuple[int, int] = (0, 0), *, first: bool = True) -> Fate:
    return Fate(1, begun, accepted, place, first)


@pytest.mark.parametrize(
    ("heard", "wrong"),
    [
        (["a", "b", "c"], []),
        (["b", "a", "c"], [("b", "a")]),
        (["c", "a", "b"], [("c", "a")]),
        (["a", "x", "b", "c"], []),  # x is posted while b is: either may be first
        (["a", "b", "x", "c"], []),
        (["late", "a", "b", "c"], []),  # only what was accepted at its first try counts
        (["a", "c", "b"], [("c", "b")]),
    ],
)
def test_messages_are_overtaken_when_a_later_one_is_heard_before(
    heard: list[str], wrong: list[tuple[str, str]]
) -> None:
    fates = {
        "a": fate(0.0, 1.0, (1, 0)),
        "b": fate(2.0, 3.0, (2, 0)),
        "x": fate(2.5, 3.5, (3, 0)),
        "c": fate(4.0, 5.0, (4, 0)),
        "late": fate(4.5, 9.0, (5, 0), first=False),
    }
    assert overtaken(heard, fates) == wrong


def test_messages_of_one_webhook_are_overtaken_when_they_are_heard_in_another_order() -> None:
    fates = {key: fate(0.0, 1.0, (1, n)) for n, key in enumerate("abc")}
    assert overtaken(["a", "b", "c"], fates) == []
    assert overtaken(["b", "c", "a"], fates) == [("c", "a"), ("b", "a")]


def test_an_update_is_known_by_its_key_whatever_its_body() -> None:
    one = Update("message", "wamid.1", "100", "351", {"a": 1})
    assert one == Update("message", "wamid.1", "100", "351", {})
    assert len({one, Update("message", "wamid.1", "100", "351", {})}) == 1
