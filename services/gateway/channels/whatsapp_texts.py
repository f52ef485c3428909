"""How is a plain text read, as nearly all of what comes is? In one go; whatever is unusual is for the careful reader.

The careful one is `whatsapp_payloads`; what both would make of an element is the same (a test compares).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

from services.gateway.channels import MessageIn
from services.gateway.channels.lenient import instant
from services.gateway.channels.whatsapp_events import NOT_KEPT
from shared.messages.conversation import TextContent

_Anything: TypeAlias = dict[str, Any]
"""What JSON makes of an object: each value is looked at before it is believed."""
_FIELDS: Final = frozenset({"id", "from", "from_user_id", "timestamp", "type", "text"})
_MOST_NAME: Final = 200

_message: Final = tuple.__new__
"""Without the keyword arguments of `MessageIn`, which take as long as all the rest of it."""
_content: Final[Callable[[object], TextContent]] = TextContent.__pydantic_validator__.validate_python
_instant: Final = lru_cache(maxsize=1024)(instant)
"""Messages that come together were sent in the same few seconds."""


def plain_text(account_id: str, people: Mapping[str, _Anything], item: _Anything) -> MessageIn | None:
    """The message, when this element of `messages[]` is a text with a number, of a known person, with nothing else to it;
    else None. `people`: the `contacts[]` by their ids."""
    try:
        if item["type"] != "text" or not item.keys() <= _FIELDS:
            return None
        provider_id, wa_id, words = item["id"], item["from"], item["text"]["body"]
        person, sent_at = people[wa_id], _instant(item["timestamp"])
        name, bsuid = person["profile"]["name"], item.get("from_user_id") or person.get("user_id")
    except (LookupError, TypeError):
        return None
    for one in (provider_id, wa_id, words, name, bsuid):
        if type(one) is not str or not one or "\x00" in one:
            return None
    if sent_at is None or not (7 <= len(wa_id) <= 15 and wa_id.isdigit() and wa_id.isascii()):
        return None
    return _message(
        MessageIn,
        (
            account_id,
            provider_id,
            wa_id,
            name[:_MOST_NAME],
            f"+{wa_id}",
            sent_at,
            _content({"text": words}),
            NOT_KEPT,
            (bsuid,) if bsuid != wa_id else (),
            None,
            None,
        ),
    )
