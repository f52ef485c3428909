"""What has to be settled before a delivery may be sent? Its account, its file, the person's window, its final words.

All of it may be repeated without harm, and none of it counts as a try.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, NoReturn

from services.gateway.channels import Channel, Delivered, HttpCall, OutsideWindow, Paused, Rejected, Retry
from services.gateway.domain.account import ChannelAccount, MissingSecret
from services.gateway.domain.backoff import LONGEST_SECONDS, backoff
from services.gateway.pages import merged, merges, page
from services.gateway.ports import Accounts, Call, FileStore, Jobs, Rows
from services.gateway.sender import AnswerLost, NotSent
from services.gateway.store.deliveries import OpenDelivery
from services.gateway.window import AsTemplate, Hold, decide, templates_of
from shared import subjects
from shared.errors import Transient
from shared.messages.conversation import MessageSent, PageBody
from shared.messages.media import BuildReceipt, FileRef
from shared.telemetry import get_logger

REBUILD_SECONDS: Final = 0.5
"""How long to give media for building a lost file again, at first."""
NO_ACCOUNT_SECONDS: Final = 30.0
"""How long a message waits for the account it goes out by to be there again, or to have its secrets."""
HELD_SECONDS: Final = 300.0
"""A held message is looked at so often at least: a template may have been added. At first more often."""
_FIRST_HELD_SECONDS: Final = 15.0
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)

log = get_logger("gateway")


@dataclass(frozen=True, slots=True)
class Job:
    """A delivery that may be sent: its message, by which account of which channel it goes out, and its requests."""

    row: OpenDelivery
    message: MessageSent
    channel: Channel
    account: ChannelAccount
    calls: tuple[HttpCall, ...] = ()

    @property
    def call(self) -> HttpCall:
        """The request that is due now."""
        return self.calls[self.row.part]

    @property
    def is_last(self) -> bool:
        """Whether the message is whole after this request."""
        return self.row.part + 1 >= len(self.calls)


class NotYet(Exception):
    """Preparing failed in a way that time may cure: try again after so many seconds."""

    def __init__(self, after: float, reason: str) -> None:
        super().__init__(reason)
        self.after = after
        self.reason = reason


class NeverSent(Exception):
    """The message must not, or cannot, be sent, for this reason."""

    def __init__(self, reason: str, *, opted_out: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.opted_out = opted_out


class OnHold(Exception):
    """The message may not be sent before the person has written, or a template is there."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ReadAgain(Exception):
    """The row is not what it was: read it again."""


def held_seconds(age: float) -> float:
    """When to look again at a held message of this age."""
    return min(HELD_SECONDS, max(_FIRST_HELD_SECONDS, age / 4))


