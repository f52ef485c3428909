"""A visitor sends a file: signed, limited, once, and there for whoever fetches media."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import aiohttp
import pytest

from services.gateway.channels import MediaLink
from services.gateway.channels.webchat import WebChat as Adapter
from services.gateway.sender import Caller, TooLarge
from services.gateway.store.uploads import UploadStore
from services.gateway.webchat.limits import Limits
from services.gateway.webchat.uploads import MOST_BYTES
from shared.db import Database
from shared.messages.conversation import MediaContent, VoiceContent
from shared.settings import Settings
from tests.integration.gateway.webchat_rig import SITE, Instance, Site, instance

VOICE = b"OggS" + bytes(200)
LIMITS = Limits(messages_per_minute=600, uploads_per_minute=600)
Answer = tuple[int, dict[str, object]]


@pytest.fixture
async def site(database: Settings) -> AsyncIterator[Site]:
    opened = await Database.open(database.database_url or "", size=4, name="test")
    yield Site.new(opened)
    await opened.close()


@pytest.fixture
async def gateway(site: Site) -> AsyncIterator[Instance]:
    async with instance(site, None, LIMITS) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


class Uploader:
    """A visitor's page that sends files."""

    def __init__(self, http: aiohttp.ClientSession, gateway: Instance) -> None:
        self.http = http
        self.gateway = gateway
        self.visitor = str(uuid4())

    async def put(
        self, data: bytes, upload: str | None = None, mime: str = "audio/ogg", **headers: str | None
    ) -> Answer:
        """Send a file; status and JSON. `headers`: with `_` for `-`; None: without it."""
        site = self.gateway.site
        given = {
            "Origin": SITE,
            "Content-Type": mime,
            "Authorization": f"Bearer {site.token(self.visitor)}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        url = (
            f"{self.gateway.url}/webchat/{site.account.account_id}/uploads/{upload or uuid4()}?name=note.ogg"
        )
        sent = {name: value for name, value in given.items() if value is not None}
        async with self.http.put(url, data=data, headers=sent) as answer:
            body = await answer.json() if answer.content_type == "application/json" else {}
            return answer.status, body


@pytest.fixture
def page(http: aiohttp.ClientSession, gateway: Instance) -> Uploader:
    return Uploader(http, gateway)


async def fetched(gateway: Instance, media_id: str, most: int = MOST_BYTES) -> tuple[int, bytes]:
    """What the fetching of media gets."""
    caller = Caller(local={"webchat": gateway.chat.local})
    await caller.start()
    try:
        link = Adapter().locate(media_id, gateway.site.account)
        assert isinstance(link, MediaLink)
        return await caller.download(link, Adapter().trusts, most)
    finally:
        await caller.stop()


async def test_a_voice_note_is_a_message_and_its_bytes_can_be_fetched(
    page: Uploader, gateway: Instance
) -> None:
    upload = str(uuid4())
    status, stored = await page.put(VOICE, upload, mime="audio/ogg; codecs=opus")

    digest = hashlib.sha256(VOICE).hexdigest()
    assert (status, stored) == (200, {"type": "stored", "id": upload, "sha256": digest, "size": len(VOICE)})
    [item] = gateway.site.received
    assert item.user_id == page.visitor
    assert isinstance(item.content, VoiceContent)
    assert (item.content.mime, item.content.sha256) == ("audio/ogg", digest)
    assert await fetched(gateway, item.content.media_id) == (200, VOICE)
    with pytest.raises(TooLarge):
        await fetched(gateway, item.content.media_id, most=10)


@pytest.mark.parametrize(
    ("data", "mime", "media"),
    [
        (b"\x89PNG\r\n\x1a\n0", "image/png", "image"),
        (b"%PDF-1.7", "application/pdf", "document"),
    ],
)
async def test_a_picture_and_a_document_come_with_their_name(
    page: Uploader, gateway: Instance, data: bytes, mime: str, media: str
) -> None:
    assert (await page.put(data, mime=mime))[0] == 200
    [item] = gateway.site.received
    assert isinstance(item.content, MediaContent)
    assert (item.content.media, item.content.filename) == (media, "note.ogg")


async def test_a_file_is_sealed_in_the_table(page: Uploader, gateway: Instance) -> None:
    await page.put(VOICE)
    async with gateway.site.db.tenant(gateway.site.account.tenant_id) as connection:
        [row] = await connection.fetch("SELECT * FROM gateway.webchat_uploads")

    assert VOICE[:4] not in row["body"]
    assert (row["size"], row["sha256"]) == (len(VOICE), hashlib.sha256(VOICE).digest())


async def test_a_repeat_is_the_same_message_and_other_bytes_under_its_id_are_refused(
    page: Uploader, gateway: Instance
) -> None:
    upload = str(uuid4())
    answers = await asyncio.gather(*(page.put(VOICE, upload) for _ in range(5)))
    again = await page.put(VOICE, upload)

    assert [status for status, _ in (*answers, again)] == [200] * 6
    assert len(gateway.site.received) == 1
    assert (await page.put(VOICE + b"x", upload))[0] == 409
    assert len(gateway.site.received) == 1


