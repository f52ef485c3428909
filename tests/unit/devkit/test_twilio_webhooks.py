"""Webhooks of the Twilio emulator: signatures, Twilio's few retries, status callbacks, and what goes wrong with them."""

from __future__ import annotations

import asyncio
import base64

import pytest

from devkit.twilio.signing import signature
from tests.unit.devkit.twilio_world import ANA, AUTH, OURS, SID, TOKEN, closed_port, running

TOKEN_HEADER = "I-Twilio-Idempotency-Token"


async def test_a_message_comes_as_a_signed_form_without_its_overrides() -> None:
    async with running("?tenant=1#rc=2") as twilio:
        answer = await twilio.writes("olá & 50% + 🧘")

        [hook] = twilio.gateway.hooks
        assert (answer["status"], answer["tries"]) == (200, 1)
        assert hook.url == f"{twilio.hook_url('sms')}?tenant=1"
        assert hook.form["Body"] == "olá & 50% + 🧘"
        assert (hook.form["From"], hook.form["To"], hook.form["AccountSid"]) == (ANA, OURS, SID)
        assert hook.form["FromCity"] == ""
        assert hook.headers["X-Twilio-Signature"] == signature(TOKEN, hook.url, hook.form)


def test_the_published_example_is_signed_as_published() -> None:
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+12349013030",
        "Digits": "1234",
        "From": "+12349013030",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"

    assert signature("12345", url, form) == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


@pytest.mark.parametrize(
    ("overrides", "answers", "tries"),
    [
        ("", [500], 1),
        ("#rc=2&rp=5xx", [500, 503], 3),
        ("#rc=1&rp=5xx", [500, 500, 500], 2),
        ("#rc=5&rp=4xx", [500], 1),
        ("#rc=9&rp=all", [500] * 9, 6),
    ],
)
async def test_a_server_error_is_tried_again_only_when_asked_for(
    overrides: str, answers: list[int], tries: int
) -> None:
    async with running(overrides) as twilio:
        twilio.gateway.answers.extend(answers)

        answer = await twilio.writes("hi")

        assert answer["tries"] == len(twilio.gateway.hooks) == tries
        assert len({hook.headers[TOKEN_HEADER] for hook in twilio.gateway.hooks}) == 1


async def test_a_failure_to_connect_is_tried_once_more() -> None:
    url = f"http://127.0.0.1:{await closed_port()}/webhooks/twilio_sms/{OURS}"
    async with running(numbers=[{"number": OURS, "webhook_url": url}]) as twilio:
        answer = await twilio.writes("hi")

        assert (answer["status"], answer["tries"]) == (0, 2)


async def test_an_answer_that_is_lost_is_a_timeout_and_repeats_only_when_asked_for() -> None:
    for overrides, tries in (("", 1), ("#rp=rt", 2)):
        async with running(overrides) as twilio:
            await twilio.faults(drop_answers=1)
            assert (await twilio.writes("hi"))["tries"] == tries


async def test_a_gateway_that_is_silent_for_too_long_loses_the_message() -> None:
    async with running("#rc=5&rp=all", webhook_timeout_seconds=0.05) as twilio:
        twilio.gateway.hold = asyncio.Event()
        answer = await twilio.writes("hi")
        twilio.gateway.hold.set()

        assert (answer["status"], answer["tries"]) == (0, 1)
        assert (await twilio.settle())["webhooks"]["given_up"] == 1


async def test_a_repeated_message_has_the_same_sid() -> None:
    async with running() as twilio:
        await twilio.faults(repeat_messages=2)
        await twilio.writes("hi", sid="SM1")

        assert [hook.form["MessageSid"] for hook in twilio.gateway.hooks] == ["SM1"] * 3


async def test_opt_out_words_are_marked_where_the_feature_is_on() -> None:
    async with running(advanced_opt_out=True) as twilio:
        for word in ("Stop", "yes", "HELP", "stop now"):
            await twilio.writes(word)

        assert [hook.form.get("OptOutType") for hook in twilio.gateway.hooks] == [
            "STOP",
            "START",
            "HELP",
            None,
        ]


async def test_a_whatsapp_message_carries_what_the_person_tapped() -> None:
    async with running() as twilio:
        tapped = {"ButtonPayload": "slot:1", "ButtonText": "7 pm", "ProfileName": "Ana"}
        await twilio.writes("7 pm", channel="whatsapp", form=tapped)

        [hook] = twilio.gateway.hooks
        assert hook.form["From"] == f"whatsapp:{ANA}"
        assert (hook.form["WaId"], hook.form["ButtonPayload"]) == (ANA[1:], "slot:1")


