"""What does one try at one delivery do? Prepare, store `sending`, call, store what the answer means.

Between storing `sending` and storing the result lies the only doubt: after a crash or a lost answer the person may have
the message. The provider's status echoes our id, so the courier waits for that echo before it sends again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol, assert_never

from services.gateway.channels import Channel, Delivered, HttpAnswer, HttpCall, Outcome, Rejected, Retry
from services.gateway.domain.backoff import LONGEST_SECONDS, backoff
from services.gateway.sender import AnswerLost, NotSent
from services.gateway.store.deliveries import OpenDelivery
from shared import subjects
from shared.db import is_transient
from shared.errors import Transient
from shared.messages.conversation import DocumentBody, MessageSent
from shared.messages.media import BuildReceipt, FileRef
from shared.telemetry import DELIVERIES, get_logger

GIVE_UP_SECONDS: Final = 24 * 3600.0
"""After a day the person's 24 hours are over, and so is the message."""
ECHO_LOOK_SECONDS: Final = 0.25
"""How often to look whether the echo has come."""
REBUILD_SECONDS: Final = 0.5
"""How long to give media for building a lost file again, at first."""
LONGEST_PAUSE_SECONDS: Final = 5.0
"""A waiting delivery is looked at this often: a status may have settled it."""

log = get_logger("gateway")


class Call(Protocol):
    """Makes one request (see `sender.Caller`)."""

    async def call(self, call: HttpCall, data: bytes | None = None) -> HttpAnswer | NotSent | AnswerLost:
        """The answer, or why there is none."""


class FileStore(Protocol):
    """`shared.files.Files`, as far as it is needed here."""

    async def get(self, file: FileRef) -> bytes | None:
        """The bytes, or None when they are lost."""


class Jobs(Protocol):
    """`shared.bus.Bus`, as far as it is needed here."""

    async def publish(self, subject: str, payload: bytes, *, msg_id: str) -> None:
        """Put a job into its stream."""


class Progress(Protocol):
    """Where deliveries are kept (see `store.deliveries.DeliveryStore`)."""

    async def sending(self, row: OpenDelivery) -> bool:
        """Store that the call begins."""

    async def again(
        self, row: OpenDelivery, after: float, reason: str | None, *, part: int | None = None
    ) -> None:
        """Store when the next try is due."""

    async def sent(self, row: OpenDelivery, provider_id: str | None) -> None:
        """Store that the provider took it."""

    async def rejected(self, row: OpenDelivery, reason: str) -> None:
        """Store that it will never be sent."""

    async def uploaded(self, row: OpenDelivery, media_id: str) -> None:
        """Store the provider's id of its file."""


class _NotYet(Exception):
    """Preparing failed in a way that time may cure."""

    def __init__(self, after: float, reason: str) -> None:
        super().__init__(reason)
        self.after = after
        self.reason = reason


