"""How does a message look in WhatsApp? Request bodies of the Graph API, within its limits.

Limits are counted in UTF-16 units, which is never less than what Meta counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from services.gateway.channels import Capabilities
from services.gateway.channels.degrade import fitting, more
from services.gateway.channels.labels import labels
from services.gateway.channels.text import cut, split, units
from shared.messages.conversation import (
    Body,
    Choice,
    ContactRequestBody,
    DocumentBody,
    ImageBody,
    LinkBody,
    LocationRequestBody,
    MessageSent,
    ReactionBody,
    TemplateBody,
    TextBody,
    VoiceBody,
)

Json: TypeAlias = dict[str, object]

CAPABILITIES: Final = Capabilities(
    text=4096,
    button_text=1024,
    buttons=3,
    button_title=20,
    list_text=4096,
    rows=10,
    row_title=24,
    row_description=72,
    caption=1024,
    kinds=frozenset(
        {
            "text",
            "document",
            "image",
            "voice",
            "link",
            "location_request",
            "contact_request",
            "reaction",
            "template",
        }
    ),
    echoes=True,
    window_hours=24.0,
    billed=True,
    per_second=80.0,
    pair_seconds=6.0,
    pair_burst=45,
)
_LIST_LABEL: Final = 20
_BUTTON_ID: Final = 256
_ROW_ID: Final = 200
_FILENAME: Final = 240
_URL: Final = 2000
_PARAMETER: Final = 1024
_TEMPLATE_NAME: Final = 512
_BREAKS: Final = str.maketrans("\n\r\t", "   ")
_BSUID: Final = re.compile(r"[A-Z]{2}\.")


def render(message: MessageSent, media_id: str | None = None) -> list[Json]:
    """The bodies for `POST /{phone_number_id}/messages`, in order; none when there is nothing to show.

    Documents, pictures and voice notes need the id of their upload.
    """
    body = fitting(message.body, CAPABILITIES)
    contents = _contents(body, message, media_id or "") if body else []
    last = len(contents) - 1
    return [
        _addressed(message, content, tracker(message, part if part < last else None), is_first=part == 0)
        for part, content in enumerate(contents)
    ]


def tracker(message: MessageSent, part: int | None) -> str:
    """What WhatsApp says back in every status: our id, and which part it was unless the last."""
    return str(message.message_id) if part is None else f"{message.message_id}:{part}"


def _addressed(message: MessageSent, content: Json, said_back: str, *, is_first: bool) -> Json:
    user_id = message.to.user_id
    whom = {"recipient": user_id} if _BSUID.match(user_id) else {"to": user_id}
    quotes = message.in_reply_to and is_first and content["type"] != "reaction"
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **whom,
        **({"context": {"message_id": message.in_reply_to}} if quotes else {}),
        **content,
        "biz_opaque_callback_data": said_back,
    }


def _contents(body: Body, message: MessageSent, media_id: str) -> list[Json]:
    match body:
        case TextBody():
            return _text(body, message)
        case DocumentBody():
            return _file(
                "document", {"id": media_id, "filename": cut(body.filename, _FILENAME)}, body.caption
            )
        case ImageBody():
            return _file("image", {"id": media_id}, body.caption)
        case VoiceBody():
            return [{"type": "audio", "audio": {"id": media_id, "voice": True}}]
        case LinkBody():
            return _link(body)
        case LocationRequestBody():
            return _asking(body.text, "location_request_message", {"name": "send_location"})
        case ContactRequestBody():
            return _asking(body.text, "request_contact_info", {"name": "request_contact_info"})
        case ReactionBody():
            return [{"type": "reaction", "reaction": {"message_id": body.provider_id, "emoji": body.emoji}}]
        case TemplateBody():
            return [_template(body)]
    return []  # a `PageBody` never gets here


# --- text and choices -----------------------------------------------------------------------------------


def _text(body: TextBody, message: MessageSent) -> list[Json]:
    if not body.choices:
        return [_plain(part) for part in split(body.text, CAPABILITIES.text)]
    buttons = _buttons(body.choices)
    if buttons is not None:
        return _asking(body.text, "button", {"buttons": buttons})
    label = cut(_line(body.label or "").strip() or labels(message).options, _LIST_LABEL)
    action = {"button": label, "sections": [{"rows": _rows(body.choices, message)}]}
    return _asking(body.text, "list", action, CAPABILITIES.list_text)


def _plain(text: str) -> Json:
    return {"type": "text", "text": {"body": text, "preview_url": False}}


def _asking(
    text: str, kind: str, action: Mapping[str, object], limit: int = CAPABILITIES.button_text
) -> list[Json]:
    """An interactive message; what is above the limit of its text goes ahead as plain text."""
    *ahead, last = split(text, CAPABILITIES.text, limit)
    interactive = {"type": kind, "body": {"text": last}, "action": action}
    return [*map(_plain, ahead), {"type": "interactive", "interactive": interactive}]


def _buttons(choices: Sequence[Choice]) -> list[Json] | None:
    """The choices as reply buttons; None when they are too many, too long or not told apart by their titles."""
    if len(choices) > CAPABILITIES.buttons:
        return None
    replies = [(cut(_id(choice), _BUTTON_ID), _line(choice.title)) for choice in choices]
    ids, titles = {one for one, _ in replies}, {" ".join(title.split()) for _, title in replies}
    told_apart = len(ids) == len(titles) == len(choices) and "" not in titles
    if not told_apart or any(units(title) > CAPABILITIES.button_title for _, title in replies):
        return None
    return [{"type": "reply", "reply": {"id": one, "title": title}} for one, title in replies]


def _rows(choices: Sequence[Choice], message: MessageSent) -> list[Json]:
    """The choices as rows; when there are more than a list holds, its last row asks for the rest."""
    places: dict[str, int] = {}  # WhatsApp refuses a list that has an id twice: the first one counts
    for place, choice in enumerate(choices):
        places.setdefault(cut(_id(choice), _ROW_ID), place)
    shown = list(places.items())
    if len(shown) <= CAPABILITIES.rows:
        return [_row(row_id, choices[place]) for row_id, place in shown]
    fits = CAPABILITIES.rows - 1
    page_of = message.values.get("page_of", str(message.message_id))
    offset = int(message.values.get("page_offset", "0")) + shown[fits][1]
    rest: Json = {"id": more(page_of, offset), "title": labels(message).more}
    return [*(_row(row_id, choices[place]) for row_id, place in shown[:fits]), rest]


def _row(row_id: str, choice: Choice) -> Json:
    whole = _line(choice.title) if choice.title.strip() else row_id
    title = cut(whole, CAPABILITIES.row_title)
    # A title that had to be cut is shown whole below it, when nothing else stands there.
    below = _line(choice.description or "").strip() or (whole if title != whole else "")
    row: Json = {"id": row_id, "title": title}
    return row | ({"description": cut(below, CAPABILITIES.row_description)} if below else {})


def _id(choice: Choice) -> str:
    return choice.choice_id.strip() or choice.title.strip() or "-"


def _line(text: str) -> str:
    """The text on one line: titles have no breaks."""
    return text.translate(_BREAKS)


# --- everything else ------------------------------------------------------------------------------------


def _file(kind: str, file: Json, caption: str | None) -> list[Json]:
    """A file; what its caption has no room for goes ahead as plain text."""
    *ahead, last = split(caption or "", CAPABILITIES.text, CAPABILITIES.caption)
    described = {"caption": last} if caption and caption.strip() else {}
    return [*map(_plain, ahead), {"type": kind, kind: file | described}]


def _link(body: LinkBody) -> list[Json]:
    label = _line(body.label).strip()
    if not body.url.startswith("https://") or not label or units(body.url) > _URL:
        return [_plain(part) for part in split(f"{body.text}\n{body.label}: {body.url}", CAPABILITIES.text)]
    shown = cut(label, CAPABILITIES.button_title)
    return _asking(
        body.text, "cta_url", {"name": "cta_url", "parameters": {"display_text": shown, "url": body.url}}
    )


def _template(body: TemplateBody) -> Json:
    template: Json = {
        "name": body.template[:_TEMPLATE_NAME],
        "language": {"code": body.language, "policy": "deterministic"},
    }
    if body.parameters:
        # An empty parameter is refused, and so is one with a line break or many spaces.
        texts = (cut(" ".join(parameter.split()) or "–", _PARAMETER) for parameter in body.parameters)
        parameters = [{"type": "text", "text": text} for text in texts]
        template["components"] = [{"type": "body", "parameters": parameters}]
    return {"type": "template", "template": template}
