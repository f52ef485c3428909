"""Which speech engine is configured? Whisper where a model is named, else pocketsphinx, which needs nothing."""

from __future__ import annotations

from services.media.transcribe.port import Transcriber
from services.media.transcribe.sphinx import SphinxTranscriber
from services.media.transcribe.whisper import WhisperTranscriber


def build_transcriber(whisper_model: str | None) -> Transcriber:
    """The engine for `USHER_WHISPER_MODEL` (a model name, a checkpoint path, or nothing). Loads no model yet."""
    return WhisperTranscriber(whisper_model) if whisper_model else SphinxTranscriber()
