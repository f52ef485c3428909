"""Which entries follow from what happened with money? One function for each thing that can happen.

Amounts are positive minor units; what is 0 is no transaction, so do not ask for one (InvalidTransaction).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.booking.domain.money.ledger import (
    Account,
    Entry,
    InvalidTransaction,
    Kind,
    Transaction,
    Unit,
)
from shared.ids import derive

Means = Literal["cash", "card"]
MEANS: dict[Means, Account] = {"cash": Account.CASH, "card": Account.CARD_CLEARING}
"""Where money of each means arrives."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why money moves: the command, payment or refund it follows from (`id`), and whom it concerns."""

    id: UUID
    at: datetime
    customer_id: UUID | None = None
    booking_id: UUID | None = None
    pass_id: UUID | None = None
    reason: str = ""


def booking_charged(cause: Cause, amount: int, currency: str, tax: int = 0) -> Transaction:
    """The customer owes `amount`, of which `tax` is passed on."""
    return _earned(Kind.BOOKING_CHARGED, cause, amount, currency, tax, sign=1)


def charge_reversed(cause: Cause, amount: int, currency: str, tax: int = 0) -> Transaction:
    """The booking (or a part) was cancelled: its charge is taken back whole; a fee is charged by itself."""
    return _earned(Kind.CHARGE_REVERSED, cause, amount, currency, tax, sign=-1)


def price_changed(cause: Cause, difference: int, currency: str, tax: int = 0) -> Transaction:
    """A reschedule made it dearer (`difference` > 0) or cheaper (< 0); `tax` is the tax in the difference, unsigned."""
    if difference > 0:
        return _earned(Kind.PRICE_RAISED, cause, difference, currency, tax, sign=1)
    return _earned(Kind.PRICE_LOWERED, cause, -difference, currency, tax, sign=-1)


def paid(cause: Cause, amount: int, currency: str, means: Means) -> Transaction:
    """Cash was taken, or a card payment captured, for what the customer owes."""
    kind = Kind.PAID_CASH if means == "cash" else Kind.CARD_CAPTURED
    return _moved(kind, cause, amount, currency, MEANS[means], Account.RECEIVABLE)


def refunded(cause: Cause, amount: int, currency: str, means: Means) -> Transaction:
    """Money went back, all or part of it."""
    kind = Kind.CASH_REFUNDED if means == "cash" else Kind.CARD_REFUNDED
    return _moved(kind, cause, amount, currency, Account.RECEIVABLE, MEANS[means])


def dispute_opened(cause: Cause, amount: int, currency: str) -> Transaction:
    """A chargeback: the processor took the money back until it is settled."""
    return _moved(Kind.DISPUTE_OPENED, cause, amount, currency, Account.DISPUTED, Account.CARD_CLEARING)


def dispute_won(cause: Cause, amount: int, currency: str) -> Transaction:
    """The money came back to the business."""
    return _moved(Kind.DISPUTE_WON, cause, amount, currency, Account.CARD_CLEARING, Account.DISPUTED)


def dispute_lost(cause: Cause, amount: int, currency: str) -> Transaction:
    """The money is gone."""
    return _moved(Kind.DISPUTE_LOST, cause, amount, currency, Account.WRITEOFF, Account.DISPUTED)


def deposit_taken(cause: Cause, amount: int, currency: str, means: Means) -> Transaction:
    """Money paid before there was a charge: the business owes it until it is applied, kept or returned."""
    return _moved(Kind.DEPOSIT_TAKEN, cause, amount, currency, MEANS[means], Account.DEPOSITS)


def deposit_from_receivable(cause: Cause, amount: int, currency: str) -> Transaction:
    """What a gift card paid before there was a charge is held as a deposit."""
    return _moved(Kind.DEPOSIT_HELD, cause, amount, currency, Account.RECEIVABLE, Account.DEPOSITS)


def deposit_to_receivable(cause: Cause, amount: int, currency: str) -> Transaction:
    """A deposit is held no longer, because it goes back to the gift card it came from."""
    return _moved(Kind.DEPOSIT_RELEASED, cause, amount, currency, Account.DEPOSITS, Account.RECEIVABLE)


