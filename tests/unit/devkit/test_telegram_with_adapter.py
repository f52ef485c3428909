"""The gateway's Telegram adapter and the emulator, by real HTTP: neither was made to the other's mistakes."""

from __future__ import annotations

from uuid import UUID

import aiohttp

from services.gateway.channels import (
    ConsentChanged,
    Delivered,
    EventIn,
    HttpAnswer,
    HttpCall,
    Inbound,
    MessageIn,
    Outcome,
    Paused,
    RawRequest,
    Rejected,
    Retry,
)
from services.gateway.channels.telegram import Telegram
from services.gateway.domain.account import ChannelAccount
from shared.messages.conversation import (
    Body,
    ChannelAddress,
    Choice,
    ChoiceContent,
    ContactRequestBody,
    DocumentBody,
    EditContent,
    ImageBody,
    LinkBody,
    LocationRequestBody,
    MessageSent,
    ReactionBody,
    TextBody,
    VoiceBody,
    VoiceContent,
)
from shared.messages.media import FileRef
from tests.unit.devkit.telegram_harness import ANA, BOT, SECRET, SILENT, TOKEN, Emulator, running
from tests.unit.gateway.channels.contract_case import CONVERSATION, NOW, TENANT

ACCOUNT = ChannelAccount(
    TENANT, "telegram", str(BOT), secrets={"bot_token": (TOKEN,), "webhook_secret": (SECRET,)}
)
MESSAGE = UUID("22222222-2222-4222-8222-222222222222")


