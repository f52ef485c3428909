"""Receipts are built into the object store and announced on EVENTS, on the real bus."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from nats.aio.msg import Msg
from pypdf import PdfReader

from services.media.app import Media
from services.media.transcribe.port import EngineMissing
from shared import subjects
from shared.bus import HEADER_FROM, HEADER_ID, Bus
from shared.messages.media import BuildReceipt, ReceiptReady
from shared.settings import Settings
from tests.integration.conftest import eventually
from tests.integration.media.conftest import Asker, HeldEngine, receipt_job, running


@pytest.fixture
async def media(settings: Settings) -> AsyncIterator[Media]:
    """Media with the real receipts; nobody speaks here."""
    async with running(Media(settings, HeldEngine())) as service:
        yield service


async def announced(bus: Bus, tenant_id: UUID) -> list[ReceiptReady]:
    """A list that grows with what media announces to this tenant."""
    events: list[ReceiptReady] = []

    async def on_event(msg: Msg) -> None:
        events.append(ReceiptReady.decode(msg.data))

    await bus.nc.subscribe(f"evt.media.{tenant_id}.*.receipt_ready", cb=on_event)
    return events


async def put(bus: Bus, job: BuildReceipt, headers: dict[str, str] | None = None) -> None:
    """Put a job into JOBS."""
    subject = subjects.job("media", job.name, job.tenant_id)
    await bus.publish(subject, job.encode(), msg_id=str(uuid4()), headers=headers)


async def test_a_receipt_is_built_stored_and_announced(media: Media, asker: Asker) -> None:
    events = await announced(asker.bus, asker.tenant_id)
    job = receipt_job(asker.tenant_id)

    await put(asker.bus, job)

    await eventually(lambda: events)
    ready = events[0]
    assert (ready.receipt_id, ready.reply_token) == (job.receipt.receipt_id, job.reply_token)
    assert ready.file.key == f"receipt-{job.receipt.receipt_id}.pdf"
    assert ready.file.job == job
    pages = PdfReader(io.BytesIO(await asker.files.get(ready.file) or b"")).pages
    assert len(pages) == 1
    assert "ABC123" in pages[0].extract_text()
    await asker.done()


async def test_a_lost_receipt_is_built_again_byte_for_byte(media: Media, asker: Asker) -> None:
    events = await announced(asker.bus, asker.tenant_id)
    await put(asker.bus, receipt_job(asker.tenant_id))
    await eventually(lambda: events)
    file = events[0].file
    store = await asker.bus.js.object_store(file.bucket)
    await store.delete(file.key)
    assert await asker.files.get(file) is None

    assert file.job
    await put(asker.bus, file.job)  # as the gateway does when it has to deliver it

    await eventually(lambda: len(events) == 2)
    assert events[1].file == file
    assert await asker.files.get(file)


async def test_each_asking_is_answered_by_an_announcement_of_its_own(media: Media, asker: Asker) -> None:
    """Who asks again did not get the first one: the bus must not take the second for a duplicate."""
    before = (await asker.bus.js.stream_info(subjects.EVENTS)).state.last_seq
    events = await announced(asker.bus, asker.tenant_id)
    job = receipt_job(asker.tenant_id)

    await put(asker.bus, job)
    await eventually(lambda: len(events) == 1)
    await put(asker.bus, job)

    await eventually(lambda: len(events) == 2)
    await asker.done()
    assert (await asker.bus.js.stream_info(subjects.EVENTS)).state.last_seq == before + 2


async def test_media_leaves_the_confirmation_of_a_receipts_job_to_its_asker(
    media: Media, asker: Asker
) -> None:
    receipts: list[bytes] = []

    async def on_receipt(msg: Msg) -> None:
        receipts.append(msg.data)

    await asker.bus.nc.subscribe(subjects.receipts("notifier"), cb=on_receipt)
    job = receipt_job(asker.tenant_id)

    await put(asker.bus, job, {HEADER_FROM: "notifier", HEADER_ID: str(uuid4())})

    await asker.done()
    await asker.bus.nc.flush()
    assert receipts == []


async def test_media_whose_engine_is_missing_builds_receipts_and_says_that_it_is_not_ready(
    settings: Settings, asker: Asker
) -> None:
    engine = HeldEngine(error=EngineMissing(), broken=True)
    events = await announced(asker.bus, asker.tenant_id)
    async with running(Media(settings, engine)) as media:
        await eventually(lambda: engine.tried)
        await put(asker.bus, receipt_job(asker.tenant_id))

        await eventually(lambda: events)
        assert await media.ready() == {"bus": True, "transcriber": False}


async def test_a_job_that_cannot_be_done_is_given_up_and_the_next_one_done(
    media: Media, asker: Asker
) -> None:
    events = await announced(asker.bus, asker.tenant_id)
    subject = subjects.job("media", BuildReceipt.name, asker.tenant_id)
    await asker.bus.publish(subject, b"{}", msg_id=str(uuid4()))
    await asker.bus.publish(subject, receipt_job(uuid4()).encode(), msg_id=str(uuid4()))  # another's tenant

    await put(asker.bus, receipt_job(asker.tenant_id))

    await eventually(lambda: events)
    await asker.done()
    assert len(events) == 1
