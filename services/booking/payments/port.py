"""What must a card processor be able to do? Values in, values out, three kinds of errors.

Shaped like hosted checkouts (a link for the customer, callbacks later), so that a real one is an adapter of this file.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from shared.errors import Transient, UsherError


class PaymentStatus(StrEnum):
    """How far a payment has come. `requested` is ours alone: the processor has not answered yet."""

    REQUESTED = "requested"
    CREATED = "created"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    FAILED = "failed"
    VOIDED = "voided"
    DISPUTED = "disputed"


class RefundStatus(StrEnum):
    """How far a refund has come. `requested` is ours alone: the processor has not answered yet."""

    REQUESTED = "requested"
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class CallbackKind(StrEnum):
    """What a callback tells. A declined card leaves the link open; `failed` means the payment is over."""

    DECLINED = "declined"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    FAILED = "failed"
    VOIDED = "voided"
    DISPUTED = "disputed"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"


class Declined(UsherError):
    """The processor refuses this for good. `code` is its reason, from the processor's closed list."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"The card processor refused: {code}. Asking again with the same key changes nothing."
        )
        self.code = code


class Unavailable(Transient):
    """The card processor did not take the request; nothing happened. Ask again later."""


class Unknown(Transient):
    """The card processor did not answer; it may have happened. Ask again with the same key."""


class KeyReused(UsherError):
    """An idempotency key came with other parameters than the first time; use a new id for a new request."""


class UnknownReference(UsherError):
    """The card processor knows no payment with this reference; check that it is of this account."""


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """A payment to be made by link. `payment_id` is the idempotency key, `amount` is in minor units of `currency`.

    With `auto_capture` the money is taken as the customer pays; without, it is only authorised until `capture`.
    """

    payment_id: UUID
    amount: int
    currency: str
    description: str
    expires_at: datetime
    return_url: str
    auto_capture: bool = True


@dataclass(frozen=True, slots=True)
class Created:
    """The processor's name for the payment, and where the customer pays."""

    reference: str
    link: str


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Money to give back, in minor units. (`refund_id`, `round`) is the idempotency key.

    `round` grows with each explicit retry of a failed refund: the old key would only replay the failure.
    """

    refund_id: UUID
    payment_id: UUID
    reference: str
    amount: int
    round: int = 1


@dataclass(frozen=True, slots=True)
class RefundState:
    """One refund as the processor sees it. `refund_id` is none for one that was not asked for through us."""

    reference: str
    status: RefundStatus
    amount: int
    refund_id: UUID | None
    round: int = 1
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A payment as the processor sees it now; `captured` is the total in minor units."""

    reference: str
    payment_id: UUID
    status: PaymentStatus
    captured: int
    refunds: tuple[RefundState, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Callback:
    """News from the processor: `id` is the same when it is repeated. Its signature is verified already.

    `amount`: what was captured in total, disputed, or given back by this refund. `refund` belongs to the two refund kinds.
    """

    id: str
    reference: str
    payment_id: UUID
    kind: CallbackKind
    amount: int
    at: datetime
    reason: str | None = None
    refund: RefundState | None = None


CallbackHandler = Callable[[Callback], Awaitable[None]]
"""Takes a callback; when it raises `Transient` the processor delivers the same callback again."""


class CardProcessor(Protocol):
    """A card processor. Every method raises `Unavailable` or `Unknown`; asking again is always safe."""

    async def create(self, request: PaymentRequest) -> Created:
        """Open a payment; the same request again gives the same answer. Raises `Declined`, `KeyReused`."""

    async def capture(self, reference: str) -> Snapshot:
        """Take the authorised money; the answer is what is now the case. Raises `Declined`, `UnknownReference`."""

    async def void(self, reference: str) -> Snapshot:
        """Close the link or release the authorisation. Captured money stays: look at the answer's status.

        Raises `UnknownReference`.
        """

    async def refund(self, request: RefundRequest) -> RefundState:
        """Give money back; the same request again replays the first answer. Raises `Declined`, `KeyReused`,
        `UnknownReference`."""

    async def status(self, reference: str) -> Snapshot:
        """What is the case now, whatever callbacks got lost. Raises `UnknownReference`."""