async def test_what_was_stored_and_not_said_is_said_by_the_repeat(page: Uploader, gateway: Instance) -> None:
    upload = str(uuid4())
    gateway.site.is_away = True  # after the file, before the message
    assert (await page.put(VOICE, upload))[0] == 503
    assert gateway.site.received == []
    gateway.site.is_away = False
    assert (await page.put(VOICE, upload))[0] == 200
    assert len(gateway.site.received) == 1


async def test_two_visitors_with_the_same_id_have_a_file_each(
    page: Uploader, gateway: Instance, http: aiohttp.ClientSession
) -> None:
    upload, other = str(uuid4()), Uploader(http, gateway)
    assert (await page.put(VOICE, upload))[0] == 200
    assert (await other.put(VOICE + b"other", upload))[0] == 200

    ids = {item.user_id: item.content for item in gateway.site.received}
    mine, theirs = ids[page.visitor], ids[other.visitor]
    assert isinstance(mine, VoiceContent)
    assert isinstance(theirs, VoiceContent)
    assert (await fetched(gateway, mine.media_id))[1] == VOICE
    assert (await fetched(gateway, theirs.media_id))[1] == VOICE + b"other"


@pytest.mark.parametrize(
    ("data", "mime", "headers", "status"),
    [
        (VOICE, "audio/ogg", {"Authorization": None}, 401),
        (VOICE, "audio/ogg", {"Authorization": "Bearer forged"}, 401),
        (VOICE, "audio/ogg", {"Origin": "https://evil.example"}, 403),
        (VOICE, "audio/ogg", {"X_Content_SHA256": "0" * 64}, 422),
        (VOICE, "text/html", {}, 415),
        (b"<script>", "image/png", {}, 415),
        (b"", "audio/ogg", {}, 415),
        (bytes(MOST_BYTES + 1), "audio/ogg", {}, 413),
    ],
)
async def test_what_may_not_come_in_is_refused_and_nothing_is_kept(
    page: Uploader, gateway: Instance, data: bytes, mime: str, headers: dict[str, str | None], status: int
) -> None:
    try:
        answered, _ = await page.put(data, mime=mime, **headers)
    except aiohttp.ClientOSError:  # cut off while it was still sending
        assert status == 413
    else:
        assert answered == status

    async with gateway.site.db.tenant(gateway.site.account.tenant_id) as connection:
        assert await connection.fetchval("SELECT count(*) FROM gateway.webchat_uploads") == 0
    assert gateway.site.received == []


async def test_a_file_without_a_length_is_cut_off_at_the_limit(gateway: Instance, page: Uploader) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(MOST_BYTES // 2**20 + 2):
            yield bytes(2**20)

    site = gateway.site
    url = f"{gateway.url}/webchat/{site.account.account_id}/uploads/{uuid4()}"
    headers = {
        "Origin": SITE,
        "Content-Type": "audio/ogg",
        "Authorization": f"Bearer {site.token(page.visitor)}",
    }
    try:
        async with page.http.put(url, data=endless(), headers=headers) as answer:
            assert answer.status == 413
    except aiohttp.ClientOSError:
        pass  # cut off while it was still sending
    assert site.received == []


async def test_who_sends_too_many_is_told_when_to_come_again(site: Site, http: aiohttp.ClientSession) -> None:
    async with instance(site, None, Limits(uploads_per_minute=2)) as gateway:
        page = Uploader(http, gateway)
        assert [(await page.put(VOICE))[0] for _ in range(3)] == [200, 200, 429]
        assert (await Uploader(http, gateway).put(VOICE))[0] == 200


async def test_a_businesss_day_holds_so_many_bytes_and_repeats_cost_none(
    site: Site, http: aiohttp.ClientSession
) -> None:
    most = len(VOICE) * 2
    async with instance(site, None, replace(LIMITS, upload_bytes_a_day=most)) as gateway:
        page = Uploader(http, gateway)
        uploads = [str(uuid4()) for _ in range(3)]
        assert [(await page.put(VOICE, one))[0] for one in uploads] == [200, 200, 507]
        assert (await page.put(VOICE, uploads[0]))[0] == 200


async def test_a_file_is_forgotten_after_its_time_and_gone_then(
    page: Uploader, gateway: Instance, site: Site
) -> None:
    await page.put(VOICE)
    [item] = site.received
    assert isinstance(item.content, VoiceContent)
    store, tenant = UploadStore(site.db), site.account.tenant_id

    await store.forget([tenant])
    assert (await fetched(gateway, item.content.media_id))[0] == 200
    await store.forget([tenant], older_than=timedelta(0))
    assert (await fetched(gateway, item.content.media_id))[0] == 410


async def test_another_tenants_account_cannot_reach_the_file(page: Uploader, gateway: Instance) -> None:
    await page.put(VOICE)
    [item] = gateway.site.received
    assert isinstance(item.content, VoiceContent)
    stranger = Site.new(gateway.site.db)
    link = Adapter().locate(item.content.media_id, stranger.account)
    assert isinstance(link, MediaLink)
    caller = Caller(local={"webchat": gateway.chat.local})
    await caller.start()
    assert (await caller.download(link, Adapter().trusts, MOST_BYTES))[0] == 410
    await caller.stop()
