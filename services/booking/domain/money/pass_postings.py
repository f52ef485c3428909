"""Which entries follow from what happened with packs, memberships and gift cards? Every `cause` names its pass."""

from __future__ import annotations

from uuid import UUID

from services.booking.domain.money.ledger import (
    Account,
    Entry,
    InvalidTransaction,
    Kind,
    Transaction,
    credit_unit,
    gift_unit,
)
from services.booking.domain.money.postings import MEANS, Cause, Means, moved, transaction


def pack_sold(cause: Cause, credits_: int, price: int, currency: str, means: Means) -> Transaction:
    """Credits were bought (or given: `price` 0). Their price is earned as they are used."""
    entries = moved(
        credits_, credit_unit(_pass(cause)), Account.CREDITS_HELD, Account.CREDITS_SOLD
    ) + _valued(price, currency, MEANS[means], Account.PREPAID)
    return transaction(Kind.PACK_SOLD, cause, *entries)


def credit_used(cause: Cause, credits_: int, value: int, currency: str) -> Transaction:
    """A booking took credits; `value` is their part of the pack's price (`credit_value`), now earned."""
    entries = moved(credits_, credit_unit(_pass(cause)), Account.CREDITS_USED, Account.CREDITS_HELD)
    earned = _valued(value, currency, Account.PREPAID, Account.REVENUE)
    return transaction(Kind.CREDIT_USED, cause, *entries, *earned)


def credit_returned(cause: Cause, credits_: int, value: int, currency: str) -> Transaction:
    """The booking was cancelled in time: the same credits and their value are back on the same pack."""
    entries = moved(credits_, credit_unit(_pass(cause)), Account.CREDITS_HELD, Account.CREDITS_USED)
    unearned = _valued(value, currency, Account.REVENUE, Account.PREPAID)
    return transaction(Kind.CREDIT_RETURNED, cause, *entries, *unearned)


def credit_expired(cause: Cause, credits_: int, value: int, currency: str) -> Transaction:
    """What was left of a pack expired."""
    entries = moved(credits_, credit_unit(_pass(cause)), Account.CREDITS_EXPIRED, Account.CREDITS_HELD)
    broken = _valued(value, currency, Account.PREPAID, Account.BREAKAGE)
    return transaction(Kind.CREDIT_EXPIRED, cause, *entries, *broken)


def membership_sold(cause: Cause, price: int, currency: str, means: Means) -> Transaction:
    """A period of a membership was paid. It is revenue at once: its uses have no value each."""
    _pass(cause)
    return transaction(Kind.MEMBERSHIP_SOLD, cause, *moved(price, currency, MEANS[means], Account.REVENUE))


def gift_card_sold(cause: Cause, value: int, price: int, currency: str, means: Means) -> Transaction:
    """A card worth `value` was bought for `price` (a bonus is the business's expense: a refund given ahead)."""
    entries = moved(value, gift_unit(_pass(cause)), Account.GIFT_HELD, Account.GIFT_ISSUED)
    if not 0 <= price <= value:
        raise InvalidTransaction(f"A gift card worth {value} is not sold for {price}.")
    owed = Entry(Account.GIFT_LIABILITY, currency, -value)
    sides = ((MEANS[means], price), (Account.REFUNDS, value - price))
    paid = (Entry(account, currency, amount) for account, amount in sides if amount)
    return transaction(Kind.GIFT_CARD_SOLD, cause, *entries, *paid, owed)


def gift_card_redeemed(cause: Cause, amount: int, currency: str) -> Transaction:
    """The card pays `amount` of what the customer owes."""
    entries = moved(amount, gift_unit(_pass(cause)), Account.GIFT_USED, Account.GIFT_HELD)
    settled = moved(amount, currency, Account.GIFT_LIABILITY, Account.RECEIVABLE)
    return transaction(Kind.GIFT_CARD_REDEEMED, cause, *entries, *settled)


def gift_card_refunded(cause: Cause, amount: int, currency: str) -> Transaction:
    """A refund went back onto the card it came from."""
    entries = moved(amount, gift_unit(_pass(cause)), Account.GIFT_HELD, Account.GIFT_USED)
    owed = moved(amount, currency, Account.RECEIVABLE, Account.GIFT_LIABILITY)
    return transaction(Kind.GIFT_CARD_REFUNDED, cause, *entries, *owed)


def gift_card_expired(cause: Cause, amount: int, currency: str) -> Transaction:
    """What was left on the card expired."""
    entries = moved(amount, gift_unit(_pass(cause)), Account.GIFT_EXPIRED, Account.GIFT_HELD)
    broken = moved(amount, currency, Account.GIFT_LIABILITY, Account.BREAKAGE)
    return transaction(Kind.GIFT_CARD_EXPIRED, cause, *entries, *broken)


def credit_value(price: int, credits_: int, already_used: int, using: int) -> int:
    """The part of a pack's price that the next `using` credits carry; all of them together carry exactly `price`."""
    if not 0 <= already_used <= already_used + using <= credits_:
        raise InvalidTransaction(f"A pack of {credits_} has no {using} credits left after {already_used}.")
    return price * (already_used + using) // credits_ - price * already_used // credits_


def _pass(cause: Cause) -> UUID:
    if cause.pass_id is None:
        raise InvalidTransaction("This needs the pass or gift card it is about (cause.pass_id).")
    return cause.pass_id


def _valued(value: int, currency: str, debit: Account, credit: Account) -> tuple[Entry, ...]:
    return moved(value, currency, debit, credit) if value else ()
