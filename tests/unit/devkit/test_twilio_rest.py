"""The REST API through real HTTP: sends, refusals, limits, the window, and answers that get lost."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from aiohttp import encode_basic_auth

from tests.unit.devkit.twilio_world import ANA, OURS, RUI, SID, TOKEN, running

HX = "HX" + "0" * 32


async def test_a_send_is_answered_as_twilio_answers() -> None:
    async with running() as twilio:
        status, body = await twilio.sends(Body="see you at 7")

        assert status == 201
        assert body["sid"].startswith("SM")
        assert (body["status"], body["direction"], body["to"]) == ("queued", "outbound-api", ANA)
        await twilio.settle()
        assert await twilio.arrived() == ["see you at 7"]
        assert (await twilio.get(f"/Messages/{body['sid']}.json"))[1]["status"] == "delivered"
        assert len((await twilio.get(f"/Messages.json?To=%2B{ANA[1:]}"))[1]["messages"]) == 1


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": ""}, 21604),
        ({"To": "call me"}, 21211),
        ({"To": OURS}, 21266),
        ({"From": ""}, 21603),
        ({"From": "+15559999999"}, 21606),
        ({"From": "whatsapp:+15559999999", "To": f"whatsapp:{ANA}"}, 63007),
        ({"To": f"whatsapp:{ANA}"}, 21211),
        ({"Body": " "}, 21619),
        ({"Body": "x" * 1601}, 21617),
        ({"Body": "🧘" * 801}, 21617),
        ({"ContentSid": "HX1"}, 21655),
        ({"ContentSid": HX, "ContentVariables": "[1]"}, 21656),
        ({"StatusCallback": "here"}, 21609),
    ],
)
async def test_what_twilio_would_refuse_is_refused_and_never_arrives(form: dict[str, str], code: int) -> None:
    async with running() as twilio:
        status, body = await twilio.sends(**form)

        assert (status, body["code"], body["status"]) == (400, code, 400)
        assert (await twilio.settle())["sent"] == {}


async def test_without_credentials_nothing_is_told() -> None:
    async with running() as twilio:
        for wrong in ((SID, "wrong"), ("AC" + "0" * 32, TOKEN), ("", "")):
            headers = {"Authorization": encode_basic_auth(*wrong)}
            assert (await twilio.get(".json", headers=headers))[1]["code"] == 20003
        assert (await twilio.get(".json", headers={}))[1]["code"] == 20003
        assert (await twilio.get(".json"))[1]["status"] == "active"


async def test_the_accounts_numbers_are_listed_with_their_webhooks() -> None:
    async with running("#rc=2") as twilio:
        _, body = await twilio.get("/IncomingPhoneNumbers.json", params={"PhoneNumber": OURS})
        _, none = await twilio.get("/IncomingPhoneNumbers.json", params={"PhoneNumber": ANA})

        [number] = body["incoming_phone_numbers"]
        assert number["sms_url"] == f"{twilio.hook_url('sms')}#rc=2"
        assert none["incoming_phone_numbers"] == []


async def test_stop_blocks_a_person_until_start_and_nobody_else() -> None:
    async with running() as twilio:
        await twilio.writes("Stop ")
        assert (await twilio.sends())[1]["code"] == 21610
        assert (await twilio.sends(To=RUI))[0] == 201
        await twilio.writes("stop it please")
        await twilio.writes("START")
        assert (await twilio.sends())[0] == 201


async def test_a_message_over_the_rate_of_the_api_is_refused_with_429() -> None:
    async with running(api_per_second=2) as twilio:
        answers = [(await twilio.sends())[0] for _ in range(3)]
        twilio.clock.now += 1.5
        later = (await twilio.sends())[0]

        assert answers == [201, 201, 429]
        assert later == 201


async def test_a_long_code_passes_messages_on_in_order_and_its_queue_has_an_end() -> None:
    async with running(long_code_per_second=20, queue_limit=2) as twilio:
        # The first leaves the queue as soon as its turn comes; until then the queue is full with two.
        answers = await asyncio.gather(*(twilio.sends(Body=str(n)) for n in range(8)))
        refused = [body["code"] for status, body in answers if status != 201]
        taken = [body["body"] for status, body in answers if status == 201]
        await twilio.settle()

        assert set(refused) == {21611}
        assert await twilio.arrived() == taken


async def test_outside_the_window_freeform_fails_later_and_templates_pass() -> None:
    async with running() as twilio:
        whatsapp = {"To": f"whatsapp:{ANA}", "From": f"whatsapp:{OURS}"}
        _, early = await twilio.sends(**whatsapp, Body="too early")
        await twilio.sends(**whatsapp, Body="", ContentSid=HX, ContentVariables='{"1": "Ana"}')
        await twilio.writes("hi", channel="whatsapp")
        await twilio.sends(**whatsapp, Body="in time")
        twilio.clock.now += 24 * 3600 + 1
        await twilio.sends(**whatsapp, Body="too late")
        await twilio.settle()

        assert await twilio.arrived() == ["", "in time"]
        found = (await twilio.get(f"/Messages/{early['sid']}.json"))[1]
        assert (found["status"], found["error_code"]) == ("failed", 63016)


async def test_every_window_can_be_closed_on_request() -> None:
    async with running() as twilio:
        await twilio.writes("hi", channel="whatsapp")
        await twilio.faults(close_windows=True)
        await twilio.sends(To=f"whatsapp:{ANA}", From=f"whatsapp:{OURS}")
        await twilio.sends(Body="an SMS has no window")
        await twilio.settle()

        assert await twilio.arrived() == ["an SMS has no window"]


async def test_the_window_can_be_refused_at_once() -> None:
    async with running(window_error="response") as twilio:
        status, body = await twilio.sends(To=f"whatsapp:{ANA}", From=f"whatsapp:{OURS}")

        assert (status, body["code"]) == (400, 63016)


@pytest.mark.parametrize(
    ("faults", "status", "code"),
    [
        ({"fail_sends": 1}, 429, 20429),
        ({"fail_sends": 1, "fail_status": 500, "fail_code": 20500}, 500, 20500),
        ({"fail_sends": 1, "fail_status": 503, "fail_code": None}, 503, None),
    ],
)
async def test_refusals_on_request(faults: dict[str, Any], status: int, code: int | None) -> None:
    async with running() as twilio:
        await twilio.faults(**faults)

        first, body = await twilio.sends()

        assert (first, body and body["code"]) == (status, code)
        assert (await twilio.sends())[0] == 201
        await twilio.settle()
        assert len(await twilio.arrived()) == 1


@pytest.mark.parametrize(("fault", "arrives"), [("lose_answers", True), ("swallow_sends", False)])
async def test_a_connection_without_answer_tells_nothing_of_the_message(fault: str, arrives: bool) -> None:
    async with running() as twilio:
        await twilio.faults(**{fault: 1, "only_to": ANA})
        await twilio.sends(To=RUI)
        with pytest.raises(aiohttp.ClientError):
            await twilio.sends()
        await twilio.settle()

        assert bool(await twilio.arrived()) == arrives


async def test_bad_luck_comes_as_often_as_asked_for() -> None:
    async with running() as twilio:
        await twilio.faults(fail_chance=0.3)
        answers = [(await twilio.sends())[0] for _ in range(100)]

        assert 10 < answers.count(429) < 55
        assert (await twilio.settle())["arrived"] == answers.count(201)
