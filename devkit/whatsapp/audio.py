"""How does a browser's recording become a WhatsApp voice note? OGG/Opus mono, through imageio-ffmpeg's
ffmpeg."""

import asyncio
import tempfile
from pathlib import Path
from typing import Final

import imageio_ffmpeg

VOICE_MIME: Final = "audio/ogg; codecs=opus"
MAX_SECONDS: Final = 300
_TIMEOUT_SECONDS: Final = 60


class NotAudioError(Exception):
    """The file holds no sound that ffmpeg can read: record again, or upload OGG, WebM, MP3, M4A or WAV."""


def is_voice_note(data: bytes) -> bool:
    """True for OGG/Opus with one channel, which is what WhatsApp itself sends: those travel untouched."""
    head = data.find(b"OpusHead", 0, 512)
    return data.startswith(b"OggS") and head > 0 and data[head + 9 : head + 10] == b"\x01"


async def to_voice_note(data: bytes) -> bytes:
    """The same sound as OGG/Opus mono, at most 300 s. Raises NotAudioError."""
    if is_voice_note(data):
        return data
    # A file, not a pipe: the index of an M4A may stand at its end.
    with tempfile.TemporaryDirectory(prefix="usher-voice-") as folder:
        source = Path(folder, "in")
        await asyncio.to_thread(source.write_bytes, data)
        out, problem, code = await _run(_arguments(source))
    if code != 0 or not out:
        reason = problem.decode(errors="replace").strip().splitlines()[-1:] or ["no output"]
        raise NotAudioError(f"{NotAudioError.__doc__} (ffmpeg: {reason[0]})")
    return out


def _arguments(source: Path) -> list[str]:
    return [
        imageio_ffmpeg.get_ffmpeg_exe(),
        *("-hide_banner", "-loglevel", "error", "-nostdin"),
        *("-protocol_whitelist", "file,pipe", "-i", str(source)),
        *("-vn", "-map_metadata", "-1", "-ac", "1", "-ar", "48000", "-t", str(MAX_SECONDS)),
        *("-c:a", "libopus", "-b:a", "32k", "-application", "voip", "-f", "ogg", "pipe:1"),
    ]


async def _run(arguments: list[str]) -> tuple[bytes, bytes, int]:
    process = await asyncio.create_subprocess_exec(
        *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            out, problem = await process.communicate()
    except TimeoutError:
        raise NotAudioError(
            f"{NotAudioError.__doc__} (ffmpeg took longer than {_TIMEOUT_SECONDS} s)"
        ) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return out, problem, process.returncode or 0