@dataclass(frozen=True)
class Preparing:
    """Makes jobs of rows. `jitter()` is a factor around 1 for waiting times."""

    channels: Mapping[str, Channel]
    accounts: Accounts
    store: Rows
    caller: Call
    files: FileStore
    jobs: Jobs
    jitter: Callable[[], float]

    async def job(self, row: OpenDelivery, *, cleared: bool) -> Job:
        """The row's job. `cleared`: its window was looked at when it was stored.

        Raises `NotYet`, `NeverSent`, `OnHold`, `ReadAgain`, and transient errors of the database.
        """
        job = await self._begun(row)
        if isinstance(job.message.body, PageBody):
            job = replace(job, message=await self._page(job))
        if not cleared:
            await self._within_the_window(job)
            job = await self._with_followers(job)
        try:
            media_id = await self._media_id(job)
            calls = tuple(job.channel.render(job.message, job.account, media_id))
        except MissingSecret as error:
            raise NotYet(NO_ACCOUNT_SECONDS, str(error)) from error
        if len(calls) <= row.part:
            raise NeverSent("the channel cannot show this message")
        return replace(job, calls=calls)

    async def outside(self, job: Job, reason: str) -> NoReturn:
        """The provider says that the person's window is closed. Raises `OnHold`, `NeverSent` or `ReadAgain`."""
        decision = decide(
            job.message, None, _LONG_AGO, templates_of(job.account.settings), job.channel.capabilities
        )
        await self._follow(job, decision, reason)
        raise NeverSent(reason)

    async def file(self, job: Job, call: HttpCall) -> bytes | None:
        """The bytes a call needs. Raises `NotYet` while they are lost, `NeverSent` when they are for ever."""
        return None if call.file is None else await self._bytes(job.row, call.file.file)

    async def _begun(self, row: OpenDelivery) -> Job:
        message = MessageSent.decode(row.payload)
        channel = self.channels[row.channel]
        account = self.accounts.account(row.channel, message.to.account_id)
        if account is None or account.tenant_id != row.tenant_id:
            account = await self.accounts.look_up_account(row.channel, message.to.account_id)
        if account is None or account.tenant_id != row.tenant_id:
            raise NotYet(NO_ACCOUNT_SECONDS, "the tenant has no such channel account")
        return Job(row, message, channel, account)

    # --- words ----------------------------------------------------------------------------------------

    async def _page(self, job: Job) -> MessageSent:
        body = job.message.body
        payload = await self.store.payload_of(job.row, body.of) if isinstance(body, PageBody) else None
        shown = page(job.message, MessageSent.decode(payload) if payload is not None else None)
        if isinstance(shown, str):
            raise NeverSent(shown)
        return shown

    async def _within_the_window(self, job: Job) -> None:
        row = job.row
        decision = decide(
            job.message,
            row.last_inbound_at,
            row.read_at or _LONG_AGO,
            templates_of(job.account.settings),
            job.channel.capabilities,
        )
        await self._follow(job, decision, None)

    async def _follow(self, job: Job, decision: object, reason: str | None) -> None:
        match decision:
            case AsTemplate() if job.row.part == 0:
                converted = job.message.model_copy(update={"body": decision.body})
                await self.store.replaced(job.row, converted.encode(), reason)
                raise ReadAgain
            case AsTemplate():
                raise OnHold("held: its first part is sent, the rest waits until the person writes")
            case Hold():
                raise OnHold(decision.reason if reason is None else f"{decision.reason} ({reason})")

    async def _with_followers(self, job: Job) -> Job:
        """The job with the words of those behind it that can go out with it, where each request costs."""
        row, capabilities = job.row, job.channel.capabilities
        alone = not row.has_followers or row.state != "pending" or row.attempts or row.part
        if alone or not merges(job.message, capabilities):
            return job
        behind = await self.store.followers(row)
        untouched = next((n for n, one in enumerate(behind) if not one.untouched), len(behind))
        candidates = [MessageSent.decode(one.payload) for one in behind[:untouched]]
        message, taken = merged(job.message, candidates, capabilities)
        if not taken:
            return job
        if not await self.store.merged(row, message.encode(), [one.id for one in behind[:taken]]):
            raise ReadAgain
        return replace(job, message=message)

    # --- files ----------------------------------------------------------------------------------------

    async def _media_id(self, job: Job) -> str | None:
        """The provider's id of the message's file, which is brought there first. That may be repeated without harm."""
        if job.row.media_id is not None:
            return job.row.media_id
        upload = job.channel.upload(job.message, job.account)
        if upload is None:
            return None
        answer = await self.caller.call(upload, await self.file(job, upload))
        if isinstance(answer, NotSent | AnswerLost):
            raise NotYet(self._soon(1), f"upload: {answer.reason}")
        media_id = job.channel.uploaded(answer)
        if media_id is not None:
            await self.store.uploaded(job.row, media_id)
            return media_id
        match outcome := job.channel.classify(answer, job.row.attempts + 1):
            case Rejected():
                raise NeverSent(f"upload: {outcome.reason}")
            case Retry() | Paused():
                raise NotYet(outcome.after * self.jitter(), f"upload: {outcome.reason}")
            case OutsideWindow():
                raise NotYet(LONGEST_SECONDS, f"upload: {outcome.reason}")
            case Delivered():
                raise NeverSent("upload: the answer has no id")

    async def _bytes(self, row: OpenDelivery, file: FileRef) -> bytes:
        """The file's bytes; when the object store has lost them, they are ordered again."""
        try:
            data = await self.files.get(file)
            if data is not None:
                return data
            if file.job is None:
                raise NeverSent("its file is lost, and nobody can build it again")
            await self._rebuild(row, file.job)
        except Transient as error:
            raise NotYet(self._soon(1), str(error)) from error
        raise NotYet(REBUILD_SECONDS, "the file was lost and is being built again")

    async def _rebuild(self, row: OpenDelivery, job: BuildReceipt) -> None:
        subject = subjects.job("media", BuildReceipt.name, job.tenant_id)
        # The age makes the id new with every order: the stream drops repeats of an id for two minutes.
        await self.jobs.publish(subject, job.encode(), msg_id=f"rebuild:{row.id}:{row.age:.1f}")
        log.info("file_ordered_again", delivery_id=str(row.id))

    def _soon(self, tries: int) -> float:
        return backoff(tries) * self.jitter()
