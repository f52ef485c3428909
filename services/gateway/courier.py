"""What does one try at one delivery do? Prepare, wait for its turn, store `sending`, call, store what the answer means.

Between storing `sending` and storing the result lies the only doubt: after a crash or a lost answer the person may have
the message. Where the provider's status echoes our id, the courier waits for that echo before it sends again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, TypeVar, assert_never

from services.gateway.channels import (
    Channel,
    Delivered,
    HttpAnswer,
    Outcome,
    OutsideWindow,
    Paused,
    Rejected,
    Retry,
)
from services.gateway.domain.backoff import LONGEST_SECONDS, backoff
from services.gateway.domain.failures import scope_of
from services.gateway.domain.refusals import counted
from services.gateway.ports import (
    Accounts,
    Begun,
    Call,
    FileStore,
    Jobs,
    NeverPaused,
    Paces,
    Pausing,
    Progress,
    Unpaced,
)
from services.gateway.preparing import Job, NeverSent, NotYet, OnHold, Preparing, ReadAgain, held_seconds
from services.gateway.sender import AnswerLost, NotSent
from services.gateway.store.deliveries import OpenDelivery
from shared.db import is_transient
from shared.telemetry import DELIVERIES, get_logger

GIVE_UP_SECONDS: Final = 24 * 3600.0
"""After a day the person's 24 hours are over, and so is the message."""
ECHO_LOOK_SECONDS: Final = 0.25
"""How often to look whether the echo has come."""
NO_ECHO_SECONDS: Final = 2.0
"""After a lost answer of a provider that tells nothing by itself, the message is sent again so soon."""
LONGEST_PAUSE_SECONDS: Final = 5.0
"""A waiting delivery is looked at this often: a status may have settled it."""
PAUSED_LOOK_SECONDS: Final = 60.0
"""A delivery whose account is paused is looked at this often: it may have become too old."""
STALE_SECONDS: Final = 10.0
"""A delivery that waited longer for its turn is read again before it is sent: the person may have opted out."""
CONCURRENCY: Final = 64
PAUSED: Final = "the account is paused"
TOO_OLD: Final = "not delivered within a day"

Work = TypeVar("Work")
log = get_logger("gateway")


def _nobody_asks(_busy: bool) -> None:
    """For callers that do not want to know."""


