"""Do the gateway's Twilio adapters and the emulator, written apart, understand each other? Over real HTTP, both ways."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import aiohttp
import pytest

from services.gateway.channels import (
    Channel,
    Delivered,
    HttpAnswer,
    HttpCall,
    MediaLink,
    MessageIn,
    NotAuthentic,
    OutsideWindow,
    Paused,
    RawRequest,
    Rejected,
    Retry,
    StatusIn,
    load,
)
from services.gateway.domain.account import ChannelAccount
from services.gateway.sender import Caller, NotTrusted, TooLarge
from shared.messages.conversation import (
    ChannelAddress,
    ChoiceContent,
    MessageSent,
    TemplateBody,
    TextBody,
    VoiceContent,
)
from shared.settings import Settings
from tests.unit.devkit.twilio_world import ANA, OURS, SID, TOKEN, Hook, Twilio, running

TENANT = UUID("11111111-1111-4111-8111-111111111111")
DELIVERY = UUID("22222222-2222-4222-8222-222222222222")
CHANNELS = pytest.mark.parametrize("name", ["twilio_sms", "twilio_whatsapp"])


def adapter(twilio: Twilio, name: str) -> Channel:
    return load(
        name,
        Settings.model_validate({"twilio_api_url": twilio.base, "public_url": twilio.gateway.base}),
    )


def account(name: str, *tokens: str) -> ChannelAccount:
    return ChannelAccount(TENANT, name, OURS, SID, secrets={"auth_token": tokens or (TOKEN,)})


def message(name: str, body: TextBody | TemplateBody) -> MessageSent:
    return MessageSent(
        tenant_id=TENANT,
        message_id=DELIVERY,
        conversation_id=TENANT,
        to=ChannelAddress(channel=name, account_id=OURS, user_id=ANA),
        purpose="reply",
        body=body,
    )


async def call(twilio: Twilio, made: HttpCall) -> HttpAnswer:
    async with twilio.client.session.request(
        made.method, made.url, headers=made.headers, data=dict(made.form) or None
    ) as answer:
        return HttpAnswer(answer.status, await answer.read())


def request(hook: Hook, name: str) -> RawRequest:
    return RawRequest(hook.raw, hook.headers, datetime.now(UTC), hook.url, account(name))


@CHANNELS
async def test_a_message_goes_out_and_its_statuses_lead_back_to_it(name: str) -> None:
    async with running(auto_read=True) as twilio:
        channel = adapter(twilio, name)
        await twilio.writes("hi", channel=name.removeprefix("twilio_"))
        twilio.gateway.hooks.clear()

        calls = channel.render(message(name, TextBody(text="Você pode vir amanhã? " * 100)), account(name))
        outcomes = [channel.classify(await call(twilio, made), 1) for made in calls]
        await twilio.settle()

        assert len(calls) == 2
        assert all(isinstance(outcome, Delivered) and outcome.provider_id for outcome in outcomes)
        assert len(await twilio.arrived()) == 2
        reports = set()
        for hook in twilio.gateway.hooks:
            channel.verify(request(hook, name))
            for item in channel.parse(request(hook, name)):
                assert isinstance(item, StatusIn)
                reports.add((item.delivery_id, item.part, item.state))
        states = ["sent", "delivered", *(["read"] if name == "twilio_whatsapp" else [])]
        assert reports == {(DELIVERY, part, state) for part in (0, None) for state in states}


@CHANNELS
async def test_after_a_lost_answer_the_statuses_tell_that_it_was_taken(name: str) -> None:
    async with running() as twilio:
        channel = adapter(twilio, name)
        await twilio.writes("hi", channel=name.removeprefix("twilio_"))
        twilio.gateway.hooks.clear()
        await twilio.faults(lose_answers=1)

        [made] = channel.render(message(name, TextBody(text="See you at 7")), account(name))
        with pytest.raises(aiohttp.ClientError):
            await call(twilio, made)
        await twilio.settle()

        told = [item for hook in twilio.gateway.hooks for item in channel.parse(request(hook, name))]
        assert {item.delivery_id for item in told if isinstance(item, StatusIn)} == {DELIVERY}


@CHANNELS
async def test_what_a_person_writes_verifies_and_is_read(name: str) -> None:
    async with running() as twilio:
        channel = adapter(twilio, name)
        form = {"ButtonPayload": "slot:1", "ButtonText": "7 pm"} if name == "twilio_whatsapp" else {}
        await twilio.writes("olá & 50% + 🧘", channel=name.removeprefix("twilio_"), form=form)
        [hook] = twilio.gateway.hooks

        channel.verify(request(hook, name))
        [item] = channel.parse(request(hook, name))

        assert isinstance(item, MessageIn)
        assert (item.user_id, item.phone) == (ANA, ANA)
        if form:
            assert item.content == ChoiceContent(choice_id="slot:1", title="7 pm")
        with pytest.raises(NotAuthentic):
            channel.verify(replace(request(hook, name), account=account(name, "another-token")))


@pytest.mark.parametrize("signing", ["bad", "none"])
async def test_what_is_not_signed_by_twilio_is_refused(signing: str) -> None:
    async with running() as twilio:
        recorded = {"url": twilio.hook_url("sms"), "form": {"MessageSid": "SM1"}, "signing": signing}
        async with twilio.client.post("/_control/webhook", json=recorded):
            [hook] = twilio.gateway.hooks

        with pytest.raises(NotAuthentic):
            adapter(twilio, "twilio_sms").verify(request(hook, "twilio_sms"))


@asynccontextmanager
async def calling() -> AsyncIterator[Caller]:
    caller = Caller()
    await caller.start()
    try:
        yield caller
    finally:
        await caller.stop()


async def test_a_voice_note_is_had_from_where_twilio_redirects_and_the_credentials_stay_behind() -> None:
    async with running(media_redirect=True) as twilio, calling() as caller:
        channel = adapter(twilio, "twilio_whatsapp")
        data = base64.b64encode(b"OggS...").decode()
        await twilio.writes(channel="whatsapp", media=[{"content_type": "audio/ogg", "data": data}])
        [item] = channel.parse(request(twilio.gateway.hooks[0], "twilio_whatsapp"))
        assert isinstance(item, MessageIn)
        assert isinstance(item.content, VoiceContent)

        link = channel.locate(item.content.media_id, account("twilio_whatsapp"))

        assert isinstance(link, MediaLink)
        assert link.mime == "audio/ogg"
        # The storage answers 400 to a request that brings credentials along.
        assert await caller.download(link, channel.trusts, 100) == (200, b"OggS...")
        with pytest.raises(TooLarge):
            await caller.download(link, channel.trusts, 3)
        with pytest.raises(NotTrusted):
            await caller.download(link, lambda url: url == link.url, 100)


async def test_every_refusal_means_to_the_adapter_what_it_meant_to_twilio() -> None:
    async with running(window_error="response") as twilio:
        sms, whatsapp = adapter(twilio, "twilio_sms"), adapter(twilio, "twilio_whatsapp")
        text = TextBody(text="hello")

        async def outcome(channel: Channel, *tokens: str) -> object:
            [made] = channel.render(message(channel.name, text), account(channel.name, *tokens))
            return channel.classify(await call(twilio, made), 1)

        assert isinstance(await outcome(whatsapp), OutsideWindow)
        assert isinstance(await outcome(sms, "wrong"), Paused)
        await twilio.faults(fail_sends=1)
        assert isinstance(await outcome(sms), Retry)
        await twilio.faults(fail_sends=1, fail_status=503, fail_code=None)
        unclear = await outcome(sms)
        assert isinstance(unclear, Retry)
        assert unclear.unclear
        await twilio.writes("STOP")
        opted_out = await outcome(sms)
        assert isinstance(opted_out, Rejected)
        assert opted_out.opted_out


async def test_a_template_passes_the_closed_window() -> None:
    async with running() as twilio:
        channel, name = adapter(twilio, "twilio_whatsapp"), "twilio_whatsapp"
        body = TemplateBody(template="HX" + "0" * 32, language="en", parameters=("Ana", "7 pm"), text="")
        [made] = channel.render(message(name, body), account(name))

        assert isinstance(channel.classify(await call(twilio, made), 1), Delivered)
        assert (await twilio.settle())["arrived"] == 1


async def test_the_check_of_an_account_finds_all_well_or_says_what_is_not() -> None:
    async with running("#rc=5&rp=all") as twilio:
        channel = adapter(twilio, "twilio_sms")

        async def said(*tokens: str) -> list[str | None]:
            probes = channel.probes(account("twilio_sms", *tokens))
            return [probe.explain(await call(twilio, probe.call)) for probe in probes]

        assert await said() == [None, None]
        assert all(await said("wrong"))
