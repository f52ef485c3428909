"""What does a message become where the channel cannot show it? Plain words that say the same, numbers to choose by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from services.gateway.channels import Capabilities
from shared.messages.conversation import (
    Body,
    Choice,
    ContactRequestBody,
    DocumentBody,
    ImageBody,
    LinkBody,
    LocationRequestBody,
    ReactionBody,
    TemplateBody,
    TextBody,
    VoiceBody,
)

MORE_PREFIX: Final = "more:"
"""Begins the choice id of a row that asks for the rest: `more:<message id>:<offset>`."""
_NUMBERED_LINE: Final = re.compile(r"^([0-9]{1,3})[.)] +(.+)$", re.MULTILINE)


def fitting(body: Body, capabilities: Capabilities) -> Body | None:
    """The body as the channel can show it: itself, plain text that says the same, or None when there is nothing to say.

    Files stay what they are where the channel takes them; else their caption or name is said. A `PageBody` never gets
    here: it is made a text with the rest of the choices before.
    """
    if body.kind in capabilities.kinds:
        return body
    match body:
        case TextBody():
            return body
        case LinkBody():
            return TextBody(text=f"{body.text}\n{body.label}: {body.url}")
        case LocationRequestBody() | ContactRequestBody() | TemplateBody() | VoiceBody():
            return TextBody(text=body.text)
        case DocumentBody():
            return TextBody(text="\n".join(part for part in (body.caption, body.filename) if part))
        case ImageBody():
            return TextBody(text=body.caption) if body.caption else None
        case ReactionBody():
            return TextBody(text=body.emoji) if body.emoji else None
        case _:
            return None


def numbered(text: str, choices: Sequence[Choice]) -> str:
    """The choices as numbered lines below the text, unless they stand there already; a person answers with the number."""
    if listed(text, choices):
        return text
    lines = []
    for number, choice in enumerate(choices, 1):
        below = f" ({choice.description})" if choice.description else ""
        lines.append(f"{number}. {choice.title or choice.choice_id}{below}")
    return "\n".join([text, *lines])


def listed(text: str, choices: Sequence[Choice]) -> bool:
    """Whether the text has a numbered line for each choice, in order, with all the words of its title: said twice, it
    would only cost more and confuse. Any other numbered lines do not count as the choices."""
    lines = _NUMBERED_LINE.findall(text.casefold())
    return [int(number) for number, _ in lines] == list(range(1, len(choices) + 1)) and all(
        choice.title.strip() and all(word.rstrip("…") in line for word in choice.title.casefold().split())
        for (_, line), choice in zip(lines, choices, strict=True)
    )


def chosen(text: str, choices: Sequence[Choice]) -> Choice | None:
    """Which of the numbered choices a person means by this text: its number ("2", "2.", "#2") or its whole title."""
    said = text.strip().strip("#.)(").strip()
    if said.isascii() and said.isdigit() and len(said) <= 3 and 1 <= int(said) <= len(choices):
        return choices[int(said) - 1]
    same = [choice for choice in choices if choice.title.casefold() == text.strip().casefold()]
    return same[0] if len(same) == 1 else None


def more(message_id: object, offset: int) -> str:
    """The choice id of the row that asks for the choices from number `offset` on."""
    return f"{MORE_PREFIX}{message_id}:{offset}"
