"""What media's tests share: asking it for things, and engines that a test can hold and count."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from services.media.app import Media
from services.media.decode import Pcm
from services.media.transcribe.port import EngineDescription, Transcript
from shared import subjects
from shared.bus import Bus
from shared.files import Files
from shared.messages.media import BuildReceipt, FileRef, ReceiptData, TranscribeVoice, VoiceTranscribed
from tests.integration.conftest import eventually


class HeldEngine:
    """A transcriber that hears what it is told, but only once it is let go, or fails; `broken`: on silence too."""

    name = "held"

    def __init__(
        self, text: str = "yes please", error: Exception | None = None, *, broken: bool = False
    ) -> None:
        self.let_go = asyncio.Event()
        self.heard = 0
        self._text = text
        self._error = error
        self._broken = broken
        self.tried = 0

    async def transcribe(
        self, pcm: Pcm, language: str | None = None, vocabulary: tuple[str, ...] = ()
    ) -> Transcript:
        """As the port; silence (the warm-up) is heard at once and not counted."""
        self.tried += 1
        spoken = any(pcm.samples)
        if spoken:
            self.heard += 1
            await self.let_go.wait()
        if self._error and (spoken or self._broken):
            raise self._error
        return Transcript(self._text, self.name, "en", None)

    def describe(self) -> EngineDescription:
        """As the port."""
        return EngineDescription(self.name, "1", "none", "English", None)

    async def close(self) -> None:
        """As the port."""


@asynccontextmanager
async def running(media: Media) -> AsyncIterator[Media]:
    """The service, started; stopped at the end."""
    await media.start()
    try:
        yield media
    finally:
        await media.stop()


class Asker:
    """Says what the agent, the notifier and the gateway say to media."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.files = Files(bus)
        self.tenant_id = uuid4()

    async def note(self, sound: bytes) -> FileRef:
        """Put a voice note into the object store."""
        return await self.files.put(f"voice-{uuid4()}", sound, "audio/ogg")

    async def ask(
        self,
        file: FileRef,
        *,
        message_id: UUID | None = None,
        ask_id: UUID | None = None,
        every: float = 5.0,
        deadline: float = 60.0,
    ) -> VoiceTranscribed:
        """Ask for a voice note's text as the agent does."""
        job = TranscribeVoice(tenant_id=self.tenant_id, message_id=message_id or uuid4(), file=file)
        subject = subjects.job("media", job.name, self.tenant_id)
        return await self.bus.ask(
            subject, job, VoiceTranscribed, ask_id=ask_id or uuid4(), every=every, deadline=deadline
        )

    async def done(self) -> None:
        """Wait until no job of this tenant is left: everything is acknowledged."""
        await until(self._no_job_is_left)

    async def _no_job_is_left(self) -> bool:
        mine = f"job.media.*.{self.tenant_id}"
        info = await self.bus.js.stream_info(subjects.JOBS, subjects_filter=mine)
        return not info.state.subjects


async def until(check: Callable[[], Awaitable[object]]) -> None:
    """Wait until `check` gives something true."""
    await eventually(check)  # type: ignore[arg-type]  # mypy cannot solve its union for an awaitable


def receipt_job(tenant_id: UUID) -> BuildReceipt:
    """A job as the notifier writes it."""
    receipt_id = uuid4()
    receipt = ReceiptData(
        receipt_id=receipt_id,
        number="20261122-ABC123",
        business_name="Casa Yoga",
        customer_name="Zé Costa",
        service_name="Vinyasa Yoga",
        starts_at=datetime(2026, 11, 23, 19, tzinfo=UTC),
        ends_at=datetime(2026, 11, 23, 20, tzinfo=UTC),
        timezone="Europe/Lisbon",
        locale="en_GB",
        party_size=2,
        unit_price=1500,
        total=3000,
        currency="EUR",
        booking_reference="ABC123",
        issued_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
    )
    return BuildReceipt(tenant_id=tenant_id, receipt=receipt, reply_token=receipt_id)


@pytest.fixture
async def asker(bus: Bus) -> Asker:
    """A tenant's asker."""
    return Asker(bus)
