"""What follows from a failure that a provider reports after it had taken the message? Its reason begins with the code.

The codes are Meta's (five or six digits beginning with 13, and 368) and Twilio's (five digits): they do not collide.
"""

from __future__ import annotations

from typing import Final, Literal

Consequence = Literal["template", "opt_out", "pause", "report"]

_TEMPLATE: Final = frozenset({131047, 63016})
"""The person's window was closed: what is approved for the purpose may be sent instead."""
MARKETING_ONLY: Final = frozenset({131050})
"""The person wants no marketing; everything else may be sent."""
_OPT_OUT: Final = frozenset({21610}) | MARKETING_ONLY
_PAUSE: Final = frozenset({131048, 131064, 131031, 131042, 368})
"""The number is suspected of spam, locked or not paid for: each further message makes it worse."""


def code_of(reason: str | None) -> int | None:
    """The provider's code at the beginning of a reason."""
    first = (reason or "").split(maxsplit=1)[:1]
    return int(first[0]) if first and first[0].isascii() and first[0].isdigit() else None


def follows(reason: str | None) -> Consequence:
    """What to do about a failure: send an approved template instead, note that the person wants no more, stop the
    account, or only report it."""
    code = code_of(reason)
    if code in _TEMPLATE:
        return "template"
    if code in _OPT_OUT:
        return "opt_out"
    return "pause" if code in _PAUSE else "report"


def scope_of(reason: str | None) -> Literal["all", "marketing"]:
    """What a person who opted out at the provider wants no more of."""
    return "marketing" if code_of(reason) in MARKETING_ONLY else "all"
