"""How is media put together? `build(settings)` makes it; nothing is opened before `start`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from services.media.decode import RATE, Pcm
from services.media.jobs import AskerKeepsIt, ReceiptJobs, VoiceJobs
from services.media.receipt import build_receipt
from services.media.transcribe.choose import build_transcriber
from services.media.transcribe.port import Transcriber
from shared import subjects
from shared.actors.delivery import Delivery
from shared.actors.jobs import JobConsumer
from shared.actors.mailboxes import Handle, Mailboxes
from shared.bus import Bus
from shared.db import is_transient
from shared.errors import outline
from shared.files import Files
from shared.messages.media import BuildReceipt, ReceiptData, TranscribeVoice
from shared.settings import Settings
from shared.telemetry import get_logger

_NAME = "media"
_JOBS_TAKEN = 16
_RECEIPTS_AT_A_TIME = 1
_VOICE_NOTES_AT_A_TIME = 64  # wait their turn for the engine; answers that are remembered need none
_RETRY_SECONDS = 5.0
_SILENCE = Pcm(bytes(RATE // 2 * 2))


class Media:
    """Files in, files out: voice notes to text, receipts to PDF."""

    name = _NAME

    def __init__(
        self,
        settings: Settings,
        transcriber: Transcriber,
        draw: Callable[[ReceiptData], bytes] = build_receipt,
    ) -> None:
        """`draw` makes a receipt's PDF, the same bytes for the same data, in a worker thread."""
        self._settings = settings
        self._transcriber = transcriber
        self._draw = draw
        self._heard = False
        self._log = get_logger(_NAME)
        self._bus: Bus | None = None
        self._lanes: dict[str, Mailboxes] = {}
        self._consumer: JobConsumer | None = None
        self._warming: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect and take jobs; the speech model loads meanwhile. Waits for NATS when it is away."""
        bus = self._bus = await Bus.connect(self._settings.nats_url or "", _NAME)
        files = Files(bus)
        # A lane for each kind, so that receipts do not wait behind long voice notes.
        self._lanes = {
            BuildReceipt.name: self._lane(ReceiptJobs(bus, files, self._draw).handle, _RECEIPTS_AT_A_TIME),
            TranscribeVoice.name: self._lane(
                VoiceJobs(bus, files, self._transcriber).handle, _VOICE_NOTES_AT_A_TIME
            ),
        }
        self._consumer = JobConsumer(bus, self._accept, batch=_JOBS_TAKEN)
        await bus.start()
        self._consumer.start()
        self._warming = asyncio.create_task(self._warm_up(), name="media warm-up")

    async def stop(self) -> None:
        """Stop taking jobs and disconnect; what is under way is taken by another instance, or asked again."""
        if self._warming:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)
        if self._consumer:
            await self._consumer.stop()
        for lane in self._lanes.values():
            await lane.stop()
        await self._transcriber.close()
        if self._bus:
            await self._bus.close()

    async def ready(self) -> dict[str, bool]:
        """Whether the bus is connected and the speech engine has loaded its model."""
        return {"bus": self._bus is not None and self._bus.connected, "transcriber": self._heard}

    def _lane(self, handle: Handle, at_a_time: int) -> Mailboxes:
        keeper = AskerKeepsIt()
        return Mailboxes(
            _NAME,
            subjects.JOBS,
            handle,
            keeper,
            keeper,
            max_tries=self._settings.max_tries,
            concurrency=at_a_time,
        )

    async def _accept(self, partition: int, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            lane = self._lanes.get(delivery.name)
            if lane is None:  # of a newer version than ours: left for an instance that knows it
                self._log.warning("unknown_job", job=delivery.name)
            else:
                await lane.accept(partition, [delivery])

    async def _warm_up(self) -> None:
        """Load the speech model before the first voice note needs it; until then media is not ready."""
        while not self._heard:
            try:
                await self._transcriber.transcribe(_SILENCE)
                self._heard = True
            except Exception as error:  # noqa: BLE001  # whatever it is, receipts must go on
                if not is_transient(error):  # not installed, no such model: only an operator can change that
                    self._log.exception("transcriber_missing", advice=str(error))
                    return
                self._log.warning("transcriber_not_ready", error=outline(error))
                await asyncio.sleep(_RETRY_SECONDS)


def build(settings: Settings) -> Media:
    """Media for these settings, with the transcriber that they name."""
    return Media(settings, build_transcriber(settings.whisper_model))
