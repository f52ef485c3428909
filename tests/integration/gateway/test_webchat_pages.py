"""What pages get over HTTP, and who gets nothing: origins, tokens, limits, files, the widget, the demo."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import aiohttp
import pytest

from services.gateway.webchat.limits import Limits
from shared.bus import Bus
from shared.db import Database
from shared.files import Files
from shared.messages.conversation import DocumentBody, TextBody, VoiceBody
from shared.messages.media import FileRef
from shared.settings import Settings
from tests.integration.gateway.webchat_rig import SITE, Instance, Page, Site, instance, settings_of


@pytest.fixture
async def site(database: Settings) -> AsyncIterator[Site]:
    opened = await Database.open(database.database_url or "", size=4, name="test")
    yield Site.new(opened)
    await opened.close()


@pytest.fixture
async def gateway(site: Site, bus: Bus) -> AsyncIterator[Instance]:
    async with instance(site, bus, Limits(hello_seconds=0.2)) as running:
        yield running


@pytest.fixture
async def page(site: Site) -> AsyncIterator[Page]:
    async with aiohttp.ClientSession() as http:
        yield Page(http, site)


# --- who is let in ----------------------------------------------------------------------------------------


async def test_a_site_that_is_not_listed_gets_neither_a_token_nor_a_socket(
    site: Site, gateway: Instance, page: Page
) -> None:
    foreign = "https://foreign.example"
    url = f"{gateway.url}/webchat/{site.account.account_id}/visitors"
    for headers in ({"Origin": foreign}, {}):
        async with page.http.post(url, headers=headers) as response:
            assert response.status == 403
            assert "Access-Control-Allow-Origin" not in response.headers
    async with page.http.options(url, headers={"Origin": foreign}) as response:
        assert response.status == 403

    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await page.open(gateway.url, origin=foreign)
    assert caught.value.status == 403


async def test_our_own_pages_may_use_every_chat(gateway: Instance, page: Page) -> None:
    assert (await page.open(gateway.url, origin=gateway.url))["type"] == "welcome"


async def test_a_chat_that_nobody_has_is_not_there(gateway: Instance, page: Page) -> None:
    async with page.http.post(f"{gateway.url}/webchat/nobody/visitors", headers={"Origin": SITE}) as response:
        assert response.status == 404


async def test_a_token_of_another_chat_is_refused_and_the_page_told_to_get_one(
    site: Site, gateway: Instance, page: Page
) -> None:
    other = replace(site.account, secrets={"visitor_secret": ("another-visitor-secret-0123456789abcdef",)})
    token = Site(site.db, other).token(page.visitor)

    answer = await page.open(gateway.url, token=token)

    assert (answer["type"], answer["code"]) == ("error", "identity")
    assert await page.hear() == {"type": "closed", "code": 4401}


async def test_a_token_of_the_former_secret_is_good_while_the_secret_changes(
    site: Site, gateway: Instance, page: Page
) -> None:
    newest, former = site.account.secrets["visitor_secret"]
    before = Site(site.db, replace(site.account, secrets={"visitor_secret": (former,)}))

    assert (await page.open(gateway.url, token=before.token(page.visitor)))["type"] == "welcome"
    assert newest != former


async def test_a_socket_that_does_not_say_who_it_is_is_closed(
    site: Site, gateway: Instance, page: Page
) -> None:
    url = f"{gateway.url}/webchat/{site.account.account_id}/socket"
    silent = await page.http.ws_connect(url, origin=SITE)
    impatient = await page.http.ws_connect(url, origin=SITE)
    await impatient.send_str('{"type": "ack", "position": 1}')

    for socket in (silent, impatient):
        assert (await socket.receive_json(timeout=10))["code"] == "hello_first"
        assert (await socket.receive(timeout=10)).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 1008


async def test_frames_that_are_too_long_or_none_are_refused(gateway: Instance, page: Page) -> None:
    await page.open(gateway.url)
    client_id = str(uuid4())
    await page.say(type="message", id=client_id, text="x" * 4097)
    too_long = await page.hear()
    await page.say(dance="waltz")
    bad = await page.hear()
    await page.say(type="message", id=client_id, text="x" * 20_000)

    assert (too_long["code"], too_long["id"]) == ("too_long", client_id)
    assert bad["code"] == "bad_frame"
    assert await page.hear() == {"type": "closed", "code": 1009}


async def test_a_page_that_sends_nothing_but_rubbish_is_cut_off(gateway: Instance, page: Page) -> None:
    await page.open(gateway.url)
    for _ in range(21):
        await page.say(dance="waltz")

    assert (await page.until("closed"))["code"] == 1008


async def test_sockets_and_new_visitors_of_one_address_are_limited(site: Site, bus: Bus, page: Page) -> None:
    limits = Limits(sockets_per_address=2, visitors_per_minute=1)
    async with instance(site, bus, limits) as gateway:
        pages = [Page(page.http, site) for _ in range(3)]
        for one in pages[:2]:
            await one.open(gateway.url)
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await pages[2].open(gateway.url)
        assert caught.value.status == 429

        url = f"{gateway.url}/webchat/{site.account.account_id}/visitors"
        statuses = []
        for _ in range(2):
            async with page.http.post(url, headers={"Origin": SITE}) as response:
                statuses.append(response.status)
        assert statuses == [200, 429]


# --- files ------------------------------------------------------------------------------------------------


def pdf(file: FileRef) -> DocumentBody:
    return DocumentBody(file=file, filename="recibo nº 7.pdf", caption="Your receipt")


async def link(gateway: Instance, page: Page, delivery_id: object) -> str:
    """The address of a message's file, as the page asks for it."""
    await page.say(type="link", id=str(delivery_id))
    answer = await page.until("link")
    return f"{gateway.url}{answer['url']}"