@dataclass(frozen=True)
class Courier:
    """Carries deliveries. `jitter()` is a factor around 1 for waiting times."""

    channels: Mapping[str, Channel]
    accounts: Accounts
    store: Progress
    caller: Call
    files: FileStore
    jobs: Jobs
    echo_wait: float
    jitter: Callable[[], float]
    pace: Paces = field(default_factory=Unpaced)
    pauses: Pausing = field(default_factory=NeverPaused)
    # Apart: whoever's turn it is must not queue behind those who only get ready.
    preparations: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONCURRENCY))
    limit: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONCURRENCY))

    @cached_property
    def preparing(self) -> Preparing:
        """What comes before the call."""
        return Preparing(
            self.channels, self.accounts, self.store, self.caller, self.files, self.jobs, self.jitter
        )

    async def attempt(self, row: OpenDelivery, busy: Callable[[bool], None] = _nobody_asks) -> float | None:
        """Do what this delivery needs now; the seconds until it should be looked at again, None when it is over.

        `busy` is told whether it may be cancelled without doubt: while it waits for its turn. Raises transient errors of
        the database from before the call; after it the result is stored in any case.
        """
        claimed = row.claimed_at is not None and self._is_fresh(row, row.claimed_at)
        if row.merged_into is not None:
            await self.store.followed(row)
            return None
        if (wait := self._too_early(row, claimed=claimed)) is not None:
            return wait
        if row.age > GIVE_UP_SECONDS:
            held = row.state == "held"
            await self._reject(row, "held for a day, and nothing changed" if held else TOO_OLD)
            return None
        if row.forbidden is not None and not claimed:
            DELIVERIES.labels(row.channel, counted(row.forbidden)).inc()
            await self._reject(row, row.forbidden)
            return None
        ready = await self._or_not(row, self._in_turn(row, busy, claimed=claimed))
        if not isinstance(ready, tuple):
            return ready
        job, begins = ready
        async with AsyncExitStack() as stack:
            stack.callback(once := _Once(begins))
            await stack.enter_async_context(self.limit)
            begun = await self._or_not(job.row, self._begin(job, claimed=claimed))
            once()
            if not isinstance(begun, tuple):
                return begun
            job, data = begun
            return await self._until_stored(job, await self.caller.call(job.call, data))

    def _too_early(self, row: OpenDelivery, *, claimed: bool) -> float | None:
        """The seconds until anything can be done about it; None: now."""
        doubt = self._doubt_seconds(row)
        if row.state == "sending" and not claimed and row.sending_for < doubt:
            return min(ECHO_LOOK_SECONDS, doubt - row.sending_for)
        if row.state == "pending" and row.wait > 0:
            return min(row.wait, LONGEST_PAUSE_SECONDS)
        return None

    def _doubt_seconds(self, row: OpenDelivery) -> float:
        """How long to wait for the provider's word after a lost answer."""
        channel = self.channels.get(row.channel)
        return self.echo_wait if channel is None or channel.capabilities.echoes else NO_ECHO_SECONDS

    def _is_fresh(self, row: OpenDelivery, claimed_at: float) -> bool:
        """Whether nobody else can have begun to send what was claimed then: a process may be stopped for a while."""
        return asyncio.get_running_loop().time() - claimed_at < self._doubt_seconds(row) / 2

    # --- before the call ------------------------------------------------------------------------------

    async def _in_turn(
        self, row: OpenDelivery, busy: Callable[[bool], None], *, claimed: bool
    ) -> tuple[Job, Begun]:
        """The row's job when it is its turn, and what to call when its request begins. Raises what `Preparing.job`
        raises."""
        async with self.preparations:
            job = await self.preparing.job(row, cleared=claimed)
        busy(False)
        in_turn = await _Waiting(self, job, claimed=claimed).turn()
        busy(True)
        return in_turn

    async def _begin(self, job: Job, *, claimed: bool) -> tuple[Job, bytes | None]:
        """The job, stored as `sending`, and its file. Raises `ReadAgain` when somebody else has it, and what
        `Preparing.file` raises."""
        row = job.row
        data = await self.preparing.file(job, job.call)
        if not claimed:
            if not await self.store.sending(row):
                raise ReadAgain
            return replace(job, row=replace(row, attempts=row.attempts + 1)), data
        if row.claimed_at is not None and not self._is_fresh(row, row.claimed_at):
            raise NotYet(0, "it waited too long for its turn")
        return job, data

    async def _or_not(self, row: OpenDelivery, work: Awaitable[Work]) -> Work | float | None:
        """What comes of it; when it cannot be sent now, why is stored, and when to look again is returned.

        Raises transient errors of the database.
        """
        try:
            return await work
        except ReadAgain:
            return 0.0
        except NotYet as wait:
            # Preparing does not count as a try: the longer it has been failing, the less often it is repeated.
            after = max(wait.after, min(LONGEST_SECONDS, row.age / 4)) if wait.after else 0.0
            await self.store.again(row, after, wait.reason)
            return min(after, LONGEST_PAUSE_SECONDS)
        except OnHold as hold:
            await self._hold(row, hold.reason)
        except NeverSent as never:
            await self._reject(row, never.reason)
        except Exception as error:
            if is_transient(error):
                raise
            # Only the kind of error: its text may quote the message.
            log.warning("delivery_not_renderable", delivery_id=str(row.id), error=type(error).__name__)
            await self._reject(row, f"cannot be rendered: {type(error).__name__}")
        return None

    # --- after the call -------------------------------------------------------------------------------

    async def _until_stored(self, job: Job, answer: HttpAnswer | NotSent | AnswerLost) -> float | None:
        """Store the result, as often as it takes: forgetting it would mean waiting for the echo."""
        while True:
            try:
                return await self._store(job, answer)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning(
                    "result_not_stored", delivery_id=str(job.row.id), error=str(error) or type(error).__name__
                )
                await asyncio.sleep(0.2)

    async def _store(self, job: Job, answer: HttpAnswer | NotSent | AnswerLost) -> float | None:
        row = job.row
        match answer:
            case AnswerLost():
                return self._doubt(job, answer.reason)
            case NotSent():
                after = backoff(row.attempts) * self.jitter()
                await self.store.again(row, after, answer.reason)
                return after
            case HttpAnswer():
                return await self._settle(job, job.channel.classify(answer, row.attempts))
        assert_never(answer)

    async def _settle(self, job: Job, outcome: Outcome) -> float | None:
        row = job.row
        match outcome:
            case Delivered() if job.is_last:
                await self.store.sent(row, outcome.provider_id)
                DELIVERIES.labels(row.channel, "sent").inc()
            case Delivered():
                await self.store.again(row, 0, None, part=row.part + 1)
                return 0
            case Retry() if outcome.unclear:
                return self._doubt(job, outcome.reason)
            case Retry():
                return await self._retry(row, outcome)
            case Paused():
                await self.pauses.pause(job.account, outcome.after, outcome.reason)
                after = 0.0 if self.pauses.left(row.channel, job.account.account_id) else outcome.after
                return await self._retry(row, Retry(after, f"{PAUSED}: {outcome.reason}"))
            case OutsideWindow():
                return await self._outside(job, outcome)
            case Rejected():
                if outcome.opted_out:
                    message = job.message
                    scope = scope_of(outcome.reason)
                    await self.store.opted_out(row.tenant_id, message.to, message.customer_id, scope)
                await self._reject(row, outcome.reason)
        return None

    async def _retry(self, row: OpenDelivery, outcome: Retry) -> float:
        DELIVERIES.labels(row.channel, "retried").inc()
        after = outcome.after * self.jitter()
        log.warning(
            "delivery_retried", delivery_id=str(row.id), reason=outcome.reason, seconds=round(after, 1)
        )
        await self.store.again(row, after, outcome.reason)
        return min(after, LONGEST_PAUSE_SECONDS)

    async def _outside(self, job: Job, outcome: OutsideWindow) -> float | None:
        return await self._or_not(job.row, self.preparing.outside(job, outcome.reason))

    async def _hold(self, row: OpenDelivery, reason: str) -> None:
        if row.state != "held":
            DELIVERIES.labels(row.channel, "held").inc()
            log.warning("delivery_held", delivery_id=str(row.id), reason=reason)
        await self.store.held(row, held_seconds(row.age), reason)

    async def _reject(self, row: OpenDelivery, reason: str) -> None:
        await self.store.rejected(row, reason)
        DELIVERIES.labels(row.channel, "rejected").inc()
        log.error("delivery_rejected", delivery_id=str(row.id), reason=reason)

    def _doubt(self, job: Job, reason: str) -> float:
        """The row stays `sending`: the echo settles it, or the time for the echo runs out."""
        DELIVERIES.labels(job.row.channel, "unclear").inc()
        log.warning("delivery_unclear", reason=reason)
        return min(ECHO_LOOK_SECONDS, self._doubt_seconds(job.row))