@pytest.mark.parametrize("redirect", [False, True])
async def test_a_file_is_had_with_credentials_only(redirect: bool) -> None:
    async with running(media_redirect=redirect) as twilio:
        data = base64.b64encode(b"OggS...").decode()
        await twilio.writes(media=[{"content_type": "audio/ogg", "data": data}])
        url = twilio.gateway.hooks[0].form["MediaUrl0"]

        assert url.startswith(twilio.base)
        async with twilio.client.session.get(url) as answer:
            assert answer.status == 401
        async with twilio.client.session.get(url, headers=AUTH) as answer:
            assert (await answer.read(), answer.content_type) == (b"OggS...", "audio/ogg")
            assert bool(answer.history) == redirect
            found = answer.url
        if redirect:
            assert found.origin() != answer.history[0].url.origin()
            async with twilio.client.session.get(found, headers=AUTH) as refused:
                assert refused.status == 400  # as storage does that is given a signed link and credentials
            twilio.clock.now += 5 * 3600
            async with twilio.client.session.get(found) as late:
                assert late.status == 403


# --- status callbacks ----------------------------------------------------------------------------------


async def test_statuses_come_back_to_the_url_of_the_message() -> None:
    async with running() as twilio:
        await twilio.sends(StatusCallback=f"{twilio.hook_url('sms')}?delivery=1&part=0")
        await twilio.settle()

        assert twilio.gateway.statuses() == ["queued", "sent", "delivered"]
        for hook in twilio.gateway.hooks:
            assert hook.url == f"{twilio.hook_url('sms')}?delivery=1&part=0"
            assert (hook.form["From"], hook.form["To"]) == (OURS, ANA)
            assert hook.headers["X-Twilio-Signature"] == signature(TOKEN, hook.url, hook.form)


async def test_an_undeliverable_message_ends_with_its_code() -> None:
    async with running() as twilio:
        await twilio.faults(undeliverable_sends=1, undeliverable_code=30005)
        assert (await twilio.sends(StatusCallback=twilio.hook_url("sms")))[0] == 201
        await twilio.settle()

        assert twilio.gateway.statuses() == ["queued", "sent", "undelivered"]
        assert twilio.gateway.hooks[-1].form["ErrorCode"] == "30005"
        assert await twilio.arrived() == []


async def test_callbacks_are_doubled_lost_and_mixed_up_on_request() -> None:
    async with running() as twilio:
        callback = twilio.hook_url("sms")
        await twilio.faults(duplicate_callbacks=1)
        await twilio.sends(StatusCallback=callback)
        await twilio.settle()
        assert twilio.gateway.statuses() == ["queued", "queued", "sent", "sent", "delivered", "delivered"]

        twilio.gateway.hooks.clear()
        await twilio.faults(drop_callbacks=2)
        await twilio.sends(StatusCallback=callback)
        await twilio.settle()
        assert twilio.gateway.statuses() == ["delivered"]

        twilio.gateway.hooks.clear()
        await twilio.faults(reorder_callbacks=True)
        for _ in range(10):
            await twilio.sends(StatusCallback=callback)
        await twilio.settle()
        assert sorted(twilio.gateway.statuses()) == ["delivered"] * 10 + ["queued"] * 10 + ["sent"] * 10
        by_sid: dict[str, list[str]] = {}
        for hook in twilio.gateway.hooks:
            by_sid.setdefault(hook.form["MessageSid"], []).append(hook.form["MessageStatus"])
        assert any(order != ["queued", "sent", "delivered"] for order in by_sid.values())


async def test_statuses_can_overtake_the_answer_to_the_send() -> None:
    async with running() as twilio:
        await twilio.faults(late_answers=True)
        _, body = await twilio.sends(StatusCallback=twilio.hook_url("sms"))

        assert body["status"] == "queued"
        assert twilio.gateway.statuses()[-1] == "delivered"


async def test_people_on_whatsapp_read_at_once_when_asked_to() -> None:
    async with running(auto_read=True) as twilio:
        await twilio.writes("hi", channel="whatsapp")
        await twilio.sends(
            To=f"whatsapp:{ANA}", From=f"whatsapp:{OURS}", StatusCallback=twilio.hook_url("whatsapp")
        )
        await twilio.settle()

        assert twilio.gateway.statuses()[-1] == "read"


@pytest.mark.parametrize("signing", ["good", "bad", "none"])
async def test_a_recorded_form_is_posted_as_it_is(signing: str) -> None:
    async with running() as twilio:
        url, form = twilio.hook_url("sms"), {"MessageSid": "SM1", "Body": "hi"}
        recorded = {"url": url, "form": form, "signing": signing}
        async with twilio.client.post("/_control/webhook", json=recorded) as answer:
            assert await answer.json() == {"status": 200}

        [hook] = twilio.gateway.hooks
        assert hook.form == form
        given = hook.headers.get("X-Twilio-Signature")
        assert (given == signature(TOKEN, url, form)) == (signing == "good")
        assert (given is None) == (signing == "none")


async def test_other_web_pages_cannot_steer_it() -> None:
    async with running() as twilio:
        headers = {"Origin": "https://evil.example"}
        async with twilio.client.post("/_control/faults", json={}, headers=headers) as answer:
            assert answer.status == 403
        async with twilio.client.post("/_control/faults", data=b"{}") as answer:
            assert answer.status == 415
