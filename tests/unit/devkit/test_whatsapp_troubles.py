"""Every way in which sends and webhooks go wrong on request, and the record that proves what happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest

from devkit.whatsapp.config import META_GIVES_UP_SECONDS
from tests.unit.devkit.conftest import JOAO, MARIA, STUDIO, Emulator, Start, config

HI: Any = {"type": "text", "text": {"body": "hi"}}


async def sends(emulator: Emulator, **query: str) -> list[Any]:
    async with emulator.client.get("/emulator/sends", params=query) as answer:
        return list((await answer.json())["sends"])


async def test_faults_are_met_in_the_planned_order_and_then_it_behaves(emulator: Emulator) -> None:
    await emulator.say("hi")
    await emulator.faults(
        plan=[
            {"way": "refuse", "code": 131048, "times": 2},
            {"way": "refuse", "code": 130429, "retry_after": 3},
            {"way": "quality"},
        ]
    )

    answers = [await emulator.send(**HI) for _ in range(5)]

    assert [status for status, _ in answers] == [429, 429, 429, 200, 200]
    assert [body["error"]["code"] for _, body in answers[:3]] == [131048, 131048, 130429]
    assert answers[3][1]["messages"][0]["message_status"] == "held_for_quality_assessment"
    noted = await sends(emulator)
    assert [(one["outcome"], one["code"]) for one in noted][:3] == [
        ("refused", 131048),
        ("refused", 131048),
        ("refused", 130429),
    ]
    assert [one["ordered"] for one in noted] == [True, True, True, True, False]


@pytest.mark.parametrize(
    ("fault", "taken"),
    [
        ({"way": "lost"}, True),
        ({"way": "unsent"}, False),
        ({"way": "bare", "status": 502}, False),
        ({"way": "bare", "status": 503, "taken": True}, True),
    ],
)
async def test_an_unclear_answer_may_or_may_not_have_delivered(
    emulator: Emulator, fault: Mapping[str, object], taken: bool
) -> None:
    await emulator.say("hi")
    await emulator.faults(plan=[fault])

    try:
        status, _ = await emulator.send(**HI)
    except (aiohttp.ClientError, ValueError) as error:
        status = getattr(error, "status", 0)

    assert status in (0, 502, 503)
    assert len(await emulator.messages(direction="to_customer")) == int(taken)
    [noted] = await sends(emulator)
    assert (noted["outcome"] == "taken", noted["answered"]) == (taken, False)


async def test_a_message_can_fail_after_it_was_accepted(emulator: Emulator) -> None:
    await emulator.say("hi")
    await emulator.faults(plan=[{"way": "fail", "code": 131047}])

    status, _ = await emulator.send(**HI)
    await emulator.settle()

    assert status == 200
    [failed] = emulator.gateway.accepted("statuses")
    assert failed["errors"][0]["code"] == 131047


async def test_a_fault_for_one_person_leaves_the_others_alone(emulator: Emulator) -> None:
    await emulator.say("hi")
    await emulator.say("hi", JOAO)
    await emulator.faults(plan=[{"way": "refuse", "code": 131056, "only_wa_id": JOAO}])

    assert (await emulator.send(**HI))[0] == 200
    assert (await emulator.send(JOAO, **HI))[0] == 429
    assert [one["outcome"] for one in await sends(emulator, to=JOAO)] == ["refused"]


async def test_chances_follow_the_seed(start: Start) -> None:
    async def run() -> list[int]:
        emulator = await start()
        await emulator.say("hi")
        await emulator.faults(chances=[{"way": "refuse", "code": 131000, "chance": 0.5}])
        return [(await emulator.send(**HI))[0] for _ in range(30)]

    first = await run()

    assert first == await run()
    assert set(first) == {200, 500}


async def test_who_stopped_marketing_gets_no_marketing_template_and_the_business_hears_of_it(
    start: Start,
) -> None:
    templates = [{"name": "sale", "category": "marketing"}, {"name": "reminder"}]
    emulator = await start(templates=templates)

    async def template(name: str) -> tuple[int, Any]:
        return await emulator.send(type="template", template={"name": name, "language": {"code": "en"}})

    async with emulator.client.post(f"/phone/{STUDIO}/{MARIA}/preference", json={"value": "stop"}) as answer:
        assert answer.status == 200
    await emulator.settle()

    [post] = emulator.gateway.posts
    [change] = post.body["entry"][0]["changes"]
    assert (change["field"], change["value"]["user_preferences"][0]["value"]) == ("user_preferences", "stop")
    status, body = await template("sale")
    assert (status, body["error"]["code"]) == (400, 131050)
    assert (await template("reminder"))[0] == 200


async def test_bodies_that_get_lost_or_late_arrive_all_the_same(emulator: Emulator) -> None:
    await emulator.faults(drop_chance=0.5, delay_ms=20)

    wamids = [await emulator.say(str(n)) for n in range(30)]
    stats = await emulator.settle()

    assert stats["dropped"] > 0
    assert list(dict.fromkeys(one["id"] for one in emulator.gateway.accepted("messages"))) == wamids


async def test_a_thousand_updates_come_in_one_body(emulator: Emulator) -> None:
    await emulator.faults(batch_size=1000, batch_wait_ms=2000)

    for n in range(1000):
        await emulator.say(str(n), str(351_920_000_000 + n))
    await emulator.settle()

    assert (
        max(len(value.get("messages", [])) for post in emulator.gateway.posts for value in post.values) > 500
    )


def test_retries_like_metas_begin_at_once_and_end_after_seven_days() -> None:
    fast = config("http://gateway.example", compress=3600.0)
    delays: list[float] = []
    waited = 0.0
    while (delay := fast.retry_after(len(delays) + 1, waited)) is not None:
        delays.append(delay)
        waited += delay

    assert delays[0] == 0
    assert delays == sorted(delays)
    assert META_GIVES_UP_SECONDS <= waited * 3600 < META_GIVES_UP_SECONDS + 28_800
