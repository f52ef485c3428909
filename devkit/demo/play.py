"""Playing the script against the running demo: transcript, latencies, and every check that must hold at the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO

import aiohttp
import asyncpg
from rich.console import Console
from rich.markup import escape

from devkit.demo.channels import accounts
from devkit.demo.chats import Chat, Heard, SmsChat, TelegramChat, WhatsAppChat
from devkit.demo.script import STORIES, VOICES, Step, Story
from devkit.demo.visitor import Visitor
from devkit.demo.world import World
from devkit.phone import NoAnswer, Phone
from shared.ids import tenant_id_of

QUIET_SECONDS = 20.0


@dataclass
class Outcome:
    """What went wrong, and how long each step took from webhook to last answer, in milliseconds."""

    problems: list[str] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)


async def play(world: World, database_url: str, console: Console) -> Outcome:
    """Play every story, one after the other, then check database, messages and receipts."""
    outcome = Outcome()
    async with aiohttp.ClientSession() as http:
        played = []
        for story in STORIES:
            chat = _chat(story, world, http)
            played.append((story, chat))
            await _play_story(story, chat, console, outcome)
        await until_quiet(database_url)
        for story, chat in played:
            await _check_nothing_more(story, chat, outcome)
            await chat.close()
    await _check_bookings(database_url, played, outcome)
    return outcome


def _chat(story: Story, world: World, http: aiohttp.ClientSession) -> Chat:
    """The customer's chat with the tenant, on the story's channel."""
    [tenant] = (one for one in world.seed["tenants"] if one["slug"] == story.tenant)
    if story.channel == "whatsapp":
        number = tenant["whatsapp"]["phone_number_id"]
        return WhatsAppChat(Phone(http, world.phone_url, number, story.customer, story.name))
    account = next(accounts({"tenants": [tenant]}, story.channel))
    if story.channel == "telegram":
        token = account["secrets"]["bot_token"]
        return TelegramChat(http, world.settings.telegram_api_url, token, story.customer, story.name)
    if story.channel == "twilio_sms":
        return SmsChat(http, world.settings.twilio_api_url, account["account_id"], story.customer)
    return Visitor(http, world.settings.public_url, account["account_id"])


async def _play_story(story: Story, chat: Chat, console: Console, outcome: Outcome) -> None:
    console.print(f"\n[bold]{escape(story.title)}[/]  [dim]{escape(story.name)} → {story.tenant}[/]")
    await chat.introduce()
    for step in story.steps:
        started = time.monotonic()
        try:
            await _do(step, chat)
            console.print(f"  [cyan]{escape(story.name.split()[0])}:[/] {escape(step.shown)}")
            got = await chat.answers(len(step.answers))
        except NoAnswer as error:
            outcome.problems.append(f"{story.title}: after {step.shown!r}: {error}")
            return
        took = (time.monotonic() - started) * 1000
        outcome.latencies.append(took)
        for expected, message in zip(step.answers, got, strict=True):
            console.print(f"  [green]{story.tenant}:[/] {escape(message.text)} {_shown_choices(message)}")
            if problem := expected.problem(message.kind, message.text, len(message.choices)):
                outcome.problems.append(f"{story.title}: {problem}")
            if message.kind == "document" and (problem := pdf_problem(await chat.file(message))):
                outcome.problems.append(f"{story.title}: {problem}")
        console.print(f"  [dim]{took:.0f} ms[/]")


async def _do(step: Step, chat: Chat) -> None:
    if step.say is not None:
        await chat.say(step.say)
    elif step.tap is not None:
        await chat.tap(step.tap)
    elif step.voice is not None:
        await chat.speak(await asyncio.to_thread((VOICES / step.voice).read_bytes))


def _shown_choices(message: Heard) -> str:
    if message.file:
        return f"[dim]{escape(message.file)}[/]"
    if message.kind == "text":  # the choices stand in the text
        return ""
    return " ".join(f"[reverse] {escape(title)} [/]" for _, title in message.choices)


def pdf_problem(data: bytes) -> str | None:
    """Why these bytes are not a receipt of one page, or None."""
    from pypdf import PdfReader
    from pypdf.errors import PdfReadError

    try:
        pages = PdfReader(BytesIO(data)).pages
        text = pages[0].extract_text() if pages else ""
    except PdfReadError as error:
        return f"the receipt is no PDF: {error}"
    if len(pages) != 1:
        return f"the receipt has {len(pages)} pages instead of 1"
    return None if text.strip() else "the receipt's page is empty"


async def until_quiet(database_url: str, within: float = QUIET_SECONDS) -> None:
    """Wait until no accepted message and no outgoing one is on its way. Raises TimeoutError, naming what is left."""
    connection = await asyncpg.connect(database_url)
    try:
        until = time.monotonic() + within
        while left := {name: n for name, n in (await _open_work(connection)).items() if n}:
            if time.monotonic() > until:
                raise TimeoutError(f"still on its way after {within:g} s: {left}")
            await asyncio.sleep(0.05)
    finally:
        await connection.close()


async def _open_work(connection: asyncpg.Connection[asyncpg.Record]) -> dict[str, int]:
    row = await connection.fetchrow(
        """SELECT (SELECT count(*) FROM gateway.inbox WHERE handled_at IS NULL) AS inbox,
                  (SELECT count(*) FROM gateway.deliveries WHERE state IN ('pending', 'sending')) AS deliveries,
                  (SELECT count(*) FROM agent.outbox) AS agent_outbox,
                  (SELECT count(*) FROM booking.outbox) AS booking_outbox,
                  (SELECT count(*) FROM notifier.outbox) AS notifier_outbox"""
    )
    return dict(row) if row else {}


async def _check_nothing_more(story: Story, chat: Chat, outcome: Outcome) -> None:
    for message in await chat.poll():
        outcome.problems.append(f"{story.title}: one message too many: {message.text!r}")


async def _check_bookings(database_url: str, played: Sequence[tuple[Story, Chat]], outcome: Outcome) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        for story, chat in played:
            held = await connection.fetchval(
                "SELECT count(*) FROM booking.bookings WHERE tenant_id = $1 AND status = 'confirmed'"
                " AND contact -> 'address' ->> 'channel' = $2 AND contact -> 'address' ->> 'user_id' = $3",
                tenant_id_of(story.tenant),
                story.channel,
                chat.customer,
            )
            if held != story.bookings:
                outcome.problems.append(
                    f"{story.title}: {story.bookings} bookings expected in the database, {held} found"
                )
    finally:
        await connection.close()
