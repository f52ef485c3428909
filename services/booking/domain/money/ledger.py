"""Where did the money and the credits go? Double entry: every balance is a sum of entries that nobody overwrites."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.errors import UsherError

Unit = str
"""What is counted: a currency (`EUR`, in minor units), `credit:<pass id>` or `gift:<gift card id>` (minor units)."""


class Account(StrEnum):
    """The accounts. A positive entry is a debit: assets and expenses grow by it, debts and income shrink.

    Assets: receivable (what customers owe), cash, card_clearing (captured, on its way), disputed. Debts: deposits,
    prepaid (packs and memberships not used up yet), gift_liability, tax. Income: revenue, fees, breakage. Expenses:
    refunds (goodwill), writeoff. Credits: credits_held (the customer's), against sold, used, expired. Gift card
    values: gift_held (the customer's), against issued, used, expired.
    """

    RECEIVABLE = "receivable"
    CASH = "cash"
    CARD_CLEARING = "card_clearing"
    DISPUTED = "disputed"
    DEPOSITS = "deposits"
    PREPAID = "prepaid"
    GIFT_LIABILITY = "gift_liability"
    TAX = "tax"
    REVENUE = "revenue"
    FEES = "fees"
    BREAKAGE = "breakage"
    REFUNDS = "refunds"
    WRITEOFF = "writeoff"
    CREDITS_HELD = "credits_held"
    CREDITS_SOLD = "credits_sold"
    CREDITS_USED = "credits_used"
    CREDITS_EXPIRED = "credits_expired"
    GIFT_HELD = "gift_held"
    GIFT_ISSUED = "gift_issued"
    GIFT_USED = "gift_used"
    GIFT_EXPIRED = "gift_expired"


class Kind(StrEnum):
    """What happened, in the past tense."""

    BOOKING_CHARGED = "booking_charged"
    CHARGE_REVERSED = "charge_reversed"
    PAID_CASH = "paid_cash"
    CARD_CAPTURED = "card_captured"
    CASH_REFUNDED = "cash_refunded"
    CARD_REFUNDED = "card_refunded"
    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    DEPOSIT_TAKEN = "deposit_taken"
    DEPOSIT_HELD = "deposit_held"
    DEPOSIT_RELEASED = "deposit_released"
    DEPOSIT_APPLIED = "deposit_applied"
    DEPOSIT_KEPT = "deposit_kept"
    DEPOSIT_RETURNED = "deposit_returned"
    CANCELLATION_FEE = "cancellation_fee"
    NO_SHOW_FEE = "no_show_fee"
    FEE_WAIVED = "fee_waived"
    GOODWILL_GIVEN = "goodwill_given"
    WRITTEN_OFF = "written_off"
    PRICE_RAISED = "price_raised"
    PRICE_LOWERED = "price_lowered"
    PACK_SOLD = "pack_sold"
    CREDIT_USED = "credit_used"
    CREDIT_RETURNED = "credit_returned"
    CREDIT_EXPIRED = "credit_expired"
    MEMBERSHIP_SOLD = "membership_sold"
    GIFT_CARD_SOLD = "gift_card_sold"
    GIFT_CARD_REDEEMED = "gift_card_redeemed"
    GIFT_CARD_REFUNDED = "gift_card_refunded"
    GIFT_CARD_EXPIRED = "gift_card_expired"


class InvalidTransaction(UsherError):
    """A ledger transaction does not balance, or its amounts make no sense."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`amount` of `unit` on one account; positive is a debit, never 0."""

    account: Account
    unit: Unit
    amount: int


@dataclass(frozen=True, slots=True)
class Transaction:
    """Entries that belong together and add up to 0 in each unit.

    Its id follows from its cause, so that recording it twice records it once. Raises InvalidTransaction.
    """

    id: UUID
    at: datetime
    kind: Kind
    entries: tuple[Entry, ...]
    customer_id: UUID | None = None
    booking_id: UUID | None = None
    pass_id: UUID | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.entries or any(entry.amount == 0 for entry in self.entries):
            raise InvalidTransaction(f"{self.kind} needs entries, and each an amount.")
        sums: defaultdict[Unit, int] = defaultdict(int)
        for entry in self.entries:
            sums[entry.unit] += entry.amount
        if off := {unit: amount for unit, amount in sums.items() if amount}:
            raise InvalidTransaction(f"{self.kind} does not balance: {off}.")


def credit_unit(pass_id: UUID) -> Unit:
    """The unit of one pack's credits."""
    return f"credit:{pass_id}"


def gift_unit(gift_card_id: UUID) -> Unit:
    """The unit of one gift card's value (minor units of its currency)."""
    return f"gift:{gift_card_id}"


def balance(
    transactions: Iterable[Transaction], account: Account, unit: Unit, customer_id: UUID | None = None
) -> int:
    """The sum on an account in a unit, of one customer or (None) of all. A transaction met twice counts once."""
    once = {one.id: one for one in transactions if customer_id in (None, one.customer_id)}
    return sum(
        entry.amount
        for transaction in once.values()
        for entry in transaction.entries
        if entry.account is account and entry.unit == unit
    )
