"""The widget in a real browser: what is typed arrives, what is answered is seen, a cut loses and repeats nothing."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from services.gateway.channels import MessageIn
from services.gateway.webchat.limits import Limits
from shared.bus import Bus
from shared.db import Database
from shared.files import Files
from shared.messages.conversation import (
    Choice,
    ChoiceContent,
    DocumentBody,
    LinkBody,
    MediaContent,
    TextBody,
    TextContent,
    VoiceContent,
)
from shared.settings import Settings
from tests.integration.conftest import eventually
from tests.integration.gateway import chromium
from tests.integration.gateway.webchat_rig import Instance, Site, instance, settings_of

BROWSER = chromium.found()
pytestmark = pytest.mark.skipif(BROWSER is None, reason="Chromium is not installed")

CHAT = "document.querySelector('div[data-theme]').shadowRoot"
SEEN = f"[...{CHAT}.querySelectorAll('.bubble')].map((one) => one.textContent)"
NOTES = f"[...{CHAT}.querySelectorAll('.note')].map((one) => one.textContent)"
CHIPS = f"[...{CHAT}.querySelectorAll('.chip')]"


@pytest.fixture
async def site(database: Settings) -> AsyncIterator[Site]:
    opened = await Database.open(database.database_url or "", size=4, name="test")
    made = Site.new(opened)
    made.account = replace(made.account, settings=settings_of(made.account, demo=True))
    yield made
    await opened.close()


@pytest.fixture
async def gateway(site: Site, bus: Bus) -> AsyncIterator[Instance]:
    async with instance(site, bus, Limits(messages_per_minute=600, uploads_per_minute=600)) as running:
        yield running


@pytest.fixture
async def tab(gateway: Instance, tmp_path: Path) -> AsyncIterator[chromium.Tab]:
    """A browser with the demo page, whose chat has been opened."""
    assert BROWSER is not None
    async with chromium.browser(BROWSER, tmp_path / "profile") as opened:
        await opened.go(f"{gateway.url}/webchat/{gateway.site.account.account_id}/demo")
        await opened.until("window.UsherChat")
        await opened.run("UsherChat.open()")
        yield opened
        assert opened.complaints == []


async def heard(site: Site, *texts: str) -> str:
    """Wait until exactly these texts came; who the visitor is."""
    await eventually(lambda: [said(item) for item in site.received] == list(texts))
    return site.received[0].user_id


def said(item: MessageIn) -> str:
    match item.content:
        case TextContent(text=text) | ChoiceContent(title=text):
            return text
    raise AssertionError(item)


async def test_a_visitor_writes_taps_a_choice_and_sees_links_and_files(
    site: Site, gateway: Instance, tab: chromium.Tab, bus: Bus
) -> None:
    await tab.type("Yoga tomorrow?")
    visitor = await heard(site, "Yoga tomorrow?")
    await tab.until(f"{NOTES}[0] === 'Sent'")
    times = tuple(
        Choice(choice_id=f"slot:{n}", title=f"Tue {n}:00", description="3 places left") for n in (18, 19)
    )
    await gateway.deliver(visitor, TextBody(text="Which class? <b>No</b> markup here.", choices=times))
    await tab.until(f"{CHIPS}.length === 2")
    await tab.run(f"{CHIPS}[1].click()")
    await heard(site, "Yoga tomorrow?", "Tue 19:00")
    file = await Files(bus).put(f"receipts/{uuid4()}", b"%PDF-1.7", "application/pdf")
    await gateway.deliver(
        visitor,
        LinkBody(text="Booked. Pay here:", label="Pay €12", url="https://pay.example/1"),
        DocumentBody(file=file, filename="receipt.pdf", caption="Your receipt"),
    )
    await tab.until(f"{CHIPS}.length === 4")

    assert await tab.run(SEEN) == [
        "Yoga tomorrow?",
        "Which class? <b>No</b> markup here.",
        "Tue 19:00",
        "Booked. Pay here:",
        "Your receipt",
    ]
    assert await tab.run(f"{CHIPS}.map((chip) => chip.disabled === true)") == [True, True, False, False]
    assert await tab.run(f"{CHIPS}[2].href") == "https://pay.example/1"
    await eventually(lambda: read(site, visitor))  # type: ignore[arg-type]  # an awaitable check
    if picture := os.environ.get("WEBCHAT_SCREENSHOT"):
        await tab.screenshot(Path(picture))


async def read(site: Site, visitor: str) -> bool:
    """Whether the visitor has read everything."""
    return set(await site.states(visitor)) == {"read"}


async def test_what_was_written_and_answered_during_a_cut_comes_once_when_it_is_over(
    site: Site, gateway: Instance, tab: chromium.Tab
) -> None:
    await tab.type("one")
    visitor = await heard(site, "one")
    await gateway.deliver(visitor, "first")
    await tab.until(f"{SEEN}.length === 2")

    await tab.ask("Network.enable")
    await cut(tab, offline=True)
    for page in gateway.chat._hub.pages(site.conversation(visitor)):
        page.abort()  # type: ignore[attr-defined]  # pages of real sockets
    await tab.type("two")
    await tab.type("three")
    await gateway.deliver(visitor, "second", "third")
    await tab.until(f"{NOTES}[2] !== 'Sent'")
    await cut(tab, offline=False)

    await heard(site, "one", "two", "three")
    await tab.until(f"{SEEN}.length === 6 && {NOTES}.every((note) => note === 'Sent')")
    assert sorted(await tab.run(SEEN)) == sorted(["one", "first", "two", "three", "second", "third"])
    tab.complaints.clear()  # that there was no connection


async def cut(tab: chromium.Tab, *, offline: bool) -> None:
    """The browser loses, or finds, its connection."""
    await tab.ask(
        "Network.emulateNetworkConditions",
        offline=offline,
        latency=0,
        downloadThroughput=-1,
        uploadThroughput=-1,
    )


async def test_after_a_reload_the_conversation_is_there_and_unsent_messages_go_out(
    site: Site, gateway: Instance, tab: chromium.Tab
) -> None:
    await tab.type("one")
    visitor = await heard(site, "one")
    await gateway.deliver(visitor, "answer")
    await tab.until(f"{SEEN}.length === 2")
    site.is_away = True
    await tab.type("not stored yet")
    await tab.until(f"{NOTES}.length === 2")

    await tab.ask("Page.reload")
    await tab.until("document.readyState === 'complete' && window.UsherChat")
    site.is_away = False

    await heard(site, "one", "not stored yet")
    await tab.run("UsherChat.open()")
    await tab.until(f"{NOTES}.length === 2 && {NOTES}.every((note) => note === 'Sent')")
    assert await tab.run(SEEN) == ["one", "answer", "not stored yet"]
    assert {item.user_id for item in site.received} == {visitor}


async def test_a_site_that_knows_its_user_says_who_it_is(
    site: Site, gateway: Instance, tab: chromium.Tab
) -> None:
    user = str(uuid4())
    await tab.run(f"UsherChat.identify({site.token(user)!r})")
    await eventually(lambda: gateway.chat._hub.pages(site.conversation(user)))
    await gateway.deliver(user, "Welcome back")

    await tab.until(f"{SEEN}.includes('Welcome back')")
    await tab.run("UsherChat.forget()")
    await tab.until(f"{SEEN}.length === 0")


async def test_the_chat_can_be_used_by_keyboard_and_is_announced(
    site: Site, gateway: Instance, tab: chromium.Tab
) -> None:
    focus = f"{CHAT}.activeElement.getAttribute('aria-label')"
    assert await tab.run(focus) == "Write a message"
    await tab.type("hello")
    visitor = await heard(site, "hello")
    await gateway.deliver(visitor, "Hi!")

    await tab.until(f"{CHAT}.querySelector('[aria-live]').textContent === 'Reply: Hi!'")
    escape = {"key": "Escape", "code": "Escape", "windowsVirtualKeyCode": 27}
    await tab.ask("Input.dispatchKeyEvent", type="keyDown", **escape)
    assert await tab.run(focus) == "Open chat"
    assert await tab.run(f"{CHAT}.querySelector('[role=dialog]').hidden")


async def test_the_chat_speaks_the_pages_language_and_runs_in_its_direction(
    site: Site, gateway: Instance, tab: chromium.Tab
) -> None:
    await tab.go(f"{gateway.url}/webchat/a-page-of-the-site")
    tab.complaints.clear()  # that there is no such page
    await tab.run("document.documentElement.lang = 'pt-PT', document.documentElement.dir = 'rtl'")
    await tab.run(
        "(() => { const script = document.createElement('script'); script.src = '/webchat/widget.js';"
        f" script.dataset.account = '{site.account.account_id}'; script.dataset.theme = 'dark';"
        " document.body.append(script); })()"
    )
    await tab.until("window.UsherChat")
    await tab.run("UsherChat.open()")

    assert await tab.run(f"{CHAT}.querySelector('.launch').getAttribute('aria-label')") == "Abrir chat"
    assert await tab.run(f"{CHAT}.querySelector('.panel').getBoundingClientRect().left") < 100
    await tab.type("olá")
    await heard(site, "olá")
    await tab.until(f"{NOTES}[0] === 'Enviada'")
    if picture := os.environ.get("WEBCHAT_SCREENSHOT"):
        await tab.screenshot(Path(picture).with_suffix(".rtl.png"))


# --- files ------------------------------------------------------------------------------------------------

PICK = f"""(() => {{
  const input = {CHAT}.querySelector('input[type=file]'), picked = new DataTransfer();
  picked.items.add(new File([%s], %r, {{ type: %r }}));
  input.files = picked.files;
  input.dispatchEvent(new Event('change'));
}})()"""
PNG = "new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, 0])"
MIC = f"{CHAT}.querySelectorAll('form .tool')[1]"


def media(site: Site) -> list[tuple[str, str | None]]:
    """Kind and name (voice: type) of what came."""
    return [
        (one.content.media, one.content.filename)
        if isinstance(one.content, MediaContent)
        else ("voice", one.content.mime)
        for one in site.received
        if isinstance(one.content, MediaContent | VoiceContent)
    ]


async def test_a_picked_file_is_sent_and_one_that_cannot_be_is_said_so(
    site: Site, gateway: Instance, tab: chromium.Tab
) -> None:
    await tab.run(PICK % (PNG, "me.png", "image/png"))
    await eventually(lambda: media(site) == [("image", "me.png")])
    await tab.until(f"{NOTES}[0] === 'Sent'")
    await tab.run(PICK % ("'x'", "a.exe", "application/x-msdownload"))
    await tab.until(f"{CHAT}.querySelector('.status').textContent.includes('cannot be sent')")
    await tab.run(PICK % ("'no picture'", "b.png", "image/png"))
    await tab.until(f"{NOTES}[1] === 'Files of this kind cannot be sent.'")
    await tab.type("afterwards")
    await tab.until(f"{NOTES}[2] === 'Sent'")

    assert media(site) == [("image", "me.png")]
    assert await tab.run(SEEN) == ["📎 me.png", "📎 b.png", "afterwards"]
    tab.complaints.clear()  # that the gateway refused one


async def test_a_voice_note_is_recorded_by_one_tap_and_sent_by_the_next(
    site: Site, gateway: Instance, tab: chromium.Tab
) -> None:
    await tab.run(f"{MIC}.click()")
    await tab.until(f"{MIC}.getAttribute('aria-pressed') === 'true'")
    await tab.run(f"{MIC}.click()")
    await tab.until(f"{NOTES}[0] === 'Sent'")

    [(kind, mime)] = media(site)
    assert kind == "voice"
    assert mime in ("audio/webm", "audio/ogg", "audio/mp4")
    assert await tab.run(f"{MIC}.getAttribute('aria-pressed')") == "false"


async def test_a_file_that_could_not_be_stored_survives_a_reload_and_comes_once_before_what_was_written_later(
    site: Site, gateway: Instance, tab: chromium.Tab
) -> None:
    site.is_away = True
    await tab.run(PICK % (PNG, "me.png", "image/png"))
    await tab.until(f"{NOTES}.length === 1")
    await tab.type("later")
    await tab.until(f"{NOTES}.length === 2")
    await tab.run("window.isBefore = true")
    await tab.ask("Page.reload")
    await tab.until("!window.isBefore && window.UsherChat && document.readyState === 'complete'")
    assert site.received == []
    site.is_away = False
    await tab.run("UsherChat.open()")

    await tab.until(f"{NOTES}.length === 2 && {NOTES}.every((note) => note === 'Sent')")
    assert [type(one.content) for one in site.received] == [MediaContent, TextContent]
    tab.complaints.clear()  # that it could not be stored
