"""What did the person send? The body of a Messenger or Instagram message as typed contents: words, taps, files, places."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote, urlsplit

from services.gateway.channels.lenient import Json, inner, text_of
from services.gateway.domain.states import ReportedState
from shared.messages.conversation import (
    ChoiceContent,
    Content,
    LocationContent,
    MediaContent,
    OtherContent,
    Referral,
    TextContent,
    VoiceContent,
)

MEDIA: Final[dict[str, tuple[str, str]]] = {
    "image": ("image", "image/jpeg"),
    "video": ("video", "video/mp4"),
    "file": ("document", "application/octet-stream"),
}
"""Kinds of attachments, and their MIME types when the URL does not tell."""
MIMES: Final = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "pdf": "application/pdf",
    "ogg": "audio/ogg",
    "m4a": "audio/mp4",
    "aac": "audio/aac",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
}
VOICE_MIME: Final = "audio/mp4"
"""What both apps record voice notes as."""


def contents(message: Json) -> list[Content]:
    """What a message holds, in order: one content, or several (words and a voice note, four pictures). Never empty."""
    text, payload = text_of(message, "text"), text_of(inner(message, "quick_reply"), "payload")
    if payload is not None:
        return [ChoiceContent(choice_id=payload, title=text or "")]
    attachments = message.get("attachments")
    items = [item for item in attachments if isinstance(item, dict)] if isinstance(attachments, list) else []
    found = [_attachment(item) for item in items]
    if text is None:
        return found or [OtherContent(type="message")]
    words = TextContent(text=text)
    if not found or all(isinstance(content, OtherContent) for content in found):
        return [words]  # a link's preview says nothing that the words do not say
    first = found[0]
    if isinstance(first, MediaContent):
        return [first.model_copy(update={"caption": text}), *found[1:]]
    return [words, *found]


def _attachment(item: Json) -> Content:
    kind, payload = text_of(item, "type") or "unknown", inner(item, "payload")
    url = text_of(payload, "url")
    if kind == "location":
        return _place(payload, text_of(item, "title"))
    if kind == "audio" and url:
        mime = mime_of(url, VOICE_MIME)
        return VoiceContent(media_id=url, mime=VOICE_MIME if mime.startswith("video/") else mime)
    if kind in MEDIA and url:
        media, mime = MEDIA[kind]
        if kind == "image" and "sticker_id" in payload:
            media = "sticker"
        filename = filename_of(url) if media == "document" else None
        return MediaContent.model_validate(
            {"media": media, "media_id": url, "mime": mime_of(url, mime), "filename": filename}
        )
    named = text_of(item, "title") or text_of(payload, "title")
    return OtherContent(type=kind[:80], text=named or (url if kind in ("fallback", "share") else None))


def _place(payload: Json, title: str | None) -> Content:
    coordinates = inner(payload, "coordinates")
    latitude, longitude = _degrees(coordinates.get("lat"), 90), _degrees(coordinates.get("long"), 180)
    if latitude is None or longitude is None:
        return OtherContent(type="location", text=title)
    return LocationContent(latitude=latitude, longitude=longitude, name=title)


def _degrees(value: object, most: float) -> float | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if isinstance(value, (int, float)) and is_number and abs(value) <= most else None


def referral(item: Json) -> Referral | None:
    """The advertisement, link or plugin that a person came from."""
    if not item:
        return None
    context = inner(item, "ads_context_data")
    source = text_of(item, "source") or text_of(item, "type") or "link"
    return Referral(
        source={"ADS": "ad", "SHORTLINK": "link", "SHORTLINKS": "link", "IGME-SOURCE-LINK": "link"}.get(
            source, source.lower()
        ),
        source_id=text_of(item, "ad_id") or text_of(item, "ref"),
        url=text_of(item, "referer_uri") or text_of(context, "video_url") or text_of(context, "photo_url"),
        headline=text_of(context, "ad_title"),
    )


def known(state: str) -> ReportedState:
    """The state of a report, as the gateway calls it."""
    return "read" if state == "read" else "delivered"


def mime_of(url: str, otherwise: str) -> str:
    """The MIME type that a URL's ending tells."""
    return MIMES.get(_path(url).rpartition(".")[2].lower(), otherwise)


def filename_of(url: str) -> str | None:
    """The file's name at the end of a URL."""
    return unquote(_path(url).rpartition("/")[2]).replace("\x00", "")[:240] or None


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
