"""What may go wrong on purpose, and how much of it is left? The model behind `POST /emulator/faults`."""

from typing import Literal

from pydantic import Field

from devkit.whatsapp.config import Frozen

Grouping = Literal["one_value", "changes", "entries"]


class Faults(Frozen):
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

    Sends (from the gateway):
    - `fail_sends` with `fail_status`, `fail_code`: the next N sends are refused and not delivered.
    - `lose_answers` with `lose_after_seconds`: the next N sends are delivered, but the connection closes
      without an answer.
    - `undeliverable_sends` with `undeliverable_code`: the next N are accepted and then end as a `failed`
      status.
    - `only_wa_id`: the three above count only sends to this customer.
    - `close_windows`: every 24 h service window counts as closed.
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

    @property
    def collects(self) -> bool:
        """True when webhooks of several customers wait for each other (batching or reordering)."""
        return self.batch_size > 1 or self.reorder != "none"


Counter = Literal["drop_answers", "fail_sends", "lose_answers", "undeliverable_sends"]


class FaultBox:
    """The faults in force now; counted ones are used up one by one."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.current = faults or Faults()

    def take(self, counter: Counter, wa_id: str | None = None) -> bool:
        """Use up one of `counter`; False when none is left or it is meant for another customer than
        `wa_id`."""
        left: int = getattr(self.current, counter)
        if left == 0 or (wa_id is not None and self.current.only_wa_id not in (None, wa_id)):
            return False
        self.current = self.current.model_copy(update={counter: left - 1})
        return True