@dataclass(frozen=True)
class Courier:
    """Carries deliveries of one channel. `jitter()` is a factor around 1 for waiting times."""

    channel: Channel
    store: Progress
    caller: Call
    files: FileStore
    jobs: Jobs
    echo_wait: float
    jitter: Callable[[], float]

    async def attempt(self, row: OpenDelivery) -> float | None:
        """Do what this delivery needs now; the seconds until it should be looked at again, None when it is over.

        Raises transient errors of the database from before the call; after it the result is stored in any case.
        """
        claimed = row.claimed_at is not None and self._is_fresh(row.claimed_at)
        if row.state == "sending" and not claimed and row.sending_for < self.echo_wait:
            return min(ECHO_LOOK_SECONDS, self.echo_wait - row.sending_for)
        if row.state == "pending" and row.wait > 0:
            return min(row.wait, LONGEST_PAUSE_SECONDS)
        if row.age > GIVE_UP_SECONDS:
            await self._reject(row, "not delivered within a day")
            return None
        try:
            calls = await self._prepare(row)
        except _NotYet as wait:
            # Preparing does not count as a try: the longer it has been failing, the less often it is repeated.
            after = max(wait.after, min(LONGEST_SECONDS, row.age / 4))
            await self.store.again(row, after, wait.reason)
            return min(after, LONGEST_PAUSE_SECONDS)
        except Exception as error:
            if is_transient(error):
                raise
            # Only the kind of error: its text may quote the message.
            log.warning("delivery_not_renderable", delivery_id=str(row.id), error=type(error).__name__)
            await self._reject(row, f"cannot be rendered: {type(error).__name__}")
            return None
        if calls is None:
            return None
        if not claimed:
            if not await self.store.sending(row):
                return 0
            row = replace(row, attempts=row.attempts + 1)
        answer = await self.caller.call(calls[row.part])
        return await self._until_stored(row, answer, is_last=row.part + 1 >= len(calls))

    def _is_fresh(self, claimed_at: float) -> bool:
        """Whether nobody else can have begun to send what was claimed then: a process may be stopped for a while."""
        return asyncio.get_running_loop().time() - claimed_at < self.echo_wait / 2

    # --- before the call ------------------------------------------------------------------------------

    async def _prepare(self, row: OpenDelivery) -> list[HttpCall] | None:
        """The message's requests; None after it was refused. Raises `_NotYet`."""
        message = MessageSent.decode(row.payload)
        media_id = row.media_id
        upload = self.channel.upload(message) if media_id is None else None
        if upload is not None:
            outcome = await self._upload(row, message, upload)
            if isinstance(outcome, Rejected):
                await self._reject(row, f"upload: {outcome.reason}")
                return None
            media_id = outcome
        return self.channel.render(message, media_id)

    async def _upload(self, row: OpenDelivery, message: MessageSent, upload: HttpCall) -> str | Rejected:
        """The provider's id of the file. An upload may be repeated without harm."""
        data = await self._bytes(row, message)
        if isinstance(data, Rejected):
            return data
        answer = await self.caller.call(upload, data)
        if isinstance(answer, NotSent | AnswerLost):
            raise _NotYet(self._soon(1), f"upload: {answer.reason}")
        media_id = self.channel.uploaded(answer)
        if media_id is not None:
            await self.store.uploaded(row, media_id)
            return media_id
        match outcome := self.channel.classify(answer, row.attempts + 1):
            case Rejected():
                return outcome
            case Retry():
                raise _NotYet(outcome.after * self.jitter(), f"upload: {outcome.reason}")
            case Delivered():
                return Rejected("the answer to an upload has no id")

    async def _bytes(self, row: OpenDelivery, message: MessageSent) -> bytes | Rejected:
        """The file's bytes; when the object store has lost them, they are ordered again."""
        if not isinstance(message.body, DocumentBody):
            return Rejected("no file to upload")
        file = message.body.file
        try:
            data = await self.files.get(file)
            if data is not None:
                return data
            if file.job is None:
                return Rejected("the file is lost and cannot be built again")
            await self._rebuild(row, file.job)
        except Transient as error:
            raise _NotYet(self._soon(1), str(error)) from error
        raise _NotYet(REBUILD_SECONDS, "the file was lost and is being built again")

    async def _rebuild(self, row: OpenDelivery, job: BuildReceipt) -> None:
        subject = subjects.job("media", BuildReceipt.name, job.tenant_id)
        # The age makes the id new with every order: the stream drops repeats of an id for two minutes.
        await self.jobs.publish(subject, job.encode(), msg_id=f"rebuild:{row.id}:{row.age:.1f}")
        log.info("file_ordered_again", delivery_id=str(row.id))

    # --- after the call -------------------------------------------------------------------------------

    async def _until_stored(
        self, row: OpenDelivery, answer: HttpAnswer | NotSent | AnswerLost, *, is_last: bool
    ) -> float | None:
        """Store the result, as often as it takes: forgetting it would mean waiting for the echo."""
        while True:
            try:
                return await self._store(row, answer, is_last=is_last)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning(
                    "result_not_stored", delivery_id=str(row.id), error=str(error) or type(error).__name__
                )
                await asyncio.sleep(0.2)

    async def _store(
        self, row: OpenDelivery, answer: HttpAnswer | NotSent | AnswerLost, *, is_last: bool
    ) -> float | None:
        match answer:
            case AnswerLost():
                return self._doubt(answer.reason)
            case NotSent():
                after = self._soon(row.attempts)
                await self.store.again(row, after, answer.reason)
                return after
            case HttpAnswer():
                return await self._settle(row, self.channel.classify(answer, row.attempts), is_last=is_last)
        assert_never(answer)

    async def _settle(self, row: OpenDelivery, outcome: Outcome, *, is_last: bool) -> float | None:
        match outcome:
            case Delivered() if is_last:
                await self.store.sent(row, outcome.provider_id)
                DELIVERIES.labels(self.channel.name, "sent").inc()
            case Delivered():
                await self.store.again(row, 0, None, part=row.part + 1)
                return 0
            case Retry() if outcome.unclear:
                return self._doubt(outcome.reason)
            case Retry():
                DELIVERIES.labels(self.channel.name, "retried").inc()
                after = outcome.after * self.jitter()
                log.warning(
                    "delivery_retried",
                    delivery_id=str(row.id),
                    reason=outcome.reason,
                    seconds=round(after, 1),
                )
                await self.store.again(row, after, outcome.reason)
                return min(after, LONGEST_PAUSE_SECONDS)
            case Rejected():
                await self._reject(row, outcome.reason)
        return None

    async def _reject(self, row: OpenDelivery, reason: str) -> None:
        await self.store.rejected(row, reason)
        DELIVERIES.labels(self.channel.name, "rejected").inc()
        log.error("delivery_rejected", delivery_id=str(row.id), reason=reason)

    def _doubt(self, reason: str) -> float:
        """The row stays `sending`: the echo settles it, or the time for the echo runs out."""
        DELIVERIES.labels(self.channel.name, "unclear").inc()
        log.warning("delivery_unclear", reason=reason)
        return min(ECHO_LOOK_SECONDS, self.echo_wait)

    def _soon(self, tries: int) -> float:
        return backoff(tries) * self.jitter()
