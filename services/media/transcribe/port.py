"""What is a transcriber? The port that every speech engine implements, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from services.media.decode import Pcm
from shared.errors import Transient, UsherError


class EngineMissing(UsherError):
    """The speech engine is not installed or its model cannot be loaded."""


class EngineFailed(Transient):
    """The speech engine stopped in the middle of a voice note; the same note may work again."""


@dataclass(frozen=True)
class Transcript:
    """What was heard. `text` is empty when nobody spoke.

    `engine`: the adapter's name. `language`: BCP 47. `confidence`: 0 (a guess) to 1, None where unknown.
    """

    text: str
    engine: str
    language: str
    confidence: float | None


@dataclass(frozen=True)
class EngineDescription:
    """What `usher doctor` shows: engine, version, model, what it understands, and what to do for more."""

    name: str
    version: str
    model: str
    languages: str
    advice: str | None


class Transcriber(Protocol):
    """A speech engine, for one note after the other; `transcribe` never blocks the event loop."""

    @property
    def name(self) -> str:
        """The engine's name as in `Transcript.engine`."""

    async def transcribe(
        self, pcm: Pcm, language: str | None = None, vocabulary: tuple[str, ...] = ()
    ) -> Transcript:
        """The words of a voice note.

        `language`: a hint (BCP 47). `vocabulary`: words of this business (services, staff), likelier to be heard.
        Raises EngineMissing (installation or model), EngineFailed (try again).
        """

    def describe(self) -> EngineDescription:
        """What is configured, without loading the model. Never raises."""

    async def close(self) -> None:
        """Lets go of processes and memory; safe to call twice."""
