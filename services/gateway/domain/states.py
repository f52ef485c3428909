"""How far has a delivery come, and may it move there? One order of states that never goes back.

`failed` and `rejected` lie between sent and delivered: a late failure does not undo what the person has seen, and a
late proof of delivery corrects a failure.
"""

from __future__ import annotations

from typing import Final, Literal

State = Literal["pending", "held", "sending", "sent", "failed", "rejected", "delivered", "read"]
ReportedState = Literal["sent", "failed", "delivered", "read"]
"""States a provider reports by itself."""

RANKS: Final[dict[State, int]] = {
    "pending": 0,  # waits for its turn, or for its next try
    "held": 5,  # may not be sent now: outside the channel's window, and no template for its purpose
    "sending": 10,  # stored before the call: found so after a crash, it is unknown whether the person has it
    "sent": 20,  # taken by the provider
    "failed": 25,  # taken by the provider, which could not deliver it
    "rejected": 25,  # refused by the provider, or given up by us
    "delivered": 30,
    "read": 40,
}
SENT_RANK: Final = RANKS["sent"]
"""From here on there is nothing left for us to do."""


def furthest(current: State, reported: State) -> State:
    """The state after a report, whatever the order in which reports arrive."""
    return reported if RANKS[reported] > RANKS[current] else current
