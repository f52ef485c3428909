"""What does this sound file say? The voice path without the bus, as `usher transcribe FILE` shows it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from services.media.decode import decode
from services.media.transcribe.choose import build_transcriber
from services.media.transcribe.port import Transcript


def transcribe_file(path: Path, whisper_model: str | None = None) -> Transcript:
    """The words of a sound file, by the engine that `whisper_model` chooses. Not for use inside an event loop.

    Raises OSError (no such file) and what `decode` and `Transcriber.transcribe` raise.
    """
    return asyncio.run(_transcribe(path.read_bytes(), whisper_model))


async def _transcribe(data: bytes, whisper_model: str | None) -> Transcript:
    transcriber = build_transcriber(whisper_model)
    try:
        return await transcriber.transcribe(await decode(data))
    finally:
        await transcriber.close()
