"""What would today's adapters make of the bodies that came in before? They go through the intake again.

Rows that are there already are dropped by their ids, so a replay is harmless, and can be repeated. New ones are published
by the running gateway's relay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from services.gateway.accounts import Directory
from services.gateway.channels import Channel, Inbound, Malformed, RawRequest, Unreadable
from services.gateway.inbound import InboxRow
from services.gateway.raw import opened
from services.gateway.routing import route
from services.gateway.secrets import CannotDecrypt, NoKey, Vault
from services.gateway.store.inbox import InboxStore
from services.gateway.store.raw import KeptBody, RawStore
from shared.telemetry import get_logger

PAGE = 200

log = get_logger("gateway")


@dataclass(frozen=True, slots=True)
class Which:
    """Which bodies and items: those that came since and until then, of this channel, this account, this tenant."""

    since: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    until: datetime = datetime(9999, 1, 1, tzinfo=UTC)
    channel: str | None = None
    account_id: str | None = None
    tenant_id: UUID | None = None


@dataclass(slots=True)
class Report:
    """What a replay found. `unreadable` counts items (and whole bodies) that cannot be read today either, or are nobody's;
    `sealed` the bodies that no key opens, `first` why."""

    requests: int = 0
    items: int = 0
    new: int = 0
    there: int = 0
    unreadable: int = 0
    sealed: int = 0
    first: str | None = field(default=None)


class Replay:
    """Takes stored bodies through today's adapters."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        directory: Directory,
        bodies: RawStore,
        inbox: InboxStore,
        vault: Vault,
    ) -> None:
        """`inbox`: one whose new rows are due at once, as nobody else knows of them."""
        self._channels = channels
        self._directory = directory
        self._bodies = bodies
        self._inbox = inbox
        self._vault = vault

    async def run(self, which: Which, *, dry: bool = False) -> Report:
        """Replay them; with `dry`, only say what would come of it. Raises transient errors of the database, `NoKey`."""
        if not self._vault.has_key:
            raise NoKey("Bodies are sealed: set USHER_SECRETS_KEY to the key of the gateway.")
        await self._directory.refresh()
        report, after = Report(), (which.since, UUID(int=0))
        while page := await self._bodies.page(after, which.until, which.channel, PAGE):
            for kept in page:
                await self._one(kept, which, report, dry=dry)
            after = (page[-1].received_at, page[-1].raw.id)
        return report

    async def _one(self, kept: KeptBody, which: Which, report: Report, *, dry: bool) -> None:
        channel = self._channels.get(kept.raw.channel)
        if channel is None:
            return
        report.requests += 1
        try:
            items, request = self._items(channel, kept)
        except CannotDecrypt as error:
            report.sealed += 1
            report.first = report.first or str(error)
            return
        except Malformed:
            report.unreadable += 1
            return
        if which.account_id is not None:
            items = [item for item in items if which.account_id in (item.account_id, kept.raw.account_id)]
        rows, aside = await route(items, channel.name, self._directory, request.account)
        rows = list(_of(rows, which.tenant_id))
        report.items += len(items)
        report.unreadable += len(aside) if which.tenant_id is None else _unreadable(items)
        if rows:
            new = (
                len(rows) - len(await self._inbox.known(rows))
                if dry
                else len((await self._inbox.add(rows)).new)
            )
            report.new += new
            report.there += len(rows) - new

    def _items(self, channel: Channel, kept: KeptBody) -> tuple[list[Inbound], RawRequest]:
        raw = kept.raw
        account = None if raw.account_id is None else self._directory.account(raw.channel, raw.account_id)
        if raw.account_id is not None and account is None:
            raise Malformed("its account is nobody's any more")
        body = opened(self._vault, raw.id, raw.sealed)
        headers = {"Content-Type": raw.content_type} if raw.content_type else {}
        request = RawRequest(body, headers, kept.received_at, raw.url, account)
        return channel.parse(request), request


def _of(rows: Sequence[InboxRow], tenant_id: UUID | None) -> Iterator[InboxRow]:
    return (row for row in rows if tenant_id is None or row.tenant_id == tenant_id)


def _unreadable(items: Sequence[Inbound]) -> int:
    return sum(isinstance(item, Unreadable) for item in items)
