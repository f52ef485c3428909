"""May more words follow in a moment? How long to wait for them before a turn begins. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from services.agent.groups import Group, first_group
from shared.messages.conversation import MessageReceived, TextContent

MOST_OF_ALL = 3.0
"""No message waits longer than so many times the setting, however many follow it."""
FINISHED = 1 / 3
"""The part of the setting that is waited for after what reads like the end of what somebody wants to say."""
LONG = 80
"""Characters from which on a message is no short one, of which more are likely to follow."""

_ENDS = frozenset(".!?…。！？؟।;:)")  # and other scripts' own marks


def wait(
    waiting: Sequence[MessageReceived], since_first: float, since_last: float, *, seconds: float
) -> float:
    """Seconds to wait for more of what this person has to say; 0 or less: begin.

    `waiting` are the messages so far, oldest first (at least one); `since_first` and `since_last` the seconds since the
    first and the last of them came. Only words are waited for, up to `seconds` (the setting) after the last, and
    `MOST_OF_ALL` times that after the first.
    """
    group = first_group(waiting)
    if len(group) < len(waiting):
        return 0.0  # something else follows: what is to be said has been said
    content = Group(tuple(waiting)).message.content
    if not isinstance(content, TextContent) or not content.text.strip():
        return 0.0
    quiet = seconds * (FINISHED if _finished(content.text) else 1.0)
    return min(quiet - since_last, seconds * MOST_OF_ALL - since_first)


def _finished(text: str) -> bool:
    """Whether the last line is a sentence with its mark, says a time, a day or a number, or is long.

    In any language: by marks and digits, not by words.
    """
    last = text.rstrip().rpartition("\n")[2]
    return last[-1] in _ENDS or len(last) >= LONG or any(c.isdigit() for c in last)
