"""What may go wrong on purpose, and how much of it is left? The model behind `POST /_control/faults`."""

import random
from typing import Literal

from pydantic import Field

from devkit.emulator import faults


class Faults(faults.FaultsOfSends):
    """Every way the emulator misbehaves on request. All off by default; setting replaces the whole.

    Sends (from the gateway); `only_to` limits them to one person's number, and each `…_chance` (0 to 1) does the same at
    random to any send:
    - `fail_sends` with `fail_status`, `fail_code` (None: no body) and `retry_after`: the next N are refused.
    - `lose_answers`: the next N are taken, and the connection closes without an answer; `swallow_sends`: it closes and
      nothing was taken. `hang_seconds`: how long that takes (more than the caller's patience: a timeout).
    - `late_answers`: answers come after the status callbacks of their message.
    - `undeliverable_sends` with `undeliverable_code` (30003 to 30008): the next N are taken and end as `undelivered`.
    - `close_windows`: every 24-hour window counts as closed.

    Status callbacks:
    - `duplicate_callbacks`: each is sent so many times again. `reorder_callbacks`: those of one message come in any order.
    - `delay_callbacks_seconds`: they come late. `drop_callbacks`: the next N never come.

    Webhooks of messages:
    - `repeat_messages`: each is sent so many times again, with its `I-Twilio-Idempotency-Token`.
    - `drop_answers`: the gateway's next N answers (to anything) count as read timeouts.
    """

    fail_sends: int = Field(default=0, ge=0)
    fail_chance: float = Field(default=0, ge=0, le=1)
    fail_status: int = Field(default=429, ge=400, le=599)
    fail_code: int | None = 20429
    retry_after: float | None = Field(default=None, ge=0)
    lose_answers: int = Field(default=0, ge=0)
    lose_chance: float = Field(default=0, ge=0, le=1)
    swallow_sends: int = Field(default=0, ge=0)
    swallow_chance: float = Field(default=0, ge=0, le=1)
    hang_seconds: float = Field(default=0, ge=0, le=120)
    late_answers: bool = False
    undeliverable_sends: int = Field(default=0, ge=0)
    undeliverable_chance: float = Field(default=0, ge=0, le=1)
    undeliverable_code: int = 30003
    close_windows: bool = False
    duplicate_callbacks: int = Field(default=0, ge=0, le=20)
    reorder_callbacks: bool = False
    delay_callbacks_seconds: float = Field(default=0, ge=0, le=120)
    drop_callbacks: int = Field(default=0, ge=0)
    repeat_messages: int = Field(default=0, ge=0, le=20)
    drop_answers: int = Field(default=0, ge=0)


Counter = Literal[
    "fail_sends", "lose_answers", "swallow_sends", "undeliverable_sends", "drop_callbacks", "drop_answers"
]
Chance = Literal["fail_chance", "lose_chance", "swallow_chance", "undeliverable_chance"]


class FaultBox(faults.FaultBox[Faults, Counter, Chance]):
    """The faults in force now."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(Faults, rng)

    def shuffled(self, statuses: list[str]) -> list[str]:
        """The statuses in any order."""
        return self.rng.sample(statuses, len(statuses))
