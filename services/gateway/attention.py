"""Does a person see that we are at it? Their message is marked read, and we are shown typing, where the channel can.

Nobody misses it when it does not happen: it never holds anything up, and fails without a word. Only a tap waits for its
turn: in some channels the button that was tapped keeps turning until the tap is answered.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import orjson

from services.gateway.channels import Capabilities, Channel
from services.gateway.domain.account import ChannelAccount
from services.gateway.inbound import InboxRow
from services.gateway.ports import Accounts, Call, Pausing
from shared.messages.conversation import ShowTyping, TypingShown
from shared.telemetry import get_logger

WORKERS: Final = 8
MOST_WAITING: Final = 200
"""More than that are dropped, the oldest first: the reply will be there before the sign."""
MOST_SECONDS: Final = 30.0
"""A message older than that is no news: the provider has repeated it, or we were away."""
TAP_AGAIN_SECONDS: Final = 0.25
"""How soon the turn of a tap is asked for again, and how long others of an account are left out when there was no turn."""
_TAP: Final = b'"kind":"choice"'
ANSWERED: Final = frozenset(
    {"text", "choice", "voice", "media", "location", "contacts", "flow", "order", "unsupported", "other"}
)
"""Kinds of messages that somebody waits for an answer to."""

log = get_logger("gateway")


class Pace(Protocol):
    """Whose turn it is (see `pacing.Pacing`)."""

    async def turn_if_free(self, account: ChannelAccount, capabilities: Capabilities) -> bool:
        """Take a place when there is one and nobody waits for it."""


class SeenMarks:
    """Marks new messages as seen, in the background. `offer` them as they come, `run` it for ever."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        accounts: Accounts,
        caller: Call,
        pace: Pace,
        pauses: Pausing,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._channels = channels
        self._accounts = accounts
        self._caller = caller
        self._pace = pace
        self._pauses = pauses
        self._now = now
        self._full_until: dict[tuple[str, str], datetime] = {}  # accounts without a free turn
        self._waiting: deque[InboxRow] = deque(maxlen=MOST_WAITING)
        self._some_wait = asyncio.Event()

    def offer(self, rows: Iterable[InboxRow]) -> None:
        """Mark the messages among these soon, or never."""
        now = self._now()
        oldest = now - timedelta(seconds=MOST_SECONDS)
        messages = [
            row
            for row in rows
            if row.kind == "message" and row.sent_at and row.sent_at >= oldest and not self._is_idle(row, now)
        ]
        if messages:
            self._waiting.extend(messages)
            self._some_wait.set()

    async def show(self, question: ShowTyping) -> TypingShown:
        """The answer takes a while: show once more that we are typing, if there is time for it."""
        channel = self._channels.get(question.channel)
        account = self._accounts.account(question.channel, question.account_id)
        if channel is None or account is None or account.tenant_id != question.tenant_id:
            return TypingShown()
        if self._pauses.left(question.channel, question.account_id):
            return TypingShown()
        call = channel.seen(question.user_id, question.provider_id, account)
        if call is None or not await self._pace.turn_if_free(account, channel.capabilities):
            return TypingShown()
        await self._caller.call(call)
        return TypingShown(shown=True)

    @property
    def waiting(self) -> int:
        """How many wait to be marked."""
        return len(self._waiting)

    async def run(self) -> None:
        """Mark what is offered, a few at a time, for ever."""
        async with asyncio.TaskGroup() as workers:
            for _ in range(WORKERS):
                workers.create_task(self._work())

    async def _work(self) -> None:
        while True:
            await self._some_wait.wait()
            if not self._waiting:
                self._some_wait.clear()
                continue
            row = self._waiting.popleft()
            try:
                await self._mark(row)
            except Exception as error:  # noqa: BLE001  # a sign that fails is no reason to stop showing others
                log.debug("seen_mark_failed", channel=row.channel, error=type(error).__name__)

    async def _mark(self, row: InboxRow) -> None:
        channel, account = (
            self._channels.get(row.channel),
            self._accounts.account(row.channel, row.account_id),
        )
        if channel is None or account is None or account.tenant_id != row.tenant_id:
            return
        if (
            self._is_old(row)
            or self._is_idle(row, self._now())
            or not _is_answered(row)
            or self._pauses.left(row.channel, row.account_id)
        ):
            return
        call = channel.seen(row.user_id or "", row.provider_id, account)
        if call is None:
            return
        while not await self._pace.turn_if_free(account, channel.capabilities):
            again = self._now() + timedelta(seconds=TAP_AGAIN_SECONDS)
            self._full_until[(row.channel, row.account_id)] = again
            if not _is_tap(row) or self._is_old(row):
                return
            await asyncio.sleep(TAP_AGAIN_SECONDS)
        await self._caller.call(call)

    def _is_idle(self, row: InboxRow, now: datetime) -> bool:
        """Whether asking for its turn would be in vain: in a flood that would cost more than storing the message did."""
        until = self._full_until.get((row.channel, row.account_id))
        return until is not None and now < until and _TAP not in row.payload

    def _is_old(self, row: InboxRow) -> bool:
        return row.sent_at is None or (self._now() - row.sent_at).total_seconds() > MOST_SECONDS


def _is_answered(row: InboxRow) -> bool:
    return _kind(row) in ANSWERED


def _is_tap(row: InboxRow) -> bool:
    return _kind(row) == "choice"


def _kind(row: InboxRow) -> object:
    content = orjson.loads(row.payload).get("content")
    return content.get("kind") if isinstance(content, dict) else None