async def test_a_file_is_a_download_that_no_browser_runs(gateway: Instance, page: Page, bus: Bus) -> None:
    file = await Files(bus).put(f"receipts/{uuid4()}", b"%PDF-1.7 ...", "application/pdf")
    await page.open(gateway.url)
    [message] = await gateway.deliver(page.visitor, pdf(file))
    frame = await page.until("message")

    async with page.http.get(await link(gateway, page, message.message_id)) as response:
        assert response.status == 200
        assert await response.read() == b"%PDF-1.7 ..."
        headers = response.headers
    assert frame["file"] == {"name": "recibo nº 7.pdf", "mime": "application/pdf", "size": 12}
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"].startswith(
        'attachment; filename="recibo n_ 7.pdf"; filename*=UTF-8'
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "no-store" in headers["Cache-Control"]


async def test_a_file_of_an_unusual_type_is_only_bytes(gateway: Instance, page: Page, bus: Bus) -> None:
    file = await Files(bus).put(f"notes/{uuid4()}", b"<script>", "text/html")
    await page.open(gateway.url)
    [message] = await gateway.deliver(page.visitor, VoiceBody(file=file, text="Listen"))

    async with page.http.get(await link(gateway, page, message.message_id)) as response:
        assert response.headers["Content-Type"] == "application/octet-stream"


async def test_a_link_opens_nothing_but_its_own_file(
    site: Site, gateway: Instance, page: Page, bus: Bus
) -> None:
    file = await Files(bus).put(f"receipts/{uuid4()}", b"%PDF", "application/pdf")
    await page.open(gateway.url)
    [mine, text] = await gateway.deliver(page.visitor, pdf(file), TextBody(text="no file"))
    other = Page(page.http, site)
    [others] = await gateway.deliver(other.visitor, pdf(file))
    mine_url = await link(gateway, page, mine.message_id)

    for url in (
        mine_url.replace(str(mine.message_id), str(others.message_id)),
        mine_url.partition("?")[0],
        mine_url[:-3] + ("AAA" if not mine_url.endswith("AAA") else "BBB"),
        mine_url.replace(str(mine.message_id), "none"),
    ):
        async with page.http.get(url) as response:
            assert response.status == 403
    for delivery_id in (others.message_id, text.message_id, uuid4()):
        await page.say(type="link", id=str(delivery_id))
        answer = await page.until("error")
        assert (answer["code"], answer["id"]) == ("no_file", str(delivery_id))


async def test_a_file_that_was_lost_for_ever_is_gone(gateway: Instance, page: Page) -> None:
    lost = FileRef(bucket="usher_files", key=f"x/{uuid4()}", mime="image/png", size=1, sha256="0" * 64)
    await page.open(gateway.url)
    [message] = await gateway.deliver(page.visitor, pdf(lost))

    async with page.http.get(await link(gateway, page, message.message_id)) as response:
        assert response.status == 410


# --- the widget and the demo ------------------------------------------------------------------------------


async def test_the_widget_is_one_script_that_any_site_may_load(gateway: Instance, page: Page) -> None:
    url = f"{gateway.url}/webchat/widget.js"
    async with page.http.get(url) as response:
        assert response.content_type == "text/javascript"
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        tag = response.headers["ETag"]
        assert "attachShadow" in await response.text()
    async with page.http.get(url, headers={"If-None-Match": tag}) as response:
        assert response.status == 304


async def test_the_demo_page_is_there_only_when_the_owner_wants_it(
    site: Site, gateway: Instance, page: Page
) -> None:
    url = f"{gateway.url}/webchat/{site.account.account_id}/demo"
    async with page.http.get(url) as response:
        assert response.status == 404

    site.account = replace(site.account, settings=settings_of(site.account, demo=True))
    async with page.http.get(url) as response:
        assert response.status == 200
        assert f'data-account="{site.account.account_id}"' in await response.text()
        policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
