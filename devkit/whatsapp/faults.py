"""What may go wrong on purpose, and how much of it is left? The model behind `POST /emulator/faults`."""

import random
from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import Field

from devkit.emulator import faults
from devkit.emulator.values import Frozen

Grouping = Literal["one_value", "changes", "entries"]
Way = Literal["refuse", "bare", "lost", "unsent", "fail", "quality"]
Chance = Annotated[float, Field(ge=0, le=1)]


class SendFault(Frozen):
    """One way for a send to go wrong, for the next `times` sends (to `only_wa_id`).

    - `refuse`: Meta's error body with `code` (and `status`; `retry_after` seconds as a header); nothing is delivered.
    - `bare`: `status` without an error body; delivered when `taken`.
    - `lost`: delivered, but the connection closes without an answer, after `after_seconds`.
    - `unsent`: the connection closes, after `after_seconds`; nothing is delivered.
    - `fail`: accepted, then a `failed` status with `code`.
    - `quality`: accepted as `held_for_quality_assessment`, and delivered.
    """

    way: Way
    code: int = 131000
    status: int | None = Field(default=None, ge=400, le=599)
    taken: bool = False
    after_seconds: float = Field(default=0, ge=0, le=120)
    retry_after: float | None = Field(default=None, ge=0)
    times: int = Field(default=1, ge=1)
    only_wa_id: str | None = None
    chance: Chance = 1.0


TROUBLED: Final[Sequence[SendFault]] = (
    SendFault(way="refuse", code=130429, chance=0.03),
    SendFault(way="refuse", code=131000, status=500, chance=0.03),
    SendFault(way="bare", status=502, chance=0.02),
    SendFault(way="bare", status=502, taken=True, chance=0.01),
    SendFault(way="lost", chance=0.02),
    SendFault(way="unsent", chance=0.01),
    SendFault(way="refuse", code=131056, chance=0.01),
)
"""A provider on a bad day: a mix for `chances`."""


class Faults(faults.Faults):
    """Every way the emulator misbehaves on request. All off by default; setting replaces the whole.

    Webhooks (towards the gateway):
    - `batch_size`, `batch_wait_ms`: put up to so many messages and statuses in one POST, waiting so long
      for more.
    - `grouping`: a batch is one `value` (`one_value`), one `change` each (`changes`) or one `entry` each
      (`entries`).
    - `repeat`: every accepted body is sent so many times again, byte for byte.
    - `regroup`: the repeats carry the same updates, some older ones too, in other groupings and another
      order.
    - `reorder`: `statuses` overtake each other (never messages), or `all` updates do, within 8 waiting ones.
    - `drop_answers`: the gateway's next N answers are ignored as if lost, so those bodies are retried.
    - `drop_chance`: so many of the bodies are lost on their way, or their answers on the way back; they are retried.
    - `delay_ms`: each body sets out up to so many milliseconds late.

    Sends (from the gateway):
    - `fail_sends` with `fail_status`, `fail_code`: the next N sends are refused and not delivered.
    - `lose_answers` with `lose_after_seconds`: the next N sends are delivered, but the connection closes
      without an answer.
    - `undeliverable_sends` with `undeliverable_code`: the next N are accepted and then end as a `failed`
      status.
    - `only_wa_id`: the three above count only sends to this customer.
    - `close_windows`: every 24 h service window counts as closed.
    - `plan`: what becomes of the next sends, one entry after the other; `chances`: each send meets one of these with
      its `chance` (by the configured seed), once the plan is used up.
    """

    batch_size: int = Field(default=1, ge=1, le=1000)
    batch_wait_ms: int = Field(default=50, ge=0, le=60_000)
    grouping: Grouping = "one_value"
    repeat: int = Field(default=0, ge=0, le=20)
    regroup: bool = False
    reorder: Literal["none", "statuses", "all"] = "none"
    drop_answers: int = Field(default=0, ge=0)
    fail_sends: int = Field(default=0, ge=0)
    fail_status: int = Field(default=500, ge=400, le=599)
    fail_code: int = 131000
    lose_answers: int = Field(default=0, ge=0)
    lose_after_seconds: float = Field(default=0, ge=0, le=120)
    undeliverable_sends: int = Field(default=0, ge=0)
    undeliverable_code: int = 131026
    only_wa_id: str | None = None
    close_windows: bool = False
    plan: tuple[SendFault, ...] = ()
    chances: tuple[SendFault, ...] = ()
    drop_chance: Chance = 0.0
    delay_ms: int = Field(default=0, ge=0, le=60_000)

    def meant_for(self, person: str) -> bool:
        """See `emulator.faults`."""
        return self.only_wa_id in (None, person)

    @property
    def collects(self) -> bool:
        """True when webhooks of several customers wait for each other (batching or reordering)."""
        return self.batch_size > 1 or self.reorder != "none"


Counter = Literal["drop_answers", "fail_sends", "lose_answers", "undeliverable_sends"]


class FaultBox(faults.FaultBox[Faults, Counter, Literal["drop_chance"]]):
    """The faults in force now, planned ones of sends among them."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(Faults, rng)

    def next_send(self, wa_id: str) -> SendFault | None:
        """What goes wrong with this send: the next of the plan that is meant for it, else perhaps one of the chances."""
        plan = self.current.plan
        for place, fault in enumerate(plan):
            if fault.only_wa_id in (None, wa_id):
                left = () if fault.times == 1 else (fault.model_copy(update={"times": fault.times - 1}),)
                rest = (*plan[:place], *left, *plan[place + 1 :])
                self.current = self.current.model_copy(update={"plan": rest})
                return fault
        drawn = self.rng.random() if self.current.chances else 1.0
        for fault in self.current.chances:
            if fault.only_wa_id not in (None, wa_id):
                continue
            if drawn < fault.chance:
                return fault
            drawn -= fault.chance
        return None

    def is_dropped(self) -> bool:
        """Whether this body, or the answer to it, gets lost."""
        return self.unlucky("drop_chance")

    def delay(self) -> float:
        """Seconds by which this body sets out late."""
        return self.rng.random() * self.current.delay_ms / 1000
