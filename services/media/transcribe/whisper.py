"""Voice notes in any language by openai-whisper: a model by name (downloaded at first use) or a checkpoint file.

Whisper and torch are the extra `usher[whisper]`; they are imported with the first note, never with this module.
"""

from __future__ import annotations

import asyncio
import math
import threading
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from services.media.decode import Pcm
from services.media.transcribe.port import EngineDescription, EngineFailed, EngineMissing, Transcript

_INSTALL = "pip install 'usher[whisper]'"
#: A segment that Whisper itself takes for silence; its text is an invention ("Thanks for watching!").
_SILENCE = 0.6
#: Whisper reads at most half of its 448 tokens as prompt; this many characters always fit.
_PROMPT_CHARACTERS = 400


class WhisperTranscriber:
    """openai-whisper behind the port: the model is loaded once, in a thread, and hears one note at a time."""

    name = "whisper"

    def __init__(self, model: str) -> None:
        """`model`: a name of `whisper.available_models()` or the path of a checkpoint."""
        self._wanted = model
        self._model: Any = None
        self._turn = threading.Lock()

    async def transcribe(
        self, pcm: Pcm, language: str | None = None, vocabulary: tuple[str, ...] = ()
    ) -> Transcript:
        """As the port. Without a hint, or with one it does not know, Whisper detects the language itself."""
        return await asyncio.to_thread(self._hear, pcm, language, vocabulary)

    def describe(self) -> EngineDescription:
        """As the port."""
        try:
            installed, advice = version("openai-whisper"), None
        except PackageNotFoundError:
            installed, advice = "not installed", f"Run: {_INSTALL}"
        languages = "English" if self._wanted.endswith(".en") else "about 100 languages"
        return EngineDescription(self.name, installed, self._wanted, languages, advice)

    async def close(self) -> None:
        """As the port: lets the model go."""
        self._model = None

    def _hear(self, pcm: Pcm, language: str | None, vocabulary: tuple[str, ...]) -> Transcript:
        with self._turn:
            model = self._loaded()
            import numpy
            import whisper

            sound = numpy.frombuffer(pcm.samples, dtype="<i2").astype(numpy.float32) / 32768.0
            known = (language or "").partition("-")[0].lower()
            hint = (
                "en" if not model.is_multilingual else known if known in whisper.tokenizer.LANGUAGES else None
            )
            prompt = ", ".join(vocabulary)[:_PROMPT_CHARACTERS] or None
            try:
                heard = whisper.transcribe(
                    model,
                    sound,
                    language=hint,
                    initial_prompt=prompt,
                    fp16=model.device.type != "cpu",
                    verbose=None,
                )
            except RuntimeError as error:  # torch's word for everything, out of memory among it
                raise EngineFailed(f"Whisper failed: {error}") from error
        return _transcript(heard, self.name)

    def _loaded(self) -> Any:
        if self._model is None:
            try:
                import whisper
            except ImportError as error:
                raise EngineMissing(
                    f"USHER_WHISPER_MODEL is set, but Whisper is not installed. Run: {_INSTALL}"
                ) from error
            try:
                self._model = whisper.load_model(self._wanted)
            except (RuntimeError, OSError, KeyError, TypeError, EOFError, UnpicklingError) as error:
                raise EngineMissing(self._advice(error)) from error
        return self._model

    def _advice(self, error: Exception) -> str:
        what = (
            "checkpoint file" if Path(self._wanted).exists() else "model (a name is downloaded at first use)"
        )
        return f"Whisper could not load the {what} {self._wanted!r} of USHER_WHISPER_MODEL: {error}"


def _transcript(heard: dict[str, Any], engine: str) -> Transcript:
    spoken = [s for s in heard["segments"] if s["no_speech_prob"] < _SILENCE and s["text"].strip()]
    seconds = sum(s["end"] - s["start"] for s in spoken)
    if not spoken or seconds <= 0:
        return Transcript("", engine, heard["language"], 0.0)
    likelihood = sum(s["avg_logprob"] * (s["end"] - s["start"]) for s in spoken) / seconds
    text = "".join(s["text"] for s in spoken).strip()
    return Transcript(text, engine, heard["language"], round(math.exp(min(0.0, likelihood)), 3))
