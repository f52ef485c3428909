"""May this file be decoded, and by which demuxer? Decided from its first bytes and its size alone.

The MIME type and file name that came with it are claims of a stranger and are not even parameters here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Demuxer(StrEnum):
    """ffmpeg's name of the one container reader that may look at a file (`-f`)."""

    OGG = "ogg"
    MATROSKA = "matroska"
    MP4 = "mov"
    WAV = "wav"
    MP3 = "mp3"
    AAC = "aac"
    AMR = "amr"


class RefusalReason(StrEnum):
    """Why a file is not decoded: stable, machine-readable."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN_FORMAT = "unknown_format"


_MAGIC: tuple[tuple[Demuxer, *tuple[tuple[int, bytes], ...]], ...] = (
    (Demuxer.OGG, (0, b"OggS\x00")),
    (Demuxer.MATROSKA, (0, b"\x1a\x45\xdf\xa3")),
    (Demuxer.MP4, (4, b"ftyp")),
    (Demuxer.WAV, (0, b"RIFF"), (8, b"WAVE")),
    (Demuxer.AMR, (0, b"#!AMR\n")),
    (Demuxer.AMR, (0, b"#!AMR-WB\n")),
    (Demuxer.MP3, (0, b"ID3")),
)


_UNKNOWN = (
    "This is not a sound file we can read. Please send a voice note (OGG, WebM, MP4, WAV, MP3, AAC or AMR)."
)


@dataclass(frozen=True)
class Limits:
    """How much is accepted: `max_bytes` of file, and the `max_seconds` of sound that are decoded of it."""

    max_bytes: int = 16 * 1024 * 1024  # what WhatsApp lets a voice note weigh
    max_seconds: int = 300


@dataclass(frozen=True)
class Accept:
    """The file may be decoded, by this demuxer and no other."""

    demuxer: Demuxer


@dataclass(frozen=True)
class Refuse:
    """The file is not decoded; `sentence` says why and what to send instead."""

    reason: RefusalReason
    sentence: str


def accept(data: bytes, limits: Limits) -> Accept | Refuse:
    """Decides about a whole file."""
    if not data:
        return Refuse(RefusalReason.EMPTY, "The file is empty. Please record the voice note again.")
    if len(data) > limits.max_bytes:
        sentence = (
            f"The file is larger than {limits.max_bytes // (1024 * 1024)} MB. Please send a shorter one."
        )
        return Refuse(RefusalReason.TOO_LARGE, sentence)
    demuxer = sniff(data)
    if demuxer is None:
        return Refuse(RefusalReason.UNKNOWN_FORMAT, _UNKNOWN)
    return Accept(demuxer)


def sniff(data: bytes) -> Demuxer | None:
    """The container that the first bytes announce, or None; playlists (m3u8, ffconcat, …) have none."""
    for demuxer, *marks in _MAGIC:
        if all(data.startswith(mark, offset) for offset, mark in marks):
            return demuxer
    return _sniff_frame(data[:4])


def _sniff_frame(head: bytes) -> Demuxer | None:
    """MPEG audio without a tag starts with a frame: eleven set bits, then the layer (0: AAC's ADTS)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 0b11, head[1] >> 1 & 0b11
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 0b11
    if layer == 0:
        return Demuxer.AAC if head[1] & 0xF6 == 0xF0 else None
    valid = layer == 1 and version != 1 and bitrate not in (0, 15) and rate != 3
    return Demuxer.MP3 if valid else None
