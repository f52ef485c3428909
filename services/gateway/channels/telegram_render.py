"""How does a message look in Telegram? Methods of the Bot API with their parameters, within its limits. No markup.

Lengths are counted in UTF-16 units as Telegram counts them, `callback_data` in bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from urllib.parse import urlsplit

import orjson

from services.gateway.channels import Capabilities, FilePart
from services.gateway.channels.degrade import fitting, listed, more
from services.gateway.channels.labels import labels
from services.gateway.channels.text import cut, split, utf8
from shared.messages.conversation import (
    Choice,
    ContactRequestBody,
    DocumentBody,
    ImageBody,
    LinkBody,
    LocationRequestBody,
    MessageSent,
    ReactionBody,
    TextBody,
    VoiceBody,
)

Json: TypeAlias = Mapping[str, object]

CAPABILITIES: Final = Capabilities(
    text=4096,
    button_text=4096,
    buttons=10,
    button_title=64,
    list_text=4096,
    rows=10,
    row_title=64,
    row_description=0,
    caption=1024,
    kinds=frozenset(
        {"text", "document", "image", "voice", "link", "location_request", "contact_request", "reaction"}
    ),
    per_second=30.0,
    pair_seconds=1.0,
    pair_burst=3,
)
_CALLBACK_BYTES: Final = 64
_PHOTO_BYTES: Final = 10 * 1024 * 1024
_FILENAME: Final = 240
_SHORT_FORM: Final = re.compile(r"n:\d+:[0-9a-f]{8}")
_OUR_ID: Final = re.compile(r"(-?\d{1,20}):(\d{1,20})(?::e-?\d{1,20})?")


@dataclass(frozen=True, slots=True)
class Request:
    """A call of `method`: `parameters` as JSON values, `file` when a file goes along."""

    method: str
    parameters: Json = field(default_factory=dict)
    file: FilePart | None = None

    def form(self) -> dict[str, str]:
        """The parameters as the fields of a form: what is no text is JSON in there."""
        plain = self.parameters.items()
        return {name: v if isinstance(v, str) else orjson.dumps(v).decode() for name, v in plain}


def render(message: MessageSent) -> list[Request]:
    """The requests, in order; none for a reaction to what is no message of the chat."""
    match fitting(message.body, CAPABILITIES):
        case TextBody() as body:
            requests = _texts(_with_details(body), _keyboard(body.choices, message))
        case LinkBody() as body:
            requests = _link(body)
        case LocationRequestBody() as body:
            requests = _texts(body.text, _asking(labels(message).location, "request_location"))
        case ContactRequestBody() as body:
            requests = _texts(body.text, _asking(labels(message).contact, "request_contact"))
        case DocumentBody() as body:
            file = FilePart(body.file, cut(body.filename, _FILENAME), "document")
            requests = _file("sendDocument", file, body.caption)
        case ImageBody() as body:
            requests = _image(body)
        case VoiceBody() as body:
            requests = _file("sendVoice", FilePart(body.file, "voice.ogg", "voice"), None)
        case ReactionBody() as body:
            return _reaction(body, message.to.user_id)
        case _:
            return []
    return _addressed(requests, message)


def _addressed(requests: Sequence[Request], message: MessageSent) -> list[Request]:
    """To the person; the first one quotes what is answered, when that is a message of this chat."""
    chat_id = message.to.user_id
    quoted = _number_of(message.in_reply_to or "", chat_id)
    quote = (
        {"reply_parameters": {"message_id": quoted, "allow_sending_without_reply": True}} if quoted else {}
    )
    return [
        Request(one.method, {"chat_id": chat_id, **(quote if first else {}), **one.parameters}, one.file)
        for one, first in zip(requests, [True] + [False] * len(requests), strict=False)
    ]


def _texts(text: str, keyboard: Json | None) -> list[Request]:
    """The text in as many messages as it needs; the last one has the keyboard."""
    *ahead, last = split(text, CAPABILITIES.text)
    markup = {"reply_markup": keyboard} if keyboard else {}
    return [*map(_text, ahead), Request("sendMessage", {**_text(last).parameters, **markup})]


def _text(text: str) -> Request:
    return Request("sendMessage", {"text": text, "link_preview_options": {"is_disabled": True}})


# --- choices --------------------------------------------------------------------------------------------


def _shown(choices: Sequence[Choice]) -> Sequence[Choice]:
    """The choices that become buttons of this message; the others come after a tap on "More"."""
    return choices if len(choices) <= CAPABILITIES.rows else choices[: CAPABILITIES.rows - 1]


def _with_details(body: TextBody) -> str:
    """The text, and below it what does not stand on a button: descriptions, and titles that had to be cut."""
    if listed(body.text, body.choices):
        return body.text
    lines = [body.text]
    for choice in _shown(body.choices):
        if choice.description:
            lines.append(f"• {choice.title}: {choice.description}")
        elif cut(choice.title, CAPABILITIES.row_title) != choice.title:
            lines.append(f"• {choice.title}")
    return "\n".join(lines)


def _keyboard(choices: Sequence[Choice], message: MessageSent) -> Json | None:
    """One button a row. A page that continues an earlier message counts on from it (see `degrade.more`)."""
    if not choices:
        return None
    of = message.values.get("page_of", str(message.message_id))
    offset = int(message.values.get("page_offset", "0"))
    shown = _shown(choices)
    buttons = [
        {"text": _label(choice.title, str(number)), "callback_data": _data(choice.choice_id, number, of)}
        for number, choice in enumerate(shown, offset + 1)
    ]
    if len(shown) < len(choices):
        buttons.append({"text": labels(message).more, "callback_data": more(of, offset + len(shown))})
    return {"inline_keyboard": [[button] for button in buttons]}


def _data(choice_id: str, number: int, of: str) -> str:
    """What a tap says back: the choice's id, or a short form where that has no room in 64 bytes.

    The short form is `n:<number>:<8 hex digits>`: the number counts the choices of the message from 1 (those of its
    pages on from there), the digits begin the sha256 of that message's id. A tap on it comes in as a `ChoiceContent`
    of this very id; whoever knows the conversation's last choices resolves it by the number (see `degrade.chosen`).
    """
    if 0 < utf8(choice_id) <= _CALLBACK_BYTES and not _SHORT_FORM.fullmatch(choice_id):
        return choice_id
    return f"n:{number}:{hashlib.sha256(of.encode()).hexdigest()[:8]}"


def _label(title: str, otherwise: str) -> str:
    return cut(title, CAPABILITIES.row_title) if title.strip() else otherwise


def _asking(label: str, what: str) -> Json:
    """Telegram's own button below the text field, gone after one tap."""
    return {"keyboard": [[{"text": label, what: True}]], "one_time_keyboard": True, "resize_keyboard": True}


