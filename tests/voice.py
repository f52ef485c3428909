"""A voice for the tests: espeak-ng (from the wheel `espeakng-loader`) speaks, ffmpeg packs it as a voice note.

`python -m tests.voice "yes please" note.ogg` writes one to a file.
"""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
from functools import cache, lru_cache
from pathlib import Path

import espeakng_loader
import imageio_ffmpeg

#: Three voices that differ: US English, the same as a woman, British English.
VOICES = ("en-us", "en-us+f3", "en")

_SYNCHRONOUS, _UTF8, _RATE_PARAMETER, _WORDS_PER_MINUTE = 2, 1, 1, 160
_ON_SAMPLES = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
# espeak-ng reads "a m" as the article and mispronounces this word; people do neither.
_SAY_AS = ((r"\bp m\b", "PM"), (r"\ba m\b", "AM"), (r"\bpilates\b", "pilahteez"))


class Espeak:
    """libespeak-ng, which may be started once in a process."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._heard: list[bytes] = []
        self._callback = _ON_SAMPLES(self._collect)  # kept: ctypes would let it go
        folder = str(espeakng_loader.get_data_path()).encode()
        self.rate: int = self._library.espeak_Initialize(_SYNCHRONOUS, 0, folder, 0)
        self._library.espeak_SetSynthCallback(self._callback)

    def say(self, text: str, voice: str) -> bytes:
        """Mono 16-bit samples at `rate`. Raises ValueError for a voice it does not have."""
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {voice!r}")
        self._library.espeak_SetParameter(_RATE_PARAMETER, _WORDS_PER_MINUTE, 0)
        self._heard.clear()
        said = text.encode()
        self._library.espeak_Synth(said, ctypes.c_size_t(len(said) + 1), 0, 0, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        return b"".join(self._heard)

    def _collect(self, samples: ctypes._Pointer[ctypes.c_short], count: int, _events: int | None) -> int:
        if samples and count > 0:
            self._heard.append(ctypes.string_at(samples, 2 * count))
        return 0


@cache
def espeak() -> Espeak:
    """The one espeak-ng of this process."""
    return Espeak()


@lru_cache(maxsize=256)
def speak(text: str, voice: str = "en-us") -> bytes:
    """A voice note as WhatsApp sends it: OGG/Opus, mono, saying `text`."""
    return encode(text, voice, "-c:a", "libopus", "-b:a", "24k", "-application", "voip", "-f", "ogg")


def encode(text: str, voice: str, *options: str) -> bytes:
    """The same in another container: `options` are ffmpeg's output options, for a format it can write to a pipe."""
    for pattern, spoken in _SAY_AS:
        text = re.sub(pattern, spoken, text)
    samples = espeak().say(text, voice)
    source = ["-f", "s16le", "-ar", str(espeak().rate), "-ac", "1", "-i", "pipe:0"]
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        *source,
        "-fflags",
        "+bitexact",
        *options,
        "pipe:1",
    ]
    return subprocess.run(command, input=samples, capture_output=True, check=True).stdout


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(speak(sys.argv[1]))
