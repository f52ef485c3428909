"""Do the gateway's Messenger and Instagram adapters and the emulator, written apart, understand each other? Over real HTTP."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.gateway.channels import (
    Channel,
    Delivered,
    HttpAnswer,
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
from services.gateway.sender import Caller
from shared.messages.conversation import (
    Body,
    ChannelAddress,
    Choice,
    ChoiceContent,
    DocumentBody,
    EchoContent,
    MessageSent,
    TemplateBody,
    TextBody,
    TextContent,
    VoiceContent,
)
from shared.messages.media import FileRef
from shared.settings import Settings
from tests.unit.devkit.messenger_world import ACCOUNTS, ANA, SECRET, TOKENS, Hook, Meta, running

TENANT = UUID("11111111-1111-4111-8111-111111111111")
DELIVERY = UUID("22222222-2222-4222-8222-222222222222")
CHANNELS = pytest.mark.parametrize("name", ["messenger", "instagram"])


def adapter(meta: Meta, name: str) -> Channel:
    return load(name, Settings.model_validate({"meta_api_url": meta.api, "whatsapp_app_secret": SECRET}))


def account(name: str) -> ChannelAccount:
    account_id = ACCOUNTS[name]
    return ChannelAccount(TENANT, name, account_id, secrets={"page_token": (TOKENS[account_id],)})


def message(name: str, body: Body, purpose: str = "reply") -> MessageSent:
    return MessageSent(
        tenant_id=TENANT,
        message_id=DELIVERY,
        conversation_id=TENANT,
        to=ChannelAddress(channel=name, account_id=ACCOUNTS[name], user_id=ANA),
        purpose=purpose,
        body=body,
    )


def request(hook: Hook, name: str) -> RawRequest:
    return RawRequest(hook.raw, hook.headers, datetime.now(UTC), account=account(name))


def items(meta: Meta, name: str) -> list[object]:
    channel = adapter(meta, name)
    found: list[object] = []
    for hook in meta.gateway.hooks:
        channel.verify(request(hook, name))
        found += channel.parse(request(hook, name))
    return found


@asynccontextmanager
async def calling() -> AsyncIterator[Caller]:
    caller = Caller()
    await caller.start()
    try:
        yield caller
    finally:
        await caller.stop()


async def send(caller: Caller, channel: Channel, sent: MessageSent) -> list[object]:
    """What each request of a message meant."""
    outcomes: list[object] = []
    for call in channel.render(sent, account(channel.name)):
        answer = await caller.call(call)
        outcomes.append(channel.classify(answer, 1) if isinstance(answer, HttpAnswer) else answer)
    return outcomes


@CHANNELS
async def test_a_message_goes_out_and_what_comes_back_is_about_it(name: str) -> None:
    async with running(auto_read=True) as meta, calling() as caller:
        await meta.writes("hi", account_id=ACCOUNTS[name])
        meta.gateway.hooks.clear()
        outcomes = await send(
            caller, adapter(meta, name), message(name, TextBody(text="Você pode vir? " * 150))
        )
        await meta.settle()

        assert len(outcomes) > 1
        assert all(isinstance(one, Delivered) and one.provider_id for one in outcomes)
        reports = items(meta, name)
        assert all(isinstance(one, StatusIn) for one in reports), "an echo of ours was taken for a person's"
        echoed = [one for one in reports if isinstance(one, StatusIn) and one.state == "sent"]
        assert len(echoed) == len(outcomes)
        assert {one.delivery_id for one in echoed} == ({DELIVERY} if name == "messenger" else {None})
        assert any(isinstance(one, StatusIn) and one.state == "read" for one in reports)


@CHANNELS
async def test_choices_can_be_tapped_and_a_voice_note_fetched(name: str) -> None:
    async with running() as meta, calling() as caller:
        channel, where = adapter(meta, name), {"account_id": ACCOUNTS[name]}
        await meta.writes("hi", **where)
        for count in (2, 12):
            choices = tuple(Choice(choice_id=f"slot:{n}", title=f"{n} pm") for n in range(count))
            outcomes = await send(caller, channel, message(name, TextBody(text="When?", choices=choices)))
            assert all(isinstance(one, Delivered) for one in outcomes)
        buttons, replies = [one["message"] for one in await meta.sent(**where)]
        button = buttons["attachment"]["payload"]["buttons"][1]
        reply = replies["quick_replies"][7]
        meta.gateway.hooks.clear()
        await meta.writes(postback={key: button[key] for key in ("title", "payload")}, **where)
        await meta.writes(quick_reply={key: reply[key] for key in ("title", "payload")}, **where)
        data = base64.b64encode(b"audio").decode()
        await meta.writes(
            attachments=[{"type": "audio", "data": data, "content_type": "audio/mp4", "name": "v.mp4"}],
            **where,
        )

        tapped, answered, voice = [one.content for one in items(meta, name) if isinstance(one, MessageIn)]
        assert tapped == ChoiceContent(choice_id="slot:1", title="1 pm")
        assert answered == ChoiceContent(choice_id="slot:7", title="7 pm")
        assert isinstance(voice, VoiceContent)
        link = channel.locate(voice.media_id, account(name))
        assert isinstance(link, MediaLink)
        assert link.headers == {}
        assert await caller.download(link, channel.trusts, 100) == (200, b"audio")


@CHANNELS
async def test_a_receipt_is_uploaded_and_sent(name: str) -> None:
    async with running() as meta, calling() as caller:
        channel, ours = adapter(meta, name), account(name)
        await meta.writes("hi", account_id=ACCOUNTS[name])
        file = FileRef(bucket="files", key="k", mime="application/pdf", size=4, sha256="0" * 64)
        sent = message(name, DocumentBody(file=file, filename="receipt.pdf", caption="Here"))
        call = channel.upload(sent, ours)
        assert call is not None
        answer = await caller.call(call, b"%PDF")
        assert isinstance(answer, HttpAnswer)
        media_id = channel.uploaded(answer)
        assert media_id is not None
        for one in channel.render(sent, ours, media_id):
            found = await caller.call(one)
            assert isinstance(found, HttpAnswer)
            assert isinstance(channel.classify(found, 1), Delivered)

        async with meta.client.get(f"/_control/uploads/{media_id}") as bytes_:
            assert await bytes_.read() == b"%PDF"


@CHANNELS
async def test_every_refusal_means_to_the_adapter_what_it_meant_to_meta(name: str) -> None:
    async with running(calls_per_second=100) as meta, calling() as caller:
        channel, where = adapter(meta, name), {"account_id": ACCOUNTS[name]}

        async def outcome(body: Body | None = None, purpose: str = "reply") -> object:
            [found] = await send(caller, channel, message(name, body or TextBody(text="hello"), purpose))
            return found

        assert isinstance(await outcome(), Rejected)  # nobody known
        await meta.writes("hi", **where)
        for code in (4, 613, 1200, 2):
            await meta.faults(fail_sends=1, fail_code=code)
            assert isinstance(await outcome(), Retry), code
        await meta.faults(lie_sends=1)
        lied = await outcome()
        assert isinstance(lied, Retry)
        assert lied.unclear
        for code in (190, 200, 368):
            await meta.faults(fail_sends=1, fail_code=code)
            assert isinstance(await outcome(), Paused), code
        await meta.faults(close_windows=True)
        assert isinstance(await outcome(), OutsideWindow)
        template = TemplateBody(template="x", language="en", parameters=(), text="Your class moved.")
        if name == "messenger":
            assert isinstance(await outcome(template, "session_changed"), Delivered)
        await meta.faults()
        await meta.about(account_id=ACCOUNTS[name], blocked=True)
        blocked = await outcome()
        assert isinstance(blocked, Rejected)
        assert blocked.opted_out


@CHANNELS
async def test_what_was_not_signed_by_meta_is_refused(name: str) -> None:
    async with running() as meta:
        await meta.writes("hi", account_id=ACCOUNTS[name])
        [hook] = meta.gateway.hooks
        for raw in (hook.raw[:-1] + b" }", hook.raw.replace(b"hi", b"ho")):
            with pytest.raises(NotAuthentic):
                adapter(meta, name).verify(request(replace(hook, raw=raw), name))


async def test_what_somebody_writes_by_hand_in_the_pages_inbox_is_theirs() -> None:
    async with running() as meta:
        by_hand = {
            "message": {"mid": "m_1", "is_echo": True, "app_id": 263902037430900, "text": "Hello, Ana here"}
        }
        await meta.writes("hi")
        await meta.writes(item=by_hand)

        said = [one.content for one in items(meta, "messenger") if isinstance(one, MessageIn)]
        assert said == [TextContent(text="hi"), EchoContent(text="Hello, Ana here")]


@CHANNELS
async def test_a_probe_of_the_credentials_finds_nothing_wrong(name: str) -> None:
    async with running() as meta, calling() as caller:
        channel, ours = adapter(meta, name), account(name)
        for call in channel.connect(ours, "https://unused.example"):
            await caller.call(call)
        for probe in channel.probes(ours):
            answer = await caller.call(probe.call)
            assert isinstance(answer, HttpAnswer)
            assert probe.explain(answer) is None
