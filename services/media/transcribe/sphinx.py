"""English voice notes without any download: pocketsphinx, with a language model of booking sentences.

The default where no Whisper model is configured: it knows some 450 words and hears nothing else. The recogniser
itself runs in `sphinx_engine.py`, a process that is started with the first note and ends with this one.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from importlib.metadata import version
from typing import IO, Any, cast

from services.media.decode import Pcm
from services.media.transcribe.port import EngineDescription, EngineFailed, Transcript
from services.media.transcribe.written import written

_ADVICE = (
    "For other languages and free speech: pip install 'usher[whisper]' and set USHER_WHISPER_MODEL=base."
)
_ENGINE = "services.media.transcribe.sphinx_engine"
#: Enough to load the model and to hear five minutes of speech on a slow machine (10 s of sound take about 1 s).
_SECONDS_PER_NOTE = 120.0


class SphinxTranscriber:
    """pocketsphinx behind the port: one note at a time, in a process that is replaced when it dies."""

    name = "pocketsphinx"

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._turn = threading.Lock()  # one note at a time
        self._lifecycle = (
            threading.Lock()
        )  # held for moments: no process is started behind the back of `close`

    async def transcribe(
        self, pcm: Pcm, language: str | None = None, vocabulary: tuple[str, ...] = ()
    ) -> Transcript:
        """As the port. Hears English whatever the hint says; ignores words it cannot pronounce."""
        answer = await asyncio.to_thread(self._ask, pcm.samples, vocabulary)
        return Transcript(written(answer["text"]), self.name, "en", round(answer["confidence"], 3))

    @property
    def process_id(self) -> int | None:
        """The recogniser's process, None before the first note and after `close`."""
        return self._process.pid if self._process else None

    def describe(self) -> EngineDescription:
        """As the port."""
        return EngineDescription(
            name=self.name,
            version=version("pocketsphinx"),
            model="en-us, booking sentences (bundled)",
            languages="English",
            advice=_ADVICE,
        )

    async def close(self) -> None:
        """As the port: ends the recogniser's process, also in the middle of a note."""
        with self._lifecycle:
            self._closed = True
            process, self._process = self._process, None
        if process is not None:
            process.kill()
            await asyncio.to_thread(process.wait)

    def _ask(self, samples: bytes, vocabulary: tuple[str, ...]) -> dict[str, Any]:
        request = json.dumps({"bytes": len(samples), "vocabulary": vocabulary}).encode() + b"\n" + samples
        with self._turn:
            process = self._running()
            line = _exchange(process, request)
        if not line:
            process.kill()
            raise EngineFailed(f"pocketsphinx stopped (exit code {process.wait()}). Send the note again.")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        with self._lifecycle:
            if self._closed:
                raise EngineFailed("pocketsphinx was shut down. Send the note again.")
            if self._process is None or self._process.poll() is not None:
                self._process = _start()
            return self._process


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  our own command line; a stranger's sound is only its input
        [sys.executable, "-m", _ENGINE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Our modules, nothing else: no secret reaches the process that parses strangers' sound.
        env={"PYTHONPATH": os.pathsep.join(path or "." for path in sys.path)},
        start_new_session=True,  # Ctrl-C is ours; the process ends when its input does
    )


def _exchange(process: subprocess.Popen[bytes], request: bytes) -> bytes:
    """The answer to a request, empty when the process died or had to be killed for hanging."""
    sink, source = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
    watchdog = threading.Timer(_SECONDS_PER_NOTE, process.kill)
    watchdog.start()
    try:
        sink.write(request)
        sink.flush()
        return source.readline()
    except OSError:
        return b""
    finally:
        watchdog.cancel()
