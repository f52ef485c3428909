"""Is this keyboard one that Telegram takes? The checks of `reply_markup`, with its words for what is wrong.

One difference: a button without a text is dropped silently by Telegram; here it is refused, so that a test notices.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from devkit.telegram.errors import ApiError, bad_request
from devkit.telegram.limits import BUTTONS, CALLBACK_DATA_BYTES

Json = Mapping[str, object]

_INLINE = "inline keyboard button"
_PLAIN = "keyboard button"


def check(markup: object) -> Json | None:
    """The keyboard, or None when there is none. Raises `ApiError` 400."""
    if markup is None:
        return None
    if not isinstance(markup, Mapping):
        raise bad_request("object expected as reply markup")
    inline = _buttons(
        markup,
        "inline_keyboard",
        'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
    )
    for button in inline:
        _check_inline(button)
    for button in _buttons(markup, "keyboard", 'field "keyboard" must be an Array of Arrays'):
        if not isinstance(button, str):
            _text(button, _PLAIN, "KeyboardButton must be a String or an Object")
    return markup


def _buttons(markup: Json, field: str, otherwise: str) -> list[object]:
    rows = markup.get(field, [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(otherwise)
    buttons = [button for row in rows for button in row]
    if len(buttons) > BUTTONS:
        raise bad_request("reply markup is too long")
    return buttons


def _text(button: object, what: str, otherwise: str) -> Json:
    if not isinstance(button, Mapping):
        raise _unreadable(what, otherwise)
    text = button.get("text")
    if not isinstance(text, str):
        raise _unreadable(what, 'Can\'t find field "text"')
    if not text.strip():
        raise _unreadable(what, "Text must be non-empty")
    return button


def _check_inline(button: object) -> None:
    known = _text(button, _INLINE, "InlineKeyboardButton must be an Object")
    url, data = known.get("url"), known.get("callback_data")
    if isinstance(url, str) and url:
        if not _opens(url):
            raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
        return
    if not isinstance(data, str) or not data:
        raise _unreadable(_INLINE, "Text buttons are unallowed in the inline keyboard")
    if len(data.encode()) > CALLBACK_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")


def _opens(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "tg" or (parts.scheme in ("http", "https") and "." in (parts.hostname or ""))


def _unreadable(what: str, why: str) -> ApiError:
    return bad_request(f"can't parse {what}: {why}")
