"""What did the person send? One reader per message type of WhatsApp; what we have no reader for is `other`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, Literal

from pydantic import JsonValue

from services.gateway.channels.lenient import (
    Json,
    as_float,
    as_int,
    as_text,
    inner,
    loads_object,
    objects,
    phone_of,
)
from shared.messages.conversation import (
    ChoiceContent,
    ContactCard,
    ContactsContent,
    Content,
    EditContent,
    FlowContent,
    LocationContent,
    MediaContent,
    OrderContent,
    OrderItem,
    OtherContent,
    ReactionContent,
    Referral,
    RevokeContent,
    TextContent,
    UnsupportedContent,
    VoiceContent,
)

_WORD: Final = 80
_WORDS: Final = 4096
_DEEPEST: Final = 16


def content_of(kind: str, item: Json) -> Content:
    """The content of an element of `messages[]` of this type. A body that is missing or odd makes it `other`."""
    reader = _READERS.get(kind)
    content = reader(item) if reader else None
    return content or OtherContent(type=kind[:_WORD], text=words_of(kind, item))


def words_of(kind: str, item: Json) -> str | None:
    """The words in an element of this type: its text or caption, else a place, a name, an emoji."""
    body = inner(item, kind)
    if kind == "edit":
        kind, item = _changed(body)
        body = inner(item, kind)
    for key in ("body", "caption", "name", "filename", "emoji", "text", "address"):
        if text := as_text(body.get(key)):
            return text[:_WORDS]
    return as_text(inner(body, "body").get("text"))


def _changed(edit: Json) -> tuple[str, Json]:
    """The type and the element that an edit puts in place of the former."""
    message = inner(edit, "message")
    return as_text(message.get("type")) or "text", message


def referral_of(item: Json) -> Referral | None:
    """The advertisement or post that the message comes from."""
    found = inner(item, "referral")
    if not found:
        return None
    return Referral(
        source=as_text(found.get("source_type")) or "unknown",
        source_id=as_text(found.get("source_id")),
        url=as_text(found.get("source_url")),
        headline=as_text(found.get("headline")),
        click_id=as_text(found.get("ctwa_clid")),
    )


def _text(item: Json) -> Content | None:
    text = as_text(inner(item, "text").get("body"))
    return None if text is None else TextContent(text=text)


# --- taps and forms -------------------------------------------------------------------------------------


def _interactive(item: Json) -> Content | None:
    body = inner(item, "interactive")
    kind = as_text(body.get("type")) or "interactive"
    reply = inner(body, kind)
    match kind:
        case "button_reply" | "list_reply":
            choice_id = as_text(reply.get("id"))
            title = as_text(reply.get("title")) or choice_id
            return ChoiceContent(choice_id=choice_id, title=title or "") if choice_id else None
        case "nfm_reply":
            return _flow(reply)
        case "call_permission_reply":
            return OtherContent(type=kind, text=as_text(reply.get("response")))
    return OtherContent(type=kind[:_WORD], text=as_text(reply.get("body")))


def _button(item: Json) -> Content | None:
    """A quick reply of a template: `payload` is what we gave it; without one its text serves."""
    body = inner(item, "button")
    text = as_text(body.get("text"))
    choice_id = as_text(body.get("payload")) or text
    return ChoiceContent(choice_id=choice_id, title=text or choice_id) if choice_id else None


def _flow(reply: Json) -> Content:
    """A form. Its answers come as JSON in a string, which may be none; without them the tap itself is known."""
    given = reply.get("response_json")
    answers = loads_object(given) if isinstance(given, str) else inner(reply, "response_json")
    token = as_text(answers.get("flow_token"))
    return FlowContent(token=token, answers={_plain(key): _clean(value) for key, value in answers.items()})


def _clean(value: object, depth: int = 0) -> JsonValue:
    """An answer without NUL, and without what is nested deeper than anybody's form."""
    match value:
        case str():
            return _plain(value)
        case dict() if depth < _DEEPEST:
            return {_plain(key): _clean(inside, depth + 1) for key, inside in value.items()}
        case list() if depth < _DEEPEST:
            return [_clean(inside, depth + 1) for inside in value]
        case bool() | int() | float():
            return value
        case _:
            return None


