"""How does a message look in Messenger and Instagram? Bodies of the Send API, within each one's limits.

Up to three choices that fit become buttons, which stay; more become quick replies, which are gone once somebody writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import orjson

from services.gateway.channels import Capabilities
from services.gateway.channels.degrade import fitting, listed, more
from services.gateway.channels.labels import labels
from services.gateway.channels.text import Length, cut, split, units
from shared.messages.conversation import (
    Body,
    Choice,
    DocumentBody,
    ImageBody,
    LinkBody,
    MessageSent,
    TemplateBody,
    TextBody,
)

Json: TypeAlias = dict[str, object]

PAYLOAD: Final = 1000
"""What a tap may carry back."""
EVENT_UPDATES: Final = frozenset(
    {
        "booking_confirmed",
        "booking_rescheduled",
        "booking_cancelled",
        "session_changed",
        "booking_reminder",
        "reminder",
    }
)
"""Purposes that Meta's tag CONFIRMED_EVENT_UPDATE is for: news of what the person is registered for, reminders of it."""


@dataclass(frozen=True, slots=True)
class Look:
    """What differs between the two: `length` is how text is counted (titles: in characters), `documents` the MIME types
    that are taken (None: any), `tracks` whether our id may go along (`metadata`), `tags` whether there is a tag that
    passes the 24-hour window."""

    capabilities: Capabilities
    length: Length
    documents: frozenset[str] | None
    tracks: bool
    tags: bool

    def shown(self, message: MessageSent) -> Body | None:
        """The body as the channel can show it."""
        body = message.body
        if isinstance(body, DocumentBody) and self.documents and body.file.mime not in self.documents:
            return TextBody(text="\n".join(part for part in (body.caption, body.filename) if part))
        return fitting(body, self.capabilities)

    def render(self, message: MessageSent, media_id: str | None) -> list[Json]:
        """The bodies for `POST /me/messages`, in order; a file needs the id of its upload."""
        body = self.shown(message)
        match body:
            case TextBody():
                parts = self._text(body, message)
            case LinkBody():
                button: Json = {"type": "web_url", "url": body.url, "title": self._title(body.label)}
                parts = self._with_buttons(body.text, [button])
            case TemplateBody():
                parts = self._plain(body.text)
            case DocumentBody():
                parts = [*self._caption(body.caption), _file("file", media_id)]
            case ImageBody():
                parts = [*self._caption(body.caption), _file("image", media_id)]
            case _:
                parts = []
        tagged = self.tags and isinstance(message.body, TemplateBody) and message.purpose in EVENT_UPDATES
        kind: Json = {"messaging_type": "RESPONSE"}
        if tagged:
            kind = {"messaging_type": "MESSAGE_TAG", "tag": "CONFIRMED_EVENT_UPDATE"}
        whom: Json = {"recipient": {"id": message.to.user_id}}
        return [
            {**whom, **kind, "message": part | self._tracker(message, number, len(parts))}
            for number, part in enumerate(parts)
        ]

    def _tracker(self, message: MessageSent, number: int, count: int) -> Json:
        """What an echo of it says back: our id, and which part it was unless the last."""
        part = "" if number == count - 1 else f":{number}"
        return {"metadata": f"{message.message_id}{part}"} if self.tracks else {}

    def _plain(self, text: str) -> list[Json]:
        return [{"text": part} for part in split(text, self.capabilities.text, length=self.length)]

    def _caption(self, caption: str | None) -> list[Json]:
        """A file has no words of its own: they go ahead of it."""
        return self._plain(caption) if caption and caption.strip() else []

    # --- choices ----------------------------------------------------------------------------------------

    def _text(self, body: TextBody, message: MessageSent) -> list[Json]:
        if not body.choices:
            return self._plain(body.text)
        if self._fit_buttons(body.choices):
            buttons: list[Json] = [
                {"type": "postback", "title": choice.title, "payload": cut(choice.choice_id, PAYLOAD)}
                for choice in body.choices
            ]
            return self._with_buttons(body.text, buttons)
        page, rest = self._page(body.choices, message)
        replies = [self._reply(choice.choice_id, choice.title or choice.choice_id) for choice in page]
        texts = self._plain(self._spelled_out(body.text, page))
        texts[-1]["quick_replies"] = [*replies, *rest]
        return texts

    def _fit_buttons(self, choices: Sequence[Choice]) -> bool:
        can = self.capabilities
        whole = all(0 < units(choice.title) <= can.button_title for choice in choices)
        return len(choices) <= can.buttons and whole and not any(choice.description for choice in choices)

    def _page(self, choices: Sequence[Choice], message: MessageSent) -> tuple[Sequence[Choice], list[Json]]:
        """The choices that there is room for, and the reply that asks for the rest."""
        rows = self.capabilities.rows
        if len(choices) <= rows:
            return choices, []
        page = choices[: rows - 1]
        offset = int(message.values.get("page_offset", "0")) + len(page)
        of = message.values.get("page_of", str(message.message_id))
        return page, [self._reply(more(of, offset), labels(message).more)]

    def _reply(self, choice_id: str, title: str) -> Json:
        return {"content_type": "text", "title": self._title(title), "payload": cut(choice_id, PAYLOAD)}

    def _title(self, title: str) -> str:
        return cut(title, self.capabilities.row_title)

    def _spelled_out(self, text: str, page: Sequence[Choice]) -> str:
        """What no chip has room for is said above them: whole titles, and what is below them."""
        room = self.capabilities.row_title
        if listed(text, page):
            return text
        if not any(choice.description or units(choice.title) > room for choice in page):
            return text
        lines = [": ".join(part for part in (choice.title, choice.description) if part) for choice in page]
        return "\n".join([text, *(f"• {line}" for line in lines)])

    def _with_buttons(self, text: str, buttons: Sequence[Json]) -> list[Json]:
        """What is above the limit of a message with buttons goes ahead as plain text."""
        can = self.capabilities
        *ahead, last = split(text, can.text, can.button_text, self.length)
        payload = {"template_type": "button", "text": last, "buttons": list(buttons)}
        template: Json = {"attachment": {"type": "template", "payload": payload}}
        plain: list[Json] = [{"text": part} for part in ahead]
        return [*plain, template]


def _file(kind: str, media_id: str | None) -> Json:
    return {"attachment": {"type": kind, "payload": {"attachment_id": media_id or ""}}}


def upload_form(kind: str, platform: str | None) -> dict[str, str]:
    """The fields beside the file for `POST /me/message_attachments`; only a reusable one may be sent to a person."""
    message = {"attachment": {"type": kind, "payload": {"is_reusable": True}}}
    return {"message": orjson.dumps(message).decode()} | ({"platform": platform} if platform else {})
