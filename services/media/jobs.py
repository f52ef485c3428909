"""What does media do with each job? Receipts are built and announced; voice notes are answered with their text.

Media keeps nothing: whoever asked asks again until it has the result, so every job may be done twice.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from services.media.decode import AudioRefused, AudioUnreadable, DecoderFailed, Pcm, decode
from services.media.transcribe.port import EngineFailed, Transcriber
from shared import subjects
from shared.actors.delivery import Delivery
from shared.bus import HEADER_ID, MSG_ID, Bus
from shared.errors import Poison, outline
from shared.files import Files, receipt_key
from shared.ids import derive
from shared.messages.envelope import Message
from shared.messages.media import BuildReceipt, ReceiptData, ReceiptReady, TranscribeVoice, VoiceTranscribed
from shared.telemetry import get_logger

AnyMessage = TypeVar("AnyMessage", bound=Message)

_PDF = "application/pdf"
_ANSWERS_KEPT = 256
_ENGINE_TRIES = 2
_NOT_UNDERSTOOD = "I could not understand this voice note. Please record it again, or type your message."
_CANNOT_LISTEN = "I cannot listen to voice notes at the moment. Please type your message."


class AskerKeepsIt:
    """Stands in for receipts and dead letters: whoever asked keeps the job until it has the *result*.

    A receipt's job stays in the notifier's outbox until `receipt_ready` reaches it; a voice note's job is asked
    again by the agent. So media confirms nothing, and a job that it cannot read is only logged (by the mailbox).
    """

    async def confirm(self, delivery: Delivery) -> None:
        """Nothing: the result is the confirmation."""

    async def put(self, delivery: Delivery, reason: str, tries: int) -> None:
        """Nothing: the mailbox has logged it, and the asker still has it."""


class ReceiptJobs:
    """Builds receipts. `draw` is CPU-bound, pure, and gives the same bytes for the same data."""

    def __init__(self, bus: Bus, files: Files, draw: Callable[[ReceiptData], bytes]) -> None:
        self._bus = bus
        self._files = files
        self._draw = draw

    async def handle(self, delivery: Delivery) -> None:
        """Put the receipt into the object store, then say so. Raises `Transient` when NATS is away."""
        job = _read(delivery, BuildReceipt)
        receipt_id = job.receipt.receipt_id
        pdf = await asyncio.to_thread(self._draw, job.receipt)
        file = await self._files.put(receipt_key(receipt_id), pdf, _PDF, job=job)
        ready = ReceiptReady(
            tenant_id=job.tenant_id, receipt_id=receipt_id, reply_token=job.reply_token, file=file
        )
        # Who asks again did not get the event, so each asking (its own Nats-Msg-Id) is announced anew.
        asking = derive("receipt_ready", receipt_id, delivery.headers.get(MSG_ID) or delivery.message_id)
        await self._bus.publish(
            subjects.event("media", job.tenant_id, receipt_id, ready.name),
            ready.encode(),
            msg_id=str(asking),
            headers={HEADER_ID: str(asking)},
        )


class VoiceJobs:
    """Turns voice notes into text, one at a time; remembers its latest answers for those who ask again."""

    def __init__(self, bus: Bus, files: Files, transcriber: Transcriber) -> None:
        self._bus = bus
        self._files = files
        self._transcriber = transcriber
        self._one_at_a_time = asyncio.Lock()
        self._answers: OrderedDict[tuple[UUID, UUID], VoiceTranscribed] = OrderedDict()
        self._log = get_logger("media")

    async def handle(self, delivery: Delivery) -> None:
        """Answer with the text, or with why there is none. Raises `Transient` when NATS is away."""
        job = _read(delivery, TranscribeVoice)
        answer = self._known(job)
        if answer is None:
            async with self._one_at_a_time:
                # Looked up again: the same note may have been answered while this one waited.
                answer = self._known(job) or await self._transcribe(job)
        await self._bus.reply_to(delivery.headers, answer.model_dump_json(exclude_none=True).encode())

    async def _transcribe(self, job: TranscribeVoice) -> VoiceTranscribed:
        data = await self._files.get(job.file)
        if data is None:
            return VoiceTranscribed(missing=True)
        try:
            answer = await self._hear(await decode(data), job)
        except AudioRefused as error:
            answer = VoiceTranscribed(error=error.refusal.sentence)
        except (AudioUnreadable, DecoderFailed, EngineFailed) as error:
            self._log.warning("voice_note_failed", error=outline(error))
            answer = VoiceTranscribed(error=_NOT_UNDERSTOOD)
        except Exception:  # noqa: BLE001  # no engine, or a fault of it: the asker must not wait in vain
            self._log.exception("transcriber_failed")
            return VoiceTranscribed(error=_CANNOT_LISTEN)  # not remembered: an operator may repair it
        self._remember(job, answer)
        return answer

    async def _hear(self, pcm: Pcm, job: TranscribeVoice) -> VoiceTranscribed:
        for left in reversed(range(_ENGINE_TRIES)):
            try:
                heard = await self._transcriber.transcribe(pcm, job.language, job.vocabulary)
            except EngineFailed:
                # A note that breaks the engine every time must not come back for ever.
                if not left:
                    raise
            else:
                return VoiceTranscribed(text=heard.text, engine=heard.engine, language=heard.language)
        raise EngineFailed

    def _known(self, job: TranscribeVoice) -> VoiceTranscribed | None:
        return self._answers.get((job.tenant_id, job.message_id))

    def _remember(self, job: TranscribeVoice, answer: VoiceTranscribed) -> None:
        self._answers[job.tenant_id, job.message_id] = answer
        if len(self._answers) > _ANSWERS_KEPT:
            self._answers.popitem(last=False)


def _read(delivery: Delivery, kind: type[AnyMessage]) -> AnyMessage:
    message = kind.decode(delivery.data)
    if message.tenant_id != delivery.tenant_id:
        raise Poison(f"{delivery.subject} holds a job of another tenant")
    return message