class Gateway:
    """As much of the gateway as makes the adapter's requests and reads the emulator's webhooks."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        public_url = emulator.webhook_url.partition("/webhooks/")[0]
        self.adapter = Telegram(emulator.api_url, public_url)

    async def call(self, call: HttpCall, data: bytes = b"") -> HttpAnswer:
        form: aiohttp.FormData | None = None
        if call.file is not None:
            form = aiohttp.FormData(call.form)
            mime = call.file.file.mime
            form.add_field(call.file.field, data, filename=call.file.filename, content_type=mime)
        async with (
            aiohttp.ClientSession() as session,
            session.request(call.method, call.url, json=call.json, data=form) as answer,
        ):
            return HttpAnswer(answer.status, await answer.read())

    async def deliver(
        self, body: Body, data: bytes = b"", *, to: int = ANA, reply_to: str | None = None
    ) -> list[Outcome]:
        message = MessageSent(
            tenant_id=TENANT,
            message_id=MESSAGE,
            conversation_id=CONVERSATION,
            to=ChannelAddress(channel="telegram", account_id=str(BOT), user_id=str(to)),
            purpose="reply",
            body=body,
            in_reply_to=reply_to,
        )
        calls = self.adapter.render(message, ACCOUNT)
        return [self.adapter.classify(await self.call(call, data), 1) for call in calls]

    async def received(self) -> list[Inbound]:
        await self.emulator.settle()
        items = []
        for post in self.emulator.program.posts:
            headers = {"X-Telegram-Bot-Api-Secret-Token": post.secret or ""}
            request = RawRequest(post.raw, headers, NOW, account=ACCOUNT)
            self.adapter.verify(request)
            items += self.adapter.parse(request)
        return items

    async def last(self) -> MessageIn:
        item = (await self.received())[-1]
        assert isinstance(item, MessageIn), item
        return item


def a_file(mime: str) -> FileRef:
    return FileRef(bucket="files", key="receipts/1", mime=mime, size=8, sha256="0" * 64)


async def test_connecting_makes_the_checks_pass() -> None:
    async with running(connected=False) as emulator:
        gateway = Gateway(emulator)
        before = [p.explain(await gateway.call(p.call)) for p in gateway.adapter.probes(ACCOUNT)]
        for call in gateway.adapter.connect(ACCOUNT, emulator.webhook_url):
            assert (await gateway.call(call)).status == 200
        after = [p.explain(await gateway.call(p.call)) for p in gateway.adapter.probes(ACCOUNT)]
        await emulator.say("hi")

        assert before[0] is None
        assert "--connect" in (before[1] or "")
        assert after == [None, None]
        assert (await gateway.last()).content.kind == "text"


async def test_a_secret_telegram_does_not_have_is_explained_by_what_waits() -> None:
    async with running(retry_unit=100) as emulator:
        emulator.program.answers.extend([401, 401])
        await emulator.say("hi")
        await emulator.program.until(lambda: len(emulator.program.posts) == 2)
        gateway = Gateway(emulator)
        _, webhook = gateway.adapter.probes(ACCOUNT)

        assert "webhook_secret" in (webhook.explain(await gateway.call(webhook.call)) or "")


async def test_every_body_is_taken() -> None:
    async with running() as emulator:
        gateway = Gateway(emulator)
        said = await emulator.say("hi")
        mine = f"{ANA}:{said['message_id']}"
        outcomes = [
            *await gateway.deliver(TextBody(text="Hello 🧘"), reply_to=mine),
            *await gateway.deliver(TextBody(text="word " * 2000)),
            *await gateway.deliver(LinkBody(text="Pay", label="Open", url="https://pay.example/1")),
            *await gateway.deliver(LocationRequestBody(text="Where?")),
            *await gateway.deliver(ContactRequestBody(text="Your number?")),
            *await gateway.deliver(
                DocumentBody(file=a_file("application/pdf"), filename="é.pdf", caption="word " * 300),
                b"%PDF-1.4",
            ),
            *await gateway.deliver(ImageBody(file=a_file("image/png")), b"\x89PNG\r\n\x1a\n"),
            *await gateway.deliver(VoiceBody(file=a_file("audio/ogg; codecs=opus"), text="x"), b"OggS...."),
            *await gateway.deliver(ReactionBody(provider_id=mine, emoji="\u2764\ufe0f")),
        ]

        assert all(isinstance(outcome, Delivered) for outcome in outcomes), outcomes
        sent = await emulator.sent()
        assert [f"{ANA}:{message['message_id']}" for message in sent] == [
            outcome.provider_id
            for outcome in outcomes
            if isinstance(outcome, Delivered) and outcome.provider_id
        ]
        assert sent[0]["reply_to"] == said["message_id"]
        assert any("voice" in message for message in sent)


async def test_tapping_through_a_long_list_reaches_every_choice() -> None:
    async with running() as emulator:
        gateway = Gateway(emulator)
        await emulator.say("hi")
        choices = tuple(Choice(choice_id=f"slot:{n}" * n, title=f"Slot {n}") for n in range(1, 15))
        await gateway.deliver(TextBody(text="When?", choices=choices))
        (message,) = await emulator.sent()
        rows = message["reply_markup"]["inline_keyboard"]
        tapped = []
        for row in rows:
            await emulator.person("tap", message_id=message["message_id"], title=row[0]["text"])
            item = await gateway.last()
            assert isinstance(item.content, ChoiceContent)
            seen = gateway.adapter.seen(item.user_id, item.provider_id, ACCOUNT)
            assert seen is not None
            assert (await gateway.call(seen)).status == 200
            assert item.content.title == row[0]["text"]
            tapped.append(item.content.choice_id)

        assert tapped[:9] == [choice.choice_id for choice in choices[:9]]
        assert tapped[9] == f"more:{MESSAGE}:9"
        assert all((await emulator.state())["taps"].values())


async def test_a_redelivered_update_has_the_same_id_and_an_edit_another() -> None:
    async with running() as emulator:
        gateway = Gateway(emulator)
        await emulator.troubles(duplicate=2)
        said = await emulator.say("at 6")
        await emulator.person("edit", message_id=said["message_id"], text="at 7")
        items = [item for item in await gateway.received() if isinstance(item, MessageIn)]

        ids = [item.provider_id for item in items]
        assert len(ids) == 4
        assert (ids[0], ids[2]) == (ids[1], ids[3])
        assert ids[0] != ids[2]
        assert items[2].content == EditContent(provider_id=ids[0], text="at 7")


async def test_a_voice_note_is_brought_by_its_id() -> None:
    async with running() as emulator:
        gateway = Gateway(emulator)
        await emulator.person("voice", base64="T2dnUyE=")
        content = (await gateway.last()).content
        assert isinstance(content, VoiceContent)
        answer = await gateway.call(gateway.adapter.locate(content.media_id, ACCOUNT))
        link = gateway.adapter.located(answer, ACCOUNT)
        assert link is not None
        assert gateway.adapter.trusts(link.url)
        async with aiohttp.ClientSession() as session, session.get(link.url) as found:
            assert await found.read() == b"OggS!"
        assert link.mime == "audio/ogg"


async def test_a_file_too_big_for_bots_is_gone() -> None:
    async with running() as emulator:
        gateway = Gateway(emulator)
        await emulator.person("voice", size=21 * 1024 * 1024)
        content = (await gateway.last()).content
        assert isinstance(content, VoiceContent)
        answer = await gateway.call(gateway.adapter.locate(content.media_id, ACCOUNT))

        assert gateway.adapter.located(answer, ACCOUNT) is None


async def test_a_block_is_told_by_webhook_and_by_the_next_send() -> None:
    async with running() as emulator:
        gateway = Gateway(emulator)
        await emulator.say("hi")
        await emulator.person("block")
        [outcome] = await gateway.deliver(TextBody(text="Hello"))
        item = (await gateway.received())[-1]

        assert isinstance(item, EventIn)
        assert item.news == ConsentChanged(user_id=str(ANA), allowed=False, scope="all")
        assert isinstance(outcome, Rejected)
        assert outcome.opted_out


async def test_answers_mean_what_the_emulator_did() -> None:
    async with running(limits=True) as emulator:
        gateway = Gateway(emulator)
        await emulator.say("hi")
        [never_wrote] = await gateway.deliver(TextBody(text="x"), to=SILENT)
        [unknown] = await gateway.deliver(TextBody(text="x"), to=999)
        burst = [(await gateway.deliver(TextBody(text=str(n))))[0] for n in range(4)]
        await emulator.troubles({"kind": "server_error"}, {"kind": "bad_gateway"})
        [told] = await gateway.deliver(TextBody(text="x"))
        [silent] = await gateway.deliver(TextBody(text="x"))
        await emulator.troubles({"kind": "error", "status": 401, "description": "Unauthorized"})
        [token] = await gateway.deliver(TextBody(text="x"))

        assert isinstance(never_wrote, Rejected)
        assert isinstance(unknown, Rejected)
        assert [type(outcome) for outcome in burst] == [Delivered, Delivered, Delivered, Retry]
        assert isinstance(burst[3], Retry)
        assert burst[3].after == 1
        assert isinstance(told, Retry)
        assert isinstance(silent, Retry)
        assert (told.unclear, silent.unclear) == (False, True)
        assert isinstance(token, Paused)
