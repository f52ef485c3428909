"""English voice notes without any download: pocketsphinx, with a language model of booking sentences.

The default where no Whisper model is configured: it knows some 450 words and hears nothing else. The recogniser itself
runs in `sphinx_engine.py`, a process that is started with the first note and ends with this one.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from importlib.metadata import version
from typing import Any

from services.media.decode import Pcm
from services.media.transcribe.port import EngineDescription, EngineFailed, Transcript
from services.media.transcribe.written import written

_ENGINE = "services.media.transcribe.sphinx_engine"
#: Enough to load the model and to hear five minutes of speech on a slow machine (it hears 10 s of sound in 1 s).
_SECONDS_PER_NOTE = 120.0


class SphinxTranscriber:
    """pocketsphinx behind the port: one note at a time, in a process of its own that is replaced when it dies."""

    name = "pocketsphinx"

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    async def transcribe(
        self, pcm: Pcm, language: str | None = None, vocabulary: tuple[str, ...] = ()
    ) -> Transcript:
        """As the port. Hears English whatever the hint says; words of `vocabulary` it cannot pronounce are ignored."""
        answer = await asyncio.to_thread(self._ask, pcm.samples, vocabulary)
        return Transcript(written(answer["text"]), self.name, "en", round(answer["confidence"], 3))

    def describe(self) -> EngineDescription:
        """As the port."""
        return EngineDescription(
            name=self.name,
            version=version("pocketsphinx"),
            model="en-us, booking sentences (bundled)",
            languages="English",
            advice="For other languages and free speech: pip install 'usher[whisper]' and set USHER_WHISPER_MODEL=base.",
        )

    async def close(self) -> None:
        """As the port: ends the recogniser's process."""
        await asyncio.to_thread(self._stop)

    def _ask(self, samples: bytes, vocabulary: tuple[str, ...]) -> dict[str, Any]:
        request = json.dumps({"bytes": len(samples), "vocabulary": vocabulary}).encode() + b"\n" + samples
        with self._turn:
            process = self._running()
            assert process.stdin and process.stdout
            # A process that hangs is killed; the read below then ends at once.
            watchdog = threading.Timer(_SECONDS_PER_NOTE, process.kill)
            watchdog.start()
            try:
                process.stdin.write(request)
                process.stdin.flush()
                line = process.stdout.readline()
            except OSError:
                line = b""
            finally:
                watchdog.cancel()
            if not line:
                self._process = None
                process.kill()
                raise EngineFailed(f"pocketsphinx stopped (exit code {process.wait()}); the note is tried again.")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", _ENGINE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # Our modules, nothing else: no secret reaches the process that parses strangers' sound.
                env={"PYTHONPATH": os.pathsep.join(path or "." for path in sys.path)},
                start_new_session=True,  # Ctrl-C is ours; the process ends when its input does
            )
        return self._process

    def _stop(self) -> None:
        with self._turn:
            process, self._process = self._process, None
        if process is not None:
            process.communicate()  # closes its input, which ends it
