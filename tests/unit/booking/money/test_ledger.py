"""Do the books balance, and does doing it twice count once?"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain.money import pass_postings as passes
from services.booking.domain.money import postings as post
from services.booking.domain.money.ledger import (
    Account,
    Entry,
    InvalidTransaction,
    Kind,
    Transaction,
    balance,
    credit_unit,
    gift_unit,
)
from tests.unit.booking.money.money_builders import ANA, RUI, STARTS_AT

BOOKING, PACK, CARD = UUID(int=10), UUID(int=20), UUID(int=30)


def cause(number: int, customer: UUID = ANA, pass_id: UUID | None = None) -> post.Cause:
    return post.Cause(UUID(int=number), STARTS_AT, customer, BOOKING, pass_id, "because")


def owes(*transactions: Transaction, customer: UUID | None = ANA) -> int:
    return balance(transactions, Account.RECEIVABLE, "EUR", customer)


def test_entries_that_do_not_add_up_in_each_unit_are_no_transaction() -> None:
    across = (Entry(Account.CASH, "EUR", 100), Entry(Account.RECEIVABLE, "USD", -100))
    for entries in ((), across, (Entry(Account.CASH, "EUR", 0),)):
        with pytest.raises(InvalidTransaction):
            Transaction(UUID(int=1), STARTS_AT, Kind.PAID_CASH, entries)


def test_a_booking_that_is_charged_and_paid_leaves_nothing_owed() -> None:
    charged = post.booking_charged(cause(1), 4600, "EUR", tax=860)
    paid = post.paid(cause(2), 4600, "EUR", "card")

    assert owes(charged) == 4600
    assert owes(charged, paid) == 0
    assert balance((charged, paid), Account.CARD_CLEARING, "EUR") == 4600
    assert balance((charged, paid), Account.REVENUE, "EUR") == -3740
    assert balance((charged, paid), Account.TAX, "EUR") == -860


def test_recording_the_same_cause_twice_counts_once() -> None:
    paid = [post.paid(cause(2), 4600, "EUR", "cash") for _ in range(2)]

    assert paid[0] == paid[1]
    assert balance(paid, Account.CASH, "EUR") == 4600
    assert post.refunded(cause(2), 4600, "EUR", "cash").id != paid[0].id


def test_balances_are_kept_per_customer_and_per_currency() -> None:
    books = (
        post.booking_charged(cause(1), 100, "EUR"),
        post.booking_charged(cause(2, RUI), 30, "EUR"),
        post.booking_charged(cause(3), 7, "USD"),
    )

    assert (owes(*books), owes(*books, customer=RUI), owes(*books, customer=None)) == (100, 30, 130)
    assert balance(books, Account.RECEIVABLE, "USD", ANA) == 7


def test_a_cancelled_booking_is_settled_by_its_fee_and_its_refund() -> None:
    books = (
        post.booking_charged(cause(1), 4600, "EUR"),
        post.paid(cause(2), 4600, "EUR", "card"),
        post.charge_reversed(cause(3), 4600, "EUR"),
        post.cancellation_fee(cause(3), 1460, "EUR"),
        post.refunded(cause(4), 3140, "EUR", "card"),
    )

    assert owes(*books) == 0
    assert balance(books, Account.CARD_CLEARING, "EUR") == 1460 == -balance(books, Account.FEES, "EUR")
    assert balance(books, Account.REVENUE, "EUR") == 0


def test_a_partly_paid_booking_is_settled_by_what_is_kept() -> None:
    """Case 54. 12.00 of 46.00 paid and kept: nobody owes anybody anything."""
    books = (
        post.booking_charged(cause(1), 4600, "EUR"),
        post.paid(cause(2), 1200, "EUR", "cash"),
        post.charge_reversed(cause(3), 4600, "EUR"),
        post.cancellation_fee(cause(3), 1200, "EUR"),
    )

    assert owes(*books) == 0


def test_a_chargeback_is_disputed_until_it_is_won_or_lost() -> None:
    paid = post.paid(cause(1), 500, "EUR", "card")
    opened = post.dispute_opened(cause(2), 500, "EUR")
    won, lost = post.dispute_won(cause(3), 500, "EUR"), post.dispute_lost(cause(3), 500, "EUR")

    assert balance((paid, opened), Account.CARD_CLEARING, "EUR") == 0
    assert balance((paid, opened), Account.DISPUTED, "EUR") == 500
    assert balance((paid, opened, won), Account.CARD_CLEARING, "EUR") == 500
    assert balance((paid, opened, lost), Account.WRITEOFF, "EUR") == 500


def test_a_deposit_is_owed_until_it_is_applied_kept_or_returned() -> None:
    taken = post.deposit_taken(cause(1), 1000, "EUR", "card")
    charged = post.booking_charged(cause(2), 4600, "EUR")

    assert balance((taken,), Account.DEPOSITS, "EUR") == -1000
    assert owes(taken, charged, post.deposit_applied(cause(3), 1000, "EUR")) == 3600
    for end in (
        post.deposit_applied(cause(3), 1000, "EUR"),
        post.deposit_kept(cause(3), 1000, "EUR"),
        post.deposit_returned(cause(3), 1000, "EUR", "card"),
    ):
        assert balance((taken, end), Account.DEPOSITS, "EUR") == 0


def test_what_a_gift_card_pays_ahead_is_a_deposit_until_it_is_applied_or_back_on_the_card() -> None:
    ahead = (
        passes.gift_card_redeemed(cause(1, pass_id=CARD), 3000, "EUR"),
        post.deposit_from_receivable(cause(1, pass_id=CARD), 3000, "EUR"),
    )
    back = (
        passes.gift_card_refunded(cause(2, pass_id=CARD), 3000, "EUR"),
        post.deposit_to_receivable(cause(2, pass_id=CARD), 3000, "EUR"),
    )

    assert (owes(*ahead), balance(ahead, Account.DEPOSITS, "EUR")) == (0, -3000)
    assert (owes(*ahead, *back), balance((*ahead, *back), Account.DEPOSITS, "EUR")) == (0, 0)
    assert balance((*ahead, *back), Account.GIFT_LIABILITY, "EUR") == 0


def test_one_cause_can_give_back_cash_and_card_money() -> None:
    parts = [
        post.deposit_returned(cause(1), amount, "EUR", means)
        for amount, means in ((500, "cash"), (300, "card"))
    ]

    assert balance(parts, Account.DEPOSITS, "EUR") == 800


@pytest.mark.parametrize("fee", [post.cancellation_fee, post.no_show_fee])
def test_a_fee_that_is_waived_is_owed_no_more(fee: Callable[[post.Cause, int, str], Transaction]) -> None:
    books = (fee(cause(1), 700, "EUR"), post.fee_waived(cause(2), 700, "EUR"))

    assert owes(books[0]) == 700
    assert (owes(*books), balance(books, Account.FEES, "EUR")) == (0, 0)


def test_a_reschedule_is_charged_or_credited_with_the_difference() -> None:
    dearer, cheaper = post.price_changed(cause(1), 300, "EUR"), post.price_changed(cause(2), -200, "EUR")

    assert (owes(dearer), owes(cheaper)) == (300, -200)
    assert (dearer.kind, cheaper.kind) == (Kind.PRICE_RAISED, Kind.PRICE_LOWERED)


def test_goodwill_and_writing_off_cost_the_business() -> None:
    books = (post.goodwill_given(cause(1), 100, "EUR"), post.written_off(cause(2), 50, "EUR"))

    assert owes(*books) == -150
    assert balance(books, Account.REFUNDS, "EUR") == 100


def test_the_price_of_a_pack_is_earned_as_its_credits_are_used_returned_or_lost() -> None:
    sold = passes.pack_sold(cause(1, pass_id=PACK), 3, 1000, "EUR", "cash")
    used = passes.credit_used(cause(2, pass_id=PACK), 2, passes.credit_value(1000, 3, 0, 2), "EUR")
    back = passes.credit_returned(cause(3, pass_id=PACK), 1, passes.credit_value(1000, 3, 1, 1), "EUR")
    gone = passes.credit_expired(cause(4, pass_id=PACK), 2, passes.credit_value(1000, 3, 1, 2), "EUR")
    books = (sold, used, back, gone)

    held = [balance(books[:n], Account.CREDITS_HELD, credit_unit(PACK), ANA) for n in (1, 2, 3, 4)]
    assert held == [3, 1, 2, 0]
    assert balance(books, Account.PREPAID, "EUR") == 0
    assert balance(books, Account.REVENUE, "EUR") + balance(books, Account.BREAKAGE, "EUR") == -1000


@given(st.integers(0, 10**6), st.integers(1, 50), st.data())
def test_the_credits_of_a_pack_carry_exactly_its_price(
    price: int, credits_: int, data: st.DataObject
) -> None:
    used = total = 0
    while used < credits_:
        using = data.draw(st.integers(1, credits_ - used))
        total += passes.credit_value(price, credits_, used, using)
        used += using

    assert total == price


def test_a_gift_card_is_owed_until_it_is_redeemed_and_can_be_filled_again() -> None:
    books = (
        passes.gift_card_sold(cause(1, pass_id=CARD), 5000, 4500, "EUR", "card"),
        post.booking_charged(cause(2), 3000, "EUR"),
        passes.gift_card_redeemed(cause(3, pass_id=CARD), 3000, "EUR"),
        passes.gift_card_refunded(cause(4, pass_id=CARD), 1000, "EUR"),
        passes.gift_card_expired(cause(5, pass_id=CARD), 3000, "EUR"),
    )

    left = [balance(books[:n], Account.GIFT_HELD, gift_unit(CARD)) for n in (1, 3, 4, 5)]
    owed = [-balance(books[:n], Account.GIFT_LIABILITY, "EUR") for n in (1, 3, 4, 5)]
    assert left == owed == [5000, 2000, 3000, 0]
    assert owes(*books[:3]) == 0


def test_a_membership_is_sold_for_its_price_or_it_is_no_sale() -> None:
    sold = passes.membership_sold(cause(1, pass_id=PACK), 4900, "EUR", "card")

    assert balance((sold,), Account.REVENUE, "EUR") == -4900


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: post.paid(cause(1), 0, "EUR", "cash"),
        lambda: post.paid(cause(1), -5, "EUR", "cash"),
        lambda: post.booking_charged(cause(1), 0, "EUR"),
        lambda: post.booking_charged(cause(1), -100, "EUR"),
        lambda: post.booking_charged(cause(1), 100, "EUR", tax=101),
        lambda: post.price_changed(cause(1), 0, "EUR"),
        lambda: passes.credit_used(cause(1), 1, 0, "EUR"),  # of which pack?
        lambda: passes.credit_used(cause(1, pass_id=PACK), 0, 0, "EUR"),
        lambda: passes.credit_value(1000, 3, 3, 1),
        lambda: passes.gift_card_sold(cause(1, pass_id=CARD), 100, 101, "EUR", "cash"),
    ],
)
def test_amounts_that_make_no_sense_are_refused(wrong: Callable[[], object]) -> None:
    with pytest.raises(InvalidTransaction):
        wrong()
