"""What did the person send? One reader per message type of WhatsApp; what we have no reader for is `other`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from services.gateway.channels.whatsapp_json import Json, as_text
from shared.messages.conversation import ChoiceContent, Content, OtherContent, TextContent, VoiceContent


def content_of(kind: str, item: Json) -> Content:
    """The content of an element of `messages[]` of this type. A body that is missing or odd makes it `other`."""
    reader = _READERS.get(kind)
    body = item.get(kind)
    content = reader(body) if reader and isinstance(body, dict) else None
    return content or OtherContent(type=kind[:80], text=_caption(body))


def _text(body: Json) -> Content | None:
    text = as_text(body.get("body"))
    return None if text is None else TextContent(text=text)


def _interactive(body: Json) -> Content | None:
    kind = as_text(body.get("type")) or "interactive"
    reply = body.get(kind)
    if not isinstance(reply, dict):
        return None
    if kind in ("button_reply", "list_reply"):
        choice_id = as_text(reply.get("id"))
        title = as_text(reply.get("title")) or choice_id
        return ChoiceContent(choice_id=choice_id, title=title or "") if choice_id else None
    return OtherContent(type=kind[:80], text=as_text(reply.get("body")))


def _button(body: Json) -> Content | None:
    """A quick reply of a template: `payload` is what we gave it; without one its text serves."""
    text = as_text(body.get("text"))
    choice_id = as_text(body.get("payload")) or text
    return ChoiceContent(choice_id=choice_id, title=text or choice_id) if choice_id else None


def _audio(body: Json) -> Content | None:
    media_id = as_text(body.get("id"))
    if media_id is None:
        return None
    mime = as_text(body.get("mime_type")) or "audio/ogg"
    return VoiceContent(media_id=media_id, mime=mime, sha256=as_text(body.get("sha256")))


_READERS: Final[dict[str, Callable[[Json], Content | None]]] = {
    "text": _text,
    "interactive": _interactive,
    "button": _button,
    "audio": _audio,
    "voice": _audio,
}


def _caption(body: object) -> str | None:
    """The words that come with anything else: a caption, a place, a reaction's emoji."""
    if not isinstance(body, dict):
        return None
    for key in ("caption", "name", "filename", "emoji", "text", "address"):
        if text := as_text(body.get(key)):
            return text[:4096]
    return None
