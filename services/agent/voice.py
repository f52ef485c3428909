"""What was said in a voice note? Fetched through the gateway, written down by media."""

from __future__ import annotations

import asyncio
from typing import Protocol
from uuid import UUID

from services.agent.bookings import persistently
from shared import ids, subjects
from shared.bus import Bus
from shared.messages.conversation import FetchMedia, MediaFetched, MessageReceived, VoiceContent
from shared.messages.media import FileRef, TranscribeVoice, VoiceTranscribed

_AGAIN = 0.5


class Voice(Protocol):
    """Whoever turns voice notes into words."""

    async def words(
        self, message: MessageReceived, content: VoiceContent, vocabulary: tuple[str, ...]
    ) -> str | None:
        """The words of the voice note; None when there are none or it cannot be had any more."""


class BusVoice:
    """Voice notes over the bus: gateway fetches, media transcribes; a lost file is fetched again."""

    def __init__(self, bus: Bus, *, every: float, deadline: float) -> None:
        self._bus = bus
        self._every = every
        self._deadline = deadline

    async def words(
        self, message: MessageReceived, content: VoiceContent, vocabulary: tuple[str, ...]
    ) -> str | None:
        """See `Voice.words`. Raises `Unanswered` after the deadline."""
        attempt = 0
        while True:
            file = await self._fetch(message, content)
            if file is None:
                return None
            result = await self._transcribe(message, file, vocabulary, attempt)
            if not result.missing:
                return (result.text or "").strip() or None
            attempt += 1
            await asyncio.sleep(_AGAIN)

    async def _fetch(self, message: MessageReceived, content: VoiceContent) -> FileRef | None:
        question = FetchMedia(
            tenant_id=message.tenant_id,
            channel=message.sender.channel,
            account_id=message.sender.account_id,
            media_id=content.media_id,
            sha256=content.sha256,
        )
        subject = subjects.query("gateway", question.name)
        while True:
            answer = await persistently(
                lambda: self._bus.query(subject, question, MediaFetched, timeout=10.0),
                deadline=self._deadline,
            )
            if answer.file is not None or answer.gone:
                return answer.file
            await asyncio.sleep(_AGAIN)

    async def _transcribe(
        self, message: MessageReceived, file: FileRef, vocabulary: tuple[str, ...], attempt: int
    ) -> VoiceTranscribed:
        job = TranscribeVoice(
            tenant_id=message.tenant_id, message_id=message.message_id, file=file, vocabulary=vocabulary
        )
        return await self._bus.ask(
            subjects.job("media", job.name, message.tenant_id),
            job,
            VoiceTranscribed,
            ask_id=_ask_id(message.message_id, attempt),
            every=max(self._every, 5.0),  # transcribing takes a while: asking sooner only makes work
            deadline=self._deadline,
        )


def _ask_id(message_id: UUID, attempt: int) -> UUID:
    return ids.derive("transcript", message_id, attempt)
