"""What did the person send? One reader per kind of Telegram message; what we have no reader for is `other`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeAlias

from services.gateway.channels.lenient import as_text, phone_of
from shared.messages.conversation import (
    ContactCard,
    ContactsContent,
    Content,
    LocationContent,
    MediaContent,
    OtherContent,
    TextContent,
    VoiceContent,
)

Json: TypeAlias = Mapping[str, object]

_ENVELOPE: Final = (
    "message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count sender_business_bot "
    "sender_tag date business_connection_id chat forward_origin forward_from forward_from_chat forward_from_message_id "
    "forward_signature forward_sender_name forward_date is_topic_message is_automatic_forward reply_to_message "
    "external_reply quote reply_to_story reply_to_checklist_task_id via_bot edit_date has_protected_content "
    "is_from_offline is_paid_post media_group_id author_signature paid_star_count entities link_preview_options "
    "suggested_post_info effect_id caption caption_entities show_caption_above_media has_media_spoiler "
    "reply_markup"
)
_AROUND: Final = frozenset(_ENVELOPE.split())
"""What surrounds a message of any kind; the first key that is none of these names the kind."""
_LONGEST_TEXT: Final = 4096


def content_of(item: Json) -> Content:
    """The content of a `Message`. A body that is missing or odd makes it `other`."""
    for kind, reader in _READERS.items():
        if kind in item and (content := reader(item)) is not None:
            return content
    kind = kind_of(item)
    return OtherContent(type=kind[:80], text=words(item) or _words_in(item.get(kind)))


def kind_of(item: Json) -> str:
    """Telegram's word for what the message is: the key of its content."""
    known = next((kind for kind in _READERS if kind in item), None)
    return known or next((key for key in item if key not in _AROUND), "empty")


def words(item: Json) -> str | None:
    """What is written in it: its text, or the caption of its file."""
    return as_text(item.get("text")) or as_text(item.get("caption"))


def own_phone(item: Json, sender_id: str | None) -> str | None:
    """The sender's own number in E.164, when the message is a contact that Telegram says is the sender."""
    contact = item.get("contact")
    if not isinstance(contact, dict) or sender_id is None or as_text(contact.get("user_id")) != sender_id:
        return None
    digits = "".join(sign for sign in as_text(contact.get("phone_number")) or "" if sign not in "+ -().")
    return phone_of(digits)


# --- readers ------------------------------------------------------------------------------------------


def _text(item: Json) -> Content | None:
    text = as_text(item.get("text"))
    return None if text is None else TextContent(text=text)


def _audio(kind: str, mime: str) -> Callable[[Json], Content | None]:
    def read(item: Json) -> Content | None:
        file = item.get(kind)
        media_id = as_text(file.get("file_id")) if isinstance(file, dict) else None
        if media_id is None or not isinstance(file, dict):
            return None
        return VoiceContent(media_id=media_id, mime=as_text(file.get("mime_type")) or mime)

    return read


def _file(
    kind: str, media: Literal["image", "video", "document", "sticker"], mime: str
) -> Callable[[Json], Content | None]:
    def read(item: Json) -> Content | None:
        file = item.get(kind)
        media_id = as_text(file.get("file_id")) if isinstance(file, dict) else None
        if media_id is None or not isinstance(file, dict):
            return None
        return MediaContent(
            media=media,
            media_id=media_id,
            mime=as_text(file.get("mime_type")) or _sticker_mime(file) or mime,
            filename=as_text(file.get("file_name")),
            caption=as_text(item.get("caption")),
        )

    return read


def _sticker_mime(file: Json) -> str | None:
    if file.get("is_video") is True:
        return "video/webm"
    return "application/x-tgsticker" if file.get("is_animated") is True else None


def _photo(item: Json) -> Content | None:
    """Telegram gives a photo in several sizes; the largest is the photo."""
    sizes = item.get("photo")
    usable = [size for size in sizes if isinstance(size, dict)] if isinstance(sizes, list) else []
    with_ids = [(as_text(size.get("file_id")), _area(size)) for size in usable]
    best = max((pair for pair in with_ids if pair[0]), key=lambda pair: pair[1], default=(None, 0.0))[0]
    if best is None:
        return None
    caption = as_text(item.get("caption"))
    return MediaContent(media="image", media_id=best, mime="image/jpeg", caption=caption)


def _area(size: Json) -> float:
    width, height = _number(size.get("width")), _number(size.get("height"))
    return (width or 0.0) * (height or 0.0)


def _venue(item: Json) -> Content | None:
    venue = item.get("venue")
    if not isinstance(venue, dict):
        return None
    return _place(venue.get("location"), as_text(venue.get("title")), as_text(venue.get("address")))


def _location(item: Json) -> Content | None:
    return _place(item.get("location"), None, None)


def _place(location: object, name: str | None, address: str | None) -> Content | None:
    if not isinstance(location, dict):
        return None
    latitude, longitude = _number(location.get("latitude")), _number(location.get("longitude"))
    if latitude is None or longitude is None:
        return None
    return LocationContent(latitude=latitude, longitude=longitude, name=name, address=address)


def _contact(item: Json) -> Content | None:
    contact = item.get("contact")
    if not isinstance(contact, dict):
        return None
    phone = as_text(contact.get("phone_number"))
    names = (as_text(contact.get("first_name")), as_text(contact.get("last_name")))
    name = " ".join(part for part in names if part) or phone
    if name is None:
        return None
    return ContactsContent(contacts=(ContactCard(name=name, phones=(phone,) if phone else ()),))


def _number(value: object) -> float | None:
    # Beyond this no float is a place or a size (and whole numbers of any length would overflow).
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e9
    return float(value) if is_number and isinstance(value, (int, float)) else None


_READERS: Final[Mapping[str, Callable[[Json], Content | None]]] = {
    "text": _text,
    "voice": _audio("voice", "audio/ogg"),
    "audio": _audio("audio", "audio/mpeg"),
    "photo": _photo,
    "animation": _file("animation", "video", "video/mp4"),  # before document: Telegram sends both
    "video": _file("video", "video", "video/mp4"),
    "video_note": _file("video_note", "video", "video/mp4"),
    "sticker": _file("sticker", "sticker", "image/webp"),
    "document": _file("document", "document", "application/octet-stream"),
    "venue": _venue,  # before location: Telegram sends both
    "location": _location,
    "contact": _contact,
}


def _words_in(body: object) -> str | None:
    """The words of anything else: a poll's question, a die's emoji."""
    if not isinstance(body, dict):
        return None
    for key in ("question", "title", "text", "emoji", "data", "name"):
        if text := as_text(body.get(key)):
            return text[:_LONGEST_TEXT]
    return None
