"""How does a stranger's sound file become plain samples without hurting us? By ffmpeg, in a cage.

The file is its standard input (an unnamed temporary file), the demuxer is forced, the only protocol is `fd`:
a playlist in disguise can name no other file and no host. No environment, an empty working folder, hard limits
on time, memory, files and output. Nothing here trusts ffmpeg to be free of faults.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import IO

import imageio_ffmpeg

from services.media.domain.accept import Demuxer, Limits, Refuse, accept
from shared.errors import Transient, UsherError

#: Samples per second of everything that leaves here.
RATE = 16_000
_BYTES_PER_SECOND = 2 * RATE

# A launcher instead of `preexec_fn`, which may deadlock in a process that has threads.
_LAUNCHER = """
import os, resource, sys
for name, limit in (("CPU", 20), ("AS", 2 << 30), ("FSIZE", 0), ("NOFILE", 32), ("CORE", 0)):
    try:
        resource.setrlimit(getattr(resource, "RLIMIT_" + name), (limit, limit))
    except (AttributeError, ValueError):
        pass  # macOS has no limit on address space
os.execv(sys.argv[1], sys.argv[1:])
"""


class AudioRefused(UsherError):
    """The file is not a sound file we accept. Send a voice note in a common format."""

    def __init__(self, refusal: Refuse) -> None:
        super().__init__(refusal.sentence)
        self.refusal = refusal


class AudioUnreadable(UsherError):
    """The sound file is damaged or holds no sound. Record it again."""


class DecoderFailed(Transient):
    """The sound file took too long to decode."""


@dataclass(frozen=True)
class Pcm:
    """Sound: mono, 16,000 samples per second, each a signed 16-bit little-endian integer, in `samples`."""

    samples: bytes

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return len(self.samples) / _BYTES_PER_SECOND


async def decode(data: bytes, limits: Limits | None = None, timeout: float = 30.0) -> Pcm:
    """The sound of a file, at most `limits.max_seconds` of it; `timeout` in seconds. Never blocks the loop.

    Raises AudioRefused (a format or size we do not take), AudioUnreadable (damaged, no sound), DecoderFailed
    (too slow).
    """
    return await asyncio.to_thread(decode_blocking, data, limits or Limits(), timeout)


def decode_blocking(data: bytes, limits: Limits, timeout: float) -> Pcm:
    """As `decode`, in the calling thread."""
    verdict = accept(data, limits)
    if isinstance(verdict, Refuse):
        raise AudioRefused(verdict)
    with tempfile.TemporaryDirectory(prefix="usher-decode-") as cage, tempfile.TemporaryFile() as source:
        source.write(data)
        source.seek(0)
        samples = _run(_command(verdict.demuxer, limits), source, cage, timeout)
    if not samples:
        raise AudioUnreadable
    return Pcm(samples)


def _command(demuxer: Demuxer, limits: Limits) -> list[str]:
    launcher = [sys.executable, "-I", "-S", "-c", _LAUNCHER, imageio_ffmpeg.get_ffmpeg_exe()]
    quiet = ["-hide_banner", "-nostdin", "-v", "error", "-max_alloc", "268435456"]
    source = ["-protocol_whitelist", "fd", "-f", demuxer, "-t", str(limits.max_seconds), "-i", "fd:"]
    # `-map 0:a:0` alone already leaves video, subtitles and data out; the flags keep their decoders unopened.
    sound = ["-map", "0:a:0", "-vn", "-sn", "-dn", "-threads", "1", "-ac", "1", "-ar", str(RATE)]
    seconds, size = str(limits.max_seconds), str(limits.max_seconds * _BYTES_PER_SECOND)
    return launcher + quiet + source + sound + ["-t", seconds, "-fs", size, "-f", "s16le", "pipe:1"]


def _run(command: list[str], source: IO[bytes], cage: str, timeout: float) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603  our own command line; the stranger's bytes are only its input
            command, stdin=source, capture_output=True, cwd=cage, env={}, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired:
        raise DecoderFailed from None
    # A damaged tail still leaves the sound before it, so only an empty result counts as a failure.
    if done.returncode and not done.stdout:
        detail = done.stderr.decode(errors="replace").strip().splitlines()
        reason = detail[-1] if detail else f"exit code {done.returncode}"
        raise AudioUnreadable(f"{AudioUnreadable.__doc__} (ffmpeg: {reason})")
    return done.stdout
