"""What did the person send? The contents of a form of Twilio: a tap, a place, files, words.

A file's id is its URL with its MIME type as the fragment, which never travels: `locate` needs both.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Final, Literal

from shared.messages.conversation import (
    ChoiceContent,
    Content,
    LocationContent,
    MediaContent,
    OtherContent,
    TextContent,
    VoiceContent,
)

Form = Mapping[str, str]
MediaKind = Literal["image", "video", "document", "sticker"]

ANY_TYPE: Final = "application/octet-stream"
_MOST_FILES: Final = 10
"""Twilio's own limit."""
_MIME: Final = re.compile(r"[\w.+-]+/[\w.+-]+(\s*;\s*[\w.+-]+=[\w.+-]+)*", re.ASCII)


def contents_of(form: Form) -> list[Content]:
    """What was sent, in order; at least one. Words beside a file are its caption, beside a voice note come after it."""
    text = form.get("Body", "")
    if special := _choice(form) or _location(form):
        return [special]
    files = _files(form)
    if not files:
        return [TextContent(text=text) if text.strip() else OtherContent(type=_type(form))]
    contents: list[Content] = []
    for number, (media_id, mime) in enumerate(files):
        caption = text if number == 0 and text.strip() else None
        contents.append(_file(media_id, mime, caption))
    if text.strip() and isinstance(contents[0], VoiceContent):
        contents.append(TextContent(text=text))
    return contents


def _choice(form: Form) -> Content | None:
    """A tapped button (a quick reply of a template may have no payload) or list row."""
    title = form.get("ButtonText") or form.get("ListTitle") or form.get("Body") or ""
    choice_id = form.get("ButtonPayload") or form.get("ListId") or form.get("ButtonText")
    return ChoiceContent(choice_id=choice_id, title=title or choice_id) if choice_id else None


def _location(form: Form) -> Content | None:
    latitude, longitude = _degrees(form, "Latitude", 90), _degrees(form, "Longitude", 180)
    if latitude is None or longitude is None:
        return None
    return LocationContent(
        latitude=latitude,
        longitude=longitude,
        name=form.get("Label", "").strip() or None,
        address=form.get("Address", "").strip() or None,
    )


def _degrees(form: Form, name: str, most: float) -> float | None:
    try:
        value = float(form.get(name, ""))
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= most else None


def _files(form: Form) -> list[tuple[str, str]]:
    """Id and MIME type of each file."""
    found = []
    for number in range(_MOST_FILES):
        url = form.get(f"MediaUrl{number}", "").strip()
        if url:
            mime = form.get(f"MediaContentType{number}", "").strip().lower()
            mime = mime if _MIME.fullmatch(mime) else ANY_TYPE
            found.append((f"{url.partition('#')[0]}#{mime}", mime))
    return found


def _file(media_id: str, mime: str, caption: str | None) -> Content:
    if mime.startswith("audio/"):
        return VoiceContent(media_id=media_id, mime=mime)
    kind: MediaKind = "document"
    if mime.startswith("image/"):
        kind = "sticker" if mime == "image/webp" else "image"
    elif mime.startswith("video/"):
        kind = "video"
    return MediaContent(media=kind, media_id=media_id, mime=mime, caption=caption)


def _type(form: Form) -> str:
    """The channel's word for a message without anything that we could read."""
    return (form.get("MessageType") or "empty").strip()[:80] or "empty"
