"""What may go wrong on purpose, and how much of it is left? The model behind `POST /_control/faults`."""

import random
from typing import Literal

from pydantic import Field

from devkit.emulator import faults


class Faults(faults.FaultsOfSends):
    """Every way the emulator misbehaves on request. All off by default; setting replaces the whole.

    Sends (from the gateway); `only_to` limits them to one person, and each `…_chance` (0 to 1) does the same at random to any
    send:
    - `fail_sends` with `fail_code`, `fail_subcode`, `fail_status` (None: the code's) and `retry_after`: the next N are
      refused.
    - `lose_answers`: the next N are taken, and the connection closes without an answer, after `hang_seconds`;
      `swallow_sends`: it closes and nothing was taken.
    - `lie_sends`: the next N are taken and answered with error 2 all the same, as Meta has been seen to do.
    - `late_answers`: answers come after the echo of their message.
    - `close_windows`: every 24-hour window counts as closed.

    Webhooks (towards the gateway):
    - `batch_size`, `batch_wait_ms`: so many events of all people in one POST, waiting so long for more; `one_entry`: those
      of an account in one entry, else an entry each.
    - `repeat`: every accepted body is sent so many times again, byte for byte.
    - `reorder`: events of a batch in any order (of one person, too).
    - `drop_answers`: the gateway's next N answers are ignored as if lost, so those bodies are tried again.
    - `drop_echoes`: the next N echoes never come.
    """

    fail_sends: int = Field(default=0, ge=0)
    fail_chance: float = Field(default=0, ge=0, le=1)
    fail_code: int = 613
    fail_subcode: int | None = None
    fail_status: int | None = Field(default=None, ge=400, le=599)
    retry_after: float | None = Field(default=None, ge=0)
    lose_answers: int = Field(default=0, ge=0)
    lose_chance: float = Field(default=0, ge=0, le=1)
    swallow_sends: int = Field(default=0, ge=0)
    swallow_chance: float = Field(default=0, ge=0, le=1)
    lie_sends: int = Field(default=0, ge=0)
    lie_chance: float = Field(default=0, ge=0, le=1)
    hang_seconds: float = Field(default=0, ge=0, le=120)
    late_answers: bool = False
    close_windows: bool = False
    batch_size: int = Field(default=1, ge=1, le=1000)
    batch_wait_ms: int = Field(default=50, ge=0, le=60_000)
    one_entry: bool = False
    repeat: int = Field(default=0, ge=0, le=20)
    reorder: bool = False
    drop_answers: int = Field(default=0, ge=0)
    drop_echoes: int = Field(default=0, ge=0)


Counter = Literal["fail_sends", "lose_answers", "swallow_sends", "lie_sends", "drop_answers", "drop_echoes"]
Chance = Literal["fail_chance", "lose_chance", "swallow_chance", "lie_chance"]


class FaultBox(faults.FaultBox[Faults, Counter, Chance]):
    """The faults in force now."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(Faults, rng)
