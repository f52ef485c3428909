"""Which messages are answered together, and as what? Texts one after the other are one; edits and revocations apply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.messages.conversation import (
    Content,
    EditContent,
    MediaContent,
    MessageReceived,
    OtherContent,
    RevokeContent,
    TextContent,
)

MOST = 20
"""Messages in a group, at most."""


@dataclass(frozen=True, slots=True)
class Group:
    """Messages of one conversation that get one turn: at least one, in the order in which they came."""

    members: tuple[MessageReceived, ...]

    @property
    def message(self) -> MessageReceived:
        """The one message that stands for them all.

        Its id is the first one's, which names the turn; its words are all that was not taken back, a line each, as
        edited; the rest (when, what a reply quotes) is the last one's that still says something.
        """
        first, *more = self.members
        if not more:
            return first
        said = _said(self.members)
        if not said:
            nothing = RevokeContent(provider_id=first.provider_id)
            return first.model_copy(update={"content": nothing})
        last, content = said[-1]
        if len(said) > 1:
            content = TextContent(text="\n".join(text for _, c in said if (text := _words(c))))
        return last.model_copy(update={"message_id": first.message_id, "content": content})


def first_group(waiting: Sequence[MessageReceived]) -> tuple[int, ...]:
    """The places (0 is always one) in `waiting` (oldest first) of the messages that get the next turn.

    Texts, edits and revocations that follow each other; anything else alone. With either go the edits and revocations
    of its messages that wait further behind.
    """
    run = 1
    if _joins(waiting[0]):
        while run < min(len(waiting), MOST) and _joins(waiting[run]):
            run += 1
    known = {message.provider_id for message in waiting[:run]}
    later = (n for n in range(run, len(waiting)) if _target(waiting[n].content) in known)
    return (*range(run), *later)


def _joins(message: MessageReceived) -> bool:
    return isinstance(message.content, TextContent | EditContent | RevokeContent)


def _target(content: Content) -> str | None:
    return content.provider_id if isinstance(content, EditContent | RevokeContent) else None


def _said(members: Sequence[MessageReceived]) -> list[tuple[MessageReceived, Content]]:
    """The messages that say something, with what they say after all edits and revocations."""
    here = {m.provider_id for m in members}
    said = {m.provider_id: (m, m.content) for m in members if _target(m.content) is None}
    for member in members:
        change = member.content
        if isinstance(change, RevokeContent):
            said.pop(change.provider_id, None)
        elif isinstance(change, EditContent) and change.provider_id in said:
            original, content = said[change.provider_id]
            said[change.provider_id] = (original, _edited(content, change.text or ""))
        elif isinstance(change, EditContent) and change.provider_id not in here:
            # What it corrects was answered before: a message of its own.
            said[change.provider_id] = (member, TextContent(text=change.text or ""))
    order = {member.message_id: place for place, member in enumerate(members)}
    told = [(m, content) for m, content in said.values() if not _is_empty(content)]
    return sorted(told, key=lambda one: order[one[0].message_id])


def _edited(content: Content, text: str) -> Content:
    if isinstance(content, TextContent | OtherContent):
        return content.model_copy(update={"text": text})
    if isinstance(content, MediaContent):
        return content.model_copy(update={"caption": text or None})
    return content


def _is_empty(content: Content) -> bool:
    return isinstance(content, TextContent) and not content.text.strip()


def _words(content: Content) -> str:
    return content.text.strip() if isinstance(content, TextContent) else ""