class _Once:
    """Calls something the first time it is called itself."""

    def __init__(self, what: Callable[[], None]) -> None:
        self._what: Callable[[], None] | None = what

    def __call__(self) -> None:
        what, self._what = self._what, None
        if what is not None:
            what()


class _Waiting:
    """A job that waits for its turn."""

    def __init__(self, courier: Courier, job: Job, *, claimed: bool) -> None:
        self._courier = courier
        self._claimed = claimed
        self._job = job

    async def turn(self) -> tuple[Job, Begun]:
        """The job as it may be sent now, and what to call when its request begins.

        Raises `ReadAgain` when the row has to be read again first, `NotYet` when a claim is given back, and what
        `Preparing.job` raises. Cancelled, it leaves nothing to doubt.
        """
        try:
            await asyncio.sleep(0)  # whoever was cancelled meanwhile stops here
            await self._unless_paused()
            return await self._turn()
        except asyncio.CancelledError:
            if self._claimed:  # the next owner need not wait for an echo
                await self._courier.store.again(self._job.row, 0, None)
            raise

    async def _turn(self) -> tuple[Job, Begun]:
        courier, row, account = self._courier, self._job.row, self._job.account
        loop = asyncio.get_running_loop()
        since = loop.time()
        begun = await courier.pace.turn(account, self._job.channel.capabilities, self._job.message.to.user_id)
        try:
            if courier.pauses.left(row.channel, account.account_id):
                raise NotYet(0, PAUSED)
            is_fresh = self._claimed or loop.time() - since < STALE_SECONDS
            return (self._job if is_fresh else await self._as_it_is_now()), begun
        except BaseException:
            begun()
            raise

    async def _unless_paused(self) -> None:
        pauses, row, account = self._courier.pauses, self._job.row, self._job.account
        if not pauses.left(row.channel, account.account_id):
            return
        if self._claimed:
            await self._courier.store.again(row, 0, PAUSED)
            self._claimed = False
        await pauses.over(row.channel, account.account_id, PAUSED_LOOK_SECONDS)
        raise ReadAgain

    async def _as_it_is_now(self) -> Job:
        row = self._job.row
        now = await self._courier.store.next_open((row.tenant_id, row.conversation_id))
        is_same = now and (now.id, now.attempts, now.part) == (row.id, row.attempts, row.part)
        if now is None or not is_same or now.forbidden:
            raise ReadAgain
        return await self._courier.preparing.job(now, cleared=False)
