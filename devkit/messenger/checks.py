"""What does the Send API refuse in a message? Its limits, as Meta documents and words them. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from devkit.messenger.config import Platform
from devkit.messenger.errors import SendError
from devkit.messenger.state import Json

TEXT: Final = {"messenger": 2000, "instagram": 1000}
"""Characters, on Instagram bytes."""
TEMPLATE_TEXT: Final = 640
BUTTONS: Final = 3
REPLIES: Final = 13
TITLE: Final = 20
PAYLOAD: Final = 1000
METADATA: Final = 1000


def check(message: Json, platform: Platform, uploads: Collection[str]) -> None:
    """Raise SendError 100 for a message that is none, or above a limit. `uploads`: ids of attachments that may be sent."""
    text, attachment = message.get("text"), message.get("attachment")
    if (text is None) == (attachment is None):
        raise SendError(100, None, "Param message must have either text or attachment")
    if text is not None:
        _text(text, platform)
    if attachment is not None:
        _attachment(attachment, uploads)
    replies = message.get("quick_replies", [])
    if not isinstance(replies, list) or len(replies) > REPLIES:
        raise SendError(100, None, f"Param message[quick_replies] must have at most {REPLIES} elements")
    for reply in replies:
        _tappable(reply, "quick reply")
    if len(str(message.get("metadata", ""))) > METADATA:
        raise _long("message[metadata]", METADATA)


def _text(text: Any, platform: Platform) -> None:
    if not isinstance(text, str) or not text.strip():
        raise SendError(100, None, "Param message[text] must be a non-empty UTF-8 encoded string")
    length = len(text) if platform == "messenger" else len(text.encode())
    if length > TEXT[platform]:
        raise _long("message[text]", TEXT[platform])


def _attachment(attachment: Any, uploads: Collection[str]) -> None:
    kind, payload = attachment.get("type"), attachment.get("payload", {})
    if kind == "template":
        _template(payload)
    elif kind not in ("image", "audio", "video", "file"):
        raise SendError(
            100, None, "Param message[attachment][type] is not one of image, audio, video, file, template"
        )
    elif payload.get("attachment_id") not in uploads:
        raise SendError(100, 2018074)


def _template(payload: Json) -> None:
    if payload.get("template_type") != "button":
        raise SendError(100, None, "Param template_type: this emulator has button templates only")
    text, buttons = payload.get("text") or "", payload.get("buttons") or []
    if not 1 <= len(text) <= TEMPLATE_TEXT:
        raise _long("text", TEMPLATE_TEXT)
    if not 1 <= len(buttons) <= BUTTONS:
        raise SendError(100, None, f"Param buttons must have at least 1 and at most {BUTTONS} elements")
    for button in buttons:
        _tappable(button, "button")
        if button.get("type") == "web_url" and not str(button.get("url", "")).startswith(
            ("http://", "https://")
        ):
            raise SendError(100, None, "Button url must be a http or https URL")


def _tappable(one: Any, what: str) -> None:
    title, payload = one.get("title") or "", one.get("payload") or ""
    if not 1 <= len(title) <= TITLE:
        raise SendError(100, None, f"The title of a {what} must have 1 to {TITLE} characters")
    if len(payload) > PAYLOAD:
        raise _long("payload", PAYLOAD)
    if one.get("type") != "web_url" and not payload:
        raise SendError(100, None, f"A {what} needs a payload")


def _long(name: str, most: int) -> SendError:
    return SendError(100, None, f"Length of param {name} must be less than or equal to {most}")