def deposit_applied(cause: Cause, amount: int, currency: str) -> Transaction:
    """The deposit pays a part of the charge."""
    return _moved(Kind.DEPOSIT_APPLIED, cause, amount, currency, Account.DEPOSITS, Account.RECEIVABLE)


def deposit_kept(cause: Cause, amount: int, currency: str) -> Transaction:
    """The deposit stays with the business for a cancellation or no-show (no separate fee is charged)."""
    return _moved(Kind.DEPOSIT_KEPT, cause, amount, currency, Account.DEPOSITS, Account.FEES)


def deposit_returned(cause: Cause, amount: int, currency: str, means: Means) -> Transaction:
    """The deposit went back."""
    return _moved(Kind.DEPOSIT_RETURNED, cause, amount, currency, Account.DEPOSITS, MEANS[means])


def cancellation_fee(cause: Cause, amount: int, currency: str) -> Transaction:
    """The customer owes a fee for cancelling; what was paid and is kept settles it."""
    return _moved(Kind.CANCELLATION_FEE, cause, amount, currency, Account.RECEIVABLE, Account.FEES)


def no_show_fee(cause: Cause, amount: int, currency: str) -> Transaction:
    """The customer owes a fee for not having come, on top of the booking's charge: what `NoShowQuote.due` says."""
    return _moved(Kind.NO_SHOW_FEE, cause, amount, currency, Account.RECEIVABLE, Account.FEES)


def fee_waived(cause: Cause, amount: int, currency: str) -> Transaction:
    """The business lets a fee go that it had charged."""
    return _moved(Kind.FEE_WAIVED, cause, amount, currency, Account.FEES, Account.RECEIVABLE)


def goodwill_given(cause: Cause, amount: int, currency: str) -> Transaction:
    """The business gives something back that it owes nobody; a `refunded` pays it out."""
    return _moved(Kind.GOODWILL_GIVEN, cause, amount, currency, Account.REFUNDS, Account.RECEIVABLE)


def written_off(cause: Cause, amount: int, currency: str) -> Transaction:
    """What the customer owes will not be paid."""
    return _moved(Kind.WRITTEN_OFF, cause, amount, currency, Account.WRITEOFF, Account.RECEIVABLE)


def _earned(
    kind: Kind, cause: Cause, amount: int, currency: str, tax: int, sign: Literal[1, -1]
) -> Transaction:
    if not 0 <= tax <= amount:
        raise InvalidTransaction(f"{kind}: a tax of {tax} is no part of {amount}.")
    entries = [Entry(Account.RECEIVABLE, currency, sign * amount)]
    for account, part in ((Account.REVENUE, amount - tax), (Account.TAX, tax)):
        if part:
            entries.append(Entry(account, currency, -sign * part))
    return transaction(kind, cause, *entries)


def _moved(kind: Kind, cause: Cause, amount: int, unit: Unit, debit: Account, credit: Account) -> Transaction:
    return transaction(kind, cause, *moved(amount, unit, debit, credit))


def moved(amount: int, unit: Unit, debit: Account, credit: Account) -> tuple[Entry, Entry]:
    """The two entries that move a positive amount. Raises InvalidTransaction."""
    if amount <= 0:
        raise InvalidTransaction(f"Nothing moves to {debit}: the amount is {amount}.")
    return Entry(debit, unit, amount), Entry(credit, unit, -amount)


def transaction(kind: Kind, cause: Cause, *entries: Entry) -> Transaction:
    """The transaction of this cause; a cause has at most one of a kind for each booking, pass and set of accounts."""
    accounts = "+".join(entry.account for entry in entries)
    return Transaction(
        id=derive("ledger", kind, cause.id, cause.booking_id, cause.pass_id, accounts),
        at=cause.at,
        kind=kind,
        entries=entries,
        customer_id=cause.customer_id,
        booking_id=cause.booking_id,
        pass_id=cause.pass_id,
        reason=cause.reason,
    )