def _plain(text: str) -> str:
    return text.replace("\x00", "")


# --- files and places -----------------------------------------------------------------------------------


def _audio(kind: str, item: Json) -> Content | None:
    body = inner(item, kind)
    media_id = as_text(body.get("id"))
    if media_id is None:
        return None
    mime = as_text(body.get("mime_type")) or "audio/ogg"
    return VoiceContent(media_id=media_id, mime=mime, sha256=as_text(body.get("sha256")))


def _media(kind: Literal["image", "video", "document", "sticker"], item: Json) -> Content | None:
    body = inner(item, kind)
    media_id = as_text(body.get("id"))
    if media_id is None:
        return None
    return MediaContent(
        media=kind,
        media_id=media_id,
        mime=as_text(body.get("mime_type")) or "application/octet-stream",
        sha256=as_text(body.get("sha256")),
        filename=as_text(body.get("filename")),
        caption=as_text(body.get("caption")),
    )


def _location(item: Json) -> Content | None:
    body = inner(item, "location")
    latitude, longitude = as_float(body.get("latitude")), as_float(body.get("longitude"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    name, address = as_text(body.get("name")), as_text(body.get("address"))
    return LocationContent(latitude=latitude, longitude=longitude, name=name, address=address)


def _contacts(item: Json) -> Content | None:
    cards = tuple(_card(contact) for contact in objects(item, "contacts"))
    return ContactsContent(contacts=cards) if cards else None


def _card(contact: Json) -> ContactCard:
    name = inner(contact, "name")
    phones = objects(contact, "phones")
    numbers = (as_text(phone.get("phone")) or phone_of(as_text(phone.get("wa_id"))) for phone in phones)
    shown = as_text(name.get("formatted_name")) or as_text(name.get("first_name"))
    # An answer to our request for the number comes without a name.
    return ContactCard(name=shown or "", phones=tuple(number for number in numbers if number))


def _order(item: Json) -> Content | None:
    body = inner(item, "order")
    if not body:
        return None
    lines = tuple(
        OrderItem(
            product_id=as_text(line.get("product_retailer_id")) or "",
            quantity=as_int(line.get("quantity")) or 1,
            price=_price(line.get("item_price")),
            currency=as_text(line.get("currency")),
        )
        for line in objects(body, "product_items")
    )
    return OrderContent(
        catalog_id=as_text(body.get("catalog_id")), items=lines, text=as_text(body.get("text"))
    )


def _price(value: object) -> str | None:
    return str(value) if isinstance(value, float) else as_text(value)


# --- about earlier messages -----------------------------------------------------------------------------


def _reaction(item: Json) -> Content | None:
    body = inner(item, "reaction")
    provider_id = as_text(body.get("message_id"))
    # Taken away: an empty emoji, or none.
    return ReactionContent(provider_id=provider_id, emoji=as_text(body.get("emoji"))) if provider_id else None


def _edit(item: Json) -> Content | None:
    provider_id = as_text(inner(item, "edit").get("original_message_id"))
    return EditContent(provider_id=provider_id, text=words_of("edit", item)) if provider_id else None


def _revoke(item: Json) -> Content | None:
    provider_id = as_text(inner(item, "revoke").get("original_message_id"))
    return RevokeContent(provider_id=provider_id) if provider_id else None


def _unsupported(item: Json) -> Content:
    errors = objects(item, "errors")
    kind = as_text(inner(item, "unsupported").get("type")) or "unknown"
    return UnsupportedContent(type=kind[:_WORD], code=as_int(errors[0].get("code")) if errors else None)


_READERS: Final[dict[str, Callable[[Json], Content | None]]] = {
    "text": _text,
    "interactive": _interactive,
    "button": _button,
    "audio": partial(_audio, "audio"),
    "voice": partial(_audio, "voice"),
    "image": partial(_media, "image"),
    "video": partial(_media, "video"),
    "document": partial(_media, "document"),
    "sticker": partial(_media, "sticker"),
    "location": _location,
    "contacts": _contacts,
    "order": _order,
    "reaction": _reaction,
    "edit": _edit,
    "revoke": _revoke,
    "unsupported": _unsupported,
    "unknown": _unsupported,  # its name in older versions
}
