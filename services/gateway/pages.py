"""Which message shows the rest of a long list, and which messages can go out as one? Pure, over messages of a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.gateway.channels import Capabilities
from services.gateway.channels.text import cut, units
from shared.messages.conversation import MessageSent, PageBody, TextBody

_HEADING: Final = 200
_BETWEEN: Final = "\n\n"


def page(asked: MessageSent, original: MessageSent | None) -> MessageSent | str:
    """The message that shows the choices of `original` from the offset on that `asked` (a `PageBody`) names; or why
    there is none.

    Above them stands the last line of the original: it is the question, and in the person's language.
    """
    body = asked.body
    if not isinstance(body, PageBody):
        return "this is no page"
    if original is None:
        return "the message whose choices were asked for is not of this conversation"
    if not isinstance(original.body, TextBody):
        return "the message whose choices were asked for has none"
    rest = original.body.choices[max(0, body.offset) :]
    if not rest:
        return "there are no more choices"
    lines = [line.strip() for line in original.body.text.splitlines() if line.strip()]
    text = cut(lines[-1] if lines else "…", _HEADING)
    return asked.model_copy(
        update={
            "body": TextBody(text=text, choices=rest, label=original.body.label),
            "values": {**original.values, "page_of": str(body.of), "page_offset": str(max(0, body.offset))},
        }
    )


def merges(message: MessageSent, capabilities: Capabilities) -> bool:
    """Whether a message may go out together with its like: plain words that answer a message, where each request costs."""
    body = message.body
    plain = isinstance(body, TextBody) and not body.choices
    return plain and capabilities.billed and message.in_reply_to is not None


def merged(
    first: MessageSent, rest: Sequence[MessageSent], capabilities: Capabilities
) -> tuple[MessageSent, int]:
    """`first` with the words of those that follow it and answer the same message, as far as one request holds them;
    and how many of `rest` that are."""
    if not merges(first, capabilities) or not isinstance(first.body, TextBody):
        return first, 0
    text, taken = first.body.text, 0
    for other in rest:
        if not merges(other, capabilities) or other.in_reply_to != first.in_reply_to:
            break
        longer = text + _BETWEEN + (other.body.text if isinstance(other.body, TextBody) else "")
        if units(longer) > capabilities.text:
            break
        text, taken = longer, taken + 1
    return first.model_copy(update={"body": TextBody(text=text)}), taken
