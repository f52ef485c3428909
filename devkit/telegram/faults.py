"""What may go wrong on purpose, how much of it is left, and how much was done? Behind `/_control/faults`."""

import random
from collections import Counter
from typing import Literal, Never

from pydantic import Field

from devkit.emulator import faults
from devkit.emulator.values import Frozen

Kind = Literal["too_many", "error", "server_error", "bad_gateway", "lose_answer", "no_answer", "drop"]


class CallFault(Frozen):
    """One way in which calls of the Bot API fail; nothing is sent unless said otherwise.

    - `too_many`: 429 with `retry_after` seconds.
    - `error`: `status` with `description` (403 "Forbidden: bot was blocked by the user", …).
    - `server_error`: 500 with Telegram's own body; `bad_gateway`: 502 without any body of Telegram's.
    - `lose_answer`: the call is **done**, then the connection closes after `hold` seconds without an answer.
    - `no_answer`: nothing is done, and the connection closes after `hold` seconds; `drop`: it closes at once.

    It meets the next `times` calls (None: all) of `method` (None: any) to `chat_id` (None: any), each with the
    probability `share`.
    """

    kind: Kind
    method: str | None = None
    chat_id: int | None = None
    times: int | None = Field(default=1, ge=0)
    share: float = Field(default=1, ge=0, le=1)
    retry_after: int = Field(default=1, ge=1)
    status: int = Field(default=400, ge=400, le=599)
    description: str = "Bad Request: refused on request of the emulator's faults"
    hold: float = Field(default=0, ge=0, le=120)


class WebhookFaults(Frozen):
    """How webhooks misbehave: each counts webhooks.

    - `duplicate`: the next N that were accepted are sent once more.
    - `drop_answers`: of the next N the answer is lost, so they come again.
    - `delay`: the next N wait `delay_seconds` first; those of other chats overtake them.
    """

    duplicate: int = Field(default=0, ge=0)
    drop_answers: int = Field(default=0, ge=0)
    delay: int = Field(default=0, ge=0)
    delay_seconds: float = Field(default=0, ge=0, le=3600)


class Faults(faults.Faults):
    """All faults; setting replaces the whole. Of several that fit a call the first one wins."""

    calls: tuple[CallFault, ...] = ()
    webhooks: WebhookFaults = WebhookFaults()


Counted = Literal["duplicate", "drop_answers", "delay"]


class FaultBox(faults.FaultBox[Faults, Never, Never]):
    """The faults in force now, used up one by one; `done` counts them by name since the start."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(Faults, rng)
        self.done: Counter[str] = Counter()

    def for_call(self, method: str, chat_id: int | None) -> CallFault | None:
        """The fault that meets this call, used up."""
        for index, fault in enumerate(self.current.calls):
            if fault.times == 0 or (fault.method or method).lower() != method.lower():
                continue
            if fault.chat_id not in (None, chat_id) or self.rng.random() >= fault.share:
                continue
            if fault.times is not None:
                used = fault.model_copy(update={"times": fault.times - 1})
                calls = (*self.current.calls[:index], used, *self.current.calls[index + 1 :])
                self.current = self.current.model_copy(update={"calls": calls})
            self.done[fault.kind] += 1
            return fault
        return None

    def for_webhook(self, counter: Counted) -> bool:
        """Use up one of `counter`; False when none is left."""
        left: int = getattr(self.current.webhooks, counter)
        if left == 0:
            return False
        webhooks = self.current.webhooks.model_copy(update={counter: left - 1})
        self.current = self.current.model_copy(update={"webhooks": webhooks})
        self.done[counter] += 1
        return True
