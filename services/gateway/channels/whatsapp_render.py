"""How does a message look in WhatsApp? Request bodies of the Graph API, within its limits.

Limits are counted in UTF-16 units, which is never less than what Meta counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, TypeAlias, assert_never

from services.gateway.channels import Capabilities
from shared.messages.conversation import Choice, DocumentBody, MessageSent, TextBody

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
)
LIST_LABEL: Final = "Options"
_BUTTON_ID: Final = 256
_ROW_ID: Final = 200
_FILENAME: Final = 240
_BSUID: Final = re.compile(r"[A-Z]{2}\.")


def render(message: MessageSent, media_id: str | None = None) -> list[Json]:
    """The bodies for `POST /{phone_number_id}/messages`, in order. A document needs the id of its upload."""
    body = message.body
    match body:
        case TextBody():
            contents = _text(body)
        case DocumentBody():
            contents = [_document(body, media_id)]
        case _:
            assert_never(body)
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
    quotes = message.in_reply_to and is_first
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **whom,
        **({"context": {"message_id": message.in_reply_to}} if quotes else {}),
        **content,
        "biz_opaque_callback_data": said_back,
    }


# --- text and choices -----------------------------------------------------------------------------------


def _text(body: TextBody) -> list[Json]:
    if not body.choices:
        return [_plain(part) for part in split(body.text, CAPABILITIES.text)]
    as_buttons = _fit_buttons(body.choices)
    text = body.text if as_buttons else _with_surplus(body.text, body.choices[CAPABILITIES.rows :])
    # What is above the limit of an interactive message goes ahead as plain text.
    last_limit = CAPABILITIES.button_text if as_buttons else CAPABILITIES.list_text
    *ahead, last = split(text, CAPABILITIES.text, last_limit)
    return [*map(_plain, ahead), _buttons(last, body.choices) if as_buttons else _list(last, body.choices)]


def _plain(text: str) -> Json:
    return {"type": "text", "text": {"body": text, "preview_url": False}}


def _fit_buttons(choices: Sequence[Choice]) -> bool:
    titles = {choice.title for choice in choices}
    few = len(choices) <= CAPABILITIES.buttons and len(titles) == len(choices)
    return few and all(0 < units(title) <= CAPABILITIES.button_title for title in titles)


def _buttons(text: str, choices: Sequence[Choice]) -> Json:
    replies = [
        {"type": "reply", "reply": {"id": cut(choice.choice_id, _BUTTON_ID), "title": choice.title}}
        for choice in choices
    ]
    return _interactive({"type": "button", "body": {"text": text}, "action": {"buttons": replies}})


def _list(text: str, choices: Sequence[Choice]) -> Json:
    rows = []
    for choice in choices[: CAPABILITIES.rows]:
        row: Json = {
            "id": cut(choice.choice_id, _ROW_ID),
            "title": cut(choice.title or choice.choice_id, CAPABILITIES.row_title),
        }
        # A title that had to be cut is shown whole below it, when nothing else stands there.
        below = choice.description or (choice.title if row["title"] != choice.title else None)
        rows.append(row | ({"description": cut(below, CAPABILITIES.row_description)} if below else {}))
    action = {"button": LIST_LABEL, "sections": [{"rows": rows}]}
    return _interactive({"type": "list", "body": {"text": text}, "action": action})


def _interactive(content: Json) -> Json:
    return {"type": "interactive", "interactive": content}


def _with_surplus(text: str, surplus: Sequence[Choice]) -> str:
    """Choices that no row is left for are at least named."""
    return "\n".join([text, *(f"• {choice.title}" for choice in surplus)])


# --- documents ------------------------------------------------------------------------------------------


def _document(body: DocumentBody, media_id: str | None) -> Json:
    document: Json = {"id": media_id or "", "filename": cut(body.filename, _FILENAME)}
    if body.caption:
        document["caption"] = cut(body.caption, CAPABILITIES.caption)
    return {"type": "document", "document": document}


# --- measuring ------------------------------------------------------------------------------------------


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, limit: int) -> str:
    """The text within `limit` units; what does not fit ends in an ellipsis."""
    return text if units(text) <= limit else _head(text, limit - 1).rstrip() + "…"


def split(text: str, limit: int, last_limit: int | None = None) -> list[str]:
    """The text in parts of at most `limit` units, the last of at most `last_limit`; at least one, none empty.

    Breaks between paragraphs, else lines, sentences or words, else anywhere.
    """
    rest = text.strip() or "…"
    last_limit = min(limit, last_limit or limit)
    parts = []
    while (length := units(rest)) > last_limit:
        part = _break(rest, limit if length > limit else last_limit)
        parts.append(part.strip())
        rest = rest[len(part) :].strip()
    return [*parts, rest]


def _break(text: str, limit: int) -> str:
    head = _head(text, limit)
    for mark in ("\n\n", "\n", ". ", " "):
        at = head.rfind(mark)
        if at > len(head) // 4:
            return head[: at + len(mark)]
    return head


def _head(text: str, limit: int) -> str:
    """The longest beginning of at most `limit` units."""
    taken = 0
    for index, character in enumerate(text):
        taken += 2 if character > "\uffff" else 1
        if taken > limit:
            return text[:index]
    return text