def _link(body: LinkBody) -> list[Request]:
    """A button that opens the address; as words where Telegram would refuse it (a name without a dot: localhost)."""
    if "." not in (urlsplit(body.url).hostname or ""):
        return _texts(f"{body.text}\n{body.label}: {body.url}", None)
    return _texts(body.text, {"inline_keyboard": [[{"text": _label(body.label, "🔗"), "url": body.url}]]})


# --- files and reactions --------------------------------------------------------------------------------


def _file(method: str, file: FilePart, caption: str | None) -> list[Request]:
    """The file with its caption; what is too long for one goes ahead as text."""
    if not caption or not caption.strip():
        return [Request(method, file=file)]
    *ahead, last = split(caption, CAPABILITIES.text, CAPABILITIES.caption)
    return [*map(_text, ahead), Request(method, {"caption": last}, file)]


def _image(body: ImageBody) -> list[Request]:
    ending = "png" if body.file.mime == "image/png" else "jpg"
    if body.file.size > _PHOTO_BYTES:  # a photo may not be larger; as a file it may
        return _file("sendDocument", FilePart(body.file, f"image.{ending}", "document"), body.caption)
    return _file("sendPhoto", FilePart(body.file, f"image.{ending}", "photo"), body.caption)


def _reaction(body: ReactionBody, chat_id: str) -> list[Request]:
    number = _number_of(body.provider_id, chat_id)
    if number is None:
        return []
    emoji = body.emoji.replace("\ufe0f", "")  # Telegram lists its emoji without the sign that asks for colour
    reaction = [{"type": "emoji", "emoji": emoji}] if emoji else []
    parameters = {"chat_id": chat_id, "message_id": number, "reaction": reaction}
    return [Request("setMessageReaction", parameters)]


def _number_of(provider_id: str, chat_id: str) -> int | None:
    """The number of a message in this chat; None for an id of anything else (a tap, another chat)."""
    found = _OUR_ID.fullmatch(provider_id)
    return int(found[2]) if found and found[1] == chat_id else None
