"""Who calls over MCP, and for which customer? From the token or the command line; only an operator names one."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.agent.mcp.bearer import Scope
from services.agent.tools import TurnContext
from shared import ids
from shared.errors import UsherError
from shared.messages.booking import Contact
from shared.messages.conversation import ChannelAddress

WHATSAPP = "whatsapp"
_PHONE = re.compile(r"\+?[\d\s().-]{6,24}")
_NAMED = re.compile(r"([a-z][a-z_]{1,31}):(\S{1,128})")


class CustomerUnknown(UsherError):
    """It is not known how this customer is reached: they have not written to the business yet."""


class NoCustomer(UsherError):
    """Say which customer: their phone number with its country code, `channel:id`, or their customer id."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever calls. `address`: the customer's; an operator's has an empty `user_id`, or is None.

    `quote_key` signs what this caller is quoted. `language` (BCP 47) is the one they asked for; None: the business's.
    """

    tenant_id: UUID
    scope: Scope
    address: ChannelAddress | None
    quote_key: bytes = field(repr=False)
    language: str | None = None


class Directory(Protocol):
    """Where customers have written from."""

    async def address(self, tenant_id: UUID, channel: str, user_id: str) -> ChannelAddress | None:
        """Where this person's newest conversation takes place."""


Named = Callable[[UUID, UUID], Awaitable[tuple[str, str] | None]]
"""(tenant, customer id) → (channel, user id) of somebody the business knows."""


@dataclass(frozen=True, slots=True)
class People:
    """Finds the customer of a call."""

    directory: Directory
    named: Named

    async def address_of(self, caller: Caller, customer: str | None) -> ChannelAddress:
        """Where the customer of this call is reached. Raises `NoCustomer`, `CustomerUnknown`."""
        if caller.scope == "customer":
            if caller.address is None:
                raise NoCustomer
            return caller.address
        if not customer:
            raise NoCustomer
        channel, user_id = await self._identity(caller.tenant_id, customer)
        known = await self.directory.address(caller.tenant_id, channel, user_id)
        if known is not None:
            return known
        if caller.address is None or caller.address.channel != channel:
            raise CustomerUnknown(
                f"{customer} has not written to this business yet, so nobody knows where to tell them. Make a token "
                "with --account (the business's number) to serve people who have not written."
            )
        return caller.address.model_copy(update={"user_id": user_id})

    async def _identity(self, tenant_id: UUID, customer: str) -> tuple[str, str]:
        customer = customer.strip()
        named = _NAMED.fullmatch(customer)
        if named:
            return named.group(1), named.group(2)
        try:
            customer_id = UUID(customer)
        except ValueError:
            customer_id = None
        if customer_id is not None:
            found = await self.named(tenant_id, customer_id)
            if found is None:
                raise CustomerUnknown(f"There is no customer {customer}.")
            return found
        if not _PHONE.fullmatch(customer):
            raise NoCustomer
        return WHATSAPP, re.sub(r"\D", "", customer)


def context_of(
    tenant_id: UUID, address: ChannelAddress, now: datetime, language: str | None = None
) -> TurnContext:
    """The context of a call for whoever is reached there. `language` is the results'; what they are told is in their own."""
    contact = Contact(
        customer_id=ids.customer_id_of(tenant_id, address.channel, address.user_id),
        conversation_id=ids.conversation_id_of(
            tenant_id, address.channel, address.account_id, address.user_id
        ),
        address=address,
    )
    return TurnContext(tenant_id=tenant_id, contact=contact, said_at=now, now=now, language=language)
