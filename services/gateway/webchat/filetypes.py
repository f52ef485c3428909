"""Which files may a visitor send, and are these bytes what they say they are? Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Kind = Literal["voice", "image", "document"]

TYPES: Final[Mapping[str, Kind]] = {
    "audio/ogg": "voice",
    "audio/webm": "voice",
    "audio/mp4": "voice",
    "audio/x-m4a": "voice",
    "audio/mpeg": "voice",
    "audio/aac": "voice",
    "audio/wav": "voice",
    "audio/x-wav": "voice",
    "image/jpeg": "image",
    "image/png": "image",
    "image/webp": "image",
    "image/gif": "image",
    "application/pdf": "document",
}
"""What is taken, and what it is to the agent."""

_MARKS: Final[Mapping[str, tuple[tuple[int, bytes], ...]]] = {
    "audio/ogg": ((0, b"OggS"),),
    "audio/webm": ((0, b"\x1a\x45\xdf\xa3"),),
    "audio/mp4": ((4, b"ftyp"),),
    "audio/x-m4a": ((4, b"ftyp"),),
    "audio/wav": ((0, b"RIFF"), (8, b"WAVE")),
    "audio/x-wav": ((0, b"RIFF"), (8, b"WAVE")),
    "image/jpeg": ((0, b"\xff\xd8\xff"),),
    "image/png": ((0, b"\x89PNG\r\n\x1a\n"),),
    "image/webp": ((0, b"RIFF"), (8, b"WEBP")),
    "image/gif": ((0, b"GIF8"),),
    "application/pdf": ((0, b"%PDF-"),),
}


def is_of(data: bytes, mime: str) -> bool:
    """Whether a file begins as files of this type do. Empty ones are of none."""
    if mime in ("audio/mpeg", "audio/aac"):  # frames, with a tag before them or not
        return data.startswith(b"ID3") or (len(data) > 1 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0)
    marks = _MARKS.get(mime)
    return bool(marks) and all(data.startswith(mark, offset) for offset, mark in marks or ())
