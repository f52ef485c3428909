"""Whose is each item of a webhook, and what becomes of those that are nobody's or cannot be read?"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from services.gateway.channels import EventIn, Inbound, MessageIn, StatusIn, Unreadable
from services.gateway.domain.account import ChannelAccount
from services.gateway.inbound import NOBODY, Family, InboxRow, family_of, message_row, row_of

LOOK_UP_SECONDS: Final = 5.0
NOT_OURS: Final = "no tenant owns this account"
NOT_THEIRS: Final = "signed by another tenant's account"


class Directory(Protocol):
    """Who owns which account (see `accounts.py`)."""

    def tenant_of(self, channel: str, account_id: str | None, owner_id: str | None = None) -> UUID | None:
        """The tenant, as far as is known."""

    async def look_up(self, channel: str, account_id: str) -> UUID | None:
        """The tenant, after asking the database."""

    def owners(self, channel: str, owner_id: str) -> Collection[UUID]:
        """The tenants that have an account of this owner (a WABA), as far as is known."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Signed bytes kept for the operator. Those of no tenant are under `NOBODY`."""

    tenant_id: UUID
    channel: str
    account_id: str | None
    reason: str
    body: bytes


async def route(
    items: Sequence[Inbound], channel: str, directory: Directory, account: ChannelAccount | None = None
) -> tuple[list[InboxRow], list[Quarantined]]:
    """The inbox rows of the items, in order, and what has to be set aside. Raises transient errors of the database.

    `account`: whose secret signed them; what is another tenant's is set aside, and what names no account is its.
    """
    rows: list[InboxRow] = []
    aside: list[Quarantined] = []
    asked: dict[str, UUID | None] = {}
    family: Family | None = None
    whose: str | None = None
    for item in items:
        if family is not None and isinstance(item, MessageIn) and item.account_id == whose:
            rows.append(message_row(item, family))  # like the one before: nothing is asked twice
            continue
        owner_id = item.owner_id if isinstance(item, EventIn | Unreadable) else None
        account_id = item.account_id
        tenant_id = directory.tenant_of(channel, account_id, owner_id)
        if tenant_id is None and account_id is not None and account_id.isprintable():
            if account_id not in asked:
                async with asyncio.timeout(LOOK_UP_SECONDS):
                    asked[account_id] = await directory.look_up(channel, account_id)
            tenant_id = asked[account_id]
        if account is not None:
            if account_id is not None and tenant_id != account.tenant_id:
                aside.append(Quarantined(NOBODY, channel, account_id, NOT_THEIRS, item.raw))
                continue
            tenant_id = account.tenant_id
        match item:
            case Unreadable():
                aside.append(Quarantined(tenant_id or NOBODY, channel, account_id, item.reason, item.raw))
            case MessageIn() | StatusIn() | EventIn() if tenant_id is None and account_id is not None:
                aside.append(Quarantined(NOBODY, channel, account_id, NOT_OURS, item.raw))
            case EventIn(account_id=None) if tenant_id is None:
                # News about a business account that several tenants share are each one's; that nobody has, the operator's.
                shared = directory.owners(channel, owner_id or "")
                rows += [row_of(item, one, channel, shared=True) for one in shared]
                rows += [] if shared else [row_of(item, NOBODY, channel)]
            case MessageIn():
                whose, family = item.account_id, family_of(tenant_id or NOBODY, channel, item.account_id)
                rows.append(message_row(item, family))
            case StatusIn() | EventIn():
                rows.append(row_of(item, tenant_id or NOBODY, channel))
    return rows, aside
