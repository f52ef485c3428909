"""What is sold with a pass, and what does a pause do to it?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from services.booking.domain.decisions.passes import Pausing, Product, Selling, pause_pass, sell_pass
from services.booking.domain.events import PassChanged, Posted
from services.booking.domain.money.ledger import Account as LedgerAccount
from services.booking.domain.money.ledger import Transaction
from services.booking.domain.money.membership import Days
from services.booking.domain.money.passes import GiftCard, Membership, Pack, PackTerms
from services.booking.domain.pass_state import (
    PassDocument,
    PassRow,
    PassState,
    canonical_code,
    document_of,
    spelled,
    state_of,
)
from services.booking.domain.refusals import Refused
from services.booking.domain.results import PassShown
from services.booking.domain.world import Draft
from shared.ids import derive
from shared.messages.booking import PausePass, RefusalCode, SellPass
from tests.unit.booking.people.people_world import (
    ANA,
    BEN,
    COMMAND,
    NOW,
    TENANT,
    account,
    draft,
    gift_card,
    membership,
    pack,
    terms_of,
)

CODE = "0123456789ABCDEF"


def selling(kind: str, price: int = 12_000) -> Selling:
    product = Product(derive("product", kind), kind.title(), price, terms_of(kind))
    return Selling(product, "Europe/Lisbon", "EUR", CODE)


def sell(kind: str, *, method: str = "cash", starts_on: date | None = None, price: int = 12_000) -> Draft:
    one = draft(account(), extra=selling(kind, price))
    command = SellPass.model_validate(
        {"tenant_id": TENANT, "command_id": COMMAND, "customer_id": ANA, "product": kind, "method": method,
         "starts_on": starts_on}
    )  # fmt: skip
    assert isinstance(sell_pass(one, command), PassShown)
    return one


def sold(one: Draft) -> PassState:
    (event,) = (e for e in one.events if isinstance(e, PassChanged))
    assert event.new
    return event.after


def posted(one: Draft) -> Transaction:
    (event,) = (e for e in one.events if isinstance(e, Posted))
    return event.transaction


def amounts(transaction: Transaction) -> dict[tuple[LedgerAccount, str], int]:
    return {(e.account, e.unit): e.amount for e in transaction.entries}


def pause(
    state: PassState, first: date, last: date, *, booked: tuple[datetime, ...] = (), customer: UUID = ANA
) -> tuple[object, Draft]:
    one = draft(account(ANA), account(BEN), extra=Pausing("Europe/Lisbon", booked), passes=(state,))
    command = PausePass(
        tenant_id=TENANT, command_id=COMMAND, customer_id=customer, pass_id=state.pass_id, first_day=first,
        last_day=last,
    )  # fmt: skip
    return pause_pass(one, command), one


def test_a_pack_begins_today_and_its_credits_and_price_are_in_the_ledger() -> None:
    one = sell("pack")
    held = sold(one).held
    assert isinstance(held, Pack)
    assert (held.credits_left, held.valid_from, held.valid_to) == (10, date(2026, 11, 22), date(2027, 2, 21))
    booked = amounts(posted(one))
    assert booked[(LedgerAccount.CREDITS_HELD, f"credit:{held.pass_id}")] == 10
    assert booked[(LedgerAccount.CASH, "EUR")] == 12_000
    assert booked[(LedgerAccount.PREPAID, "EUR")] == -12_000


def test_today_is_the_day_at_the_business() -> None:
    one = draft(account(), extra=Selling(selling("pack").product, "Pacific/Auckland", "NZD", CODE))
    one.now = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
    sell_pass(one, SellPass(tenant_id=TENANT, command_id=COMMAND, customer_id=ANA, product="pack"))
    held = sold(one).held
    assert isinstance(held, Pack)
    assert held.valid_from == date(2026, 11, 23)


def test_a_pack_given_away_has_credits_that_earn_nothing() -> None:
    one = sell("pack", method="free")
    state = sold(one)
    assert isinstance(state.product, PackTerms)
    assert state.product.price == 0
    assert {unit for _, unit in amounts(posted(one))} == {f"credit:{state.pass_id}"}


def test_a_membership_begins_when_asked_and_is_earned_at_once() -> None:
    one = sell("membership", method="card", starts_on=date(2026, 12, 1), price=9_000)
    held = sold(one).held
    assert isinstance(held, Membership)
    assert held.first_day == date(2026, 12, 1)
    assert amounts(posted(one)) == {
        (LedgerAccount.CARD_CLEARING, "EUR"): 9_000,
        (LedgerAccount.REVENUE, "EUR"): -9_000,
    }


def test_a_free_membership_moves_no_money() -> None:
    one = sell("membership", method="free")
    assert len(one.events) == 1


def test_a_gift_card_is_worth_its_price_and_carries_the_secret_code() -> None:
    one = sell("gift_card", price=5_000)
    state = sold(one)
    assert isinstance(state.held, GiftCard)
    assert (state.held.left, state.code, state.held.valid_to) == (5_000, CODE, date(2027, 11, 21))
    assert amounts(posted(one))[(LedgerAccount.GIFT_LIABILITY, "EUR")] == -5_000


def test_no_other_pass_has_a_code() -> None:
    assert sold(sell("pack")).code is None


def test_the_same_sale_decided_again_is_the_same_pass_and_the_same_transaction() -> None:
    first, again = sell("pack"), sell("pack")
    assert sold(first) == sold(again)
    assert posted(first).id == posted(again).id


@pytest.mark.parametrize("starts_on", [date(2025, 1, 1), date(2028, 1, 1)])
def test_a_pass_that_begins_in_another_year_is_refused(starts_on: date) -> None:
    command = SellPass(
        tenant_id=TENANT, command_id=COMMAND, customer_id=ANA, product="pack", starts_on=starts_on
    )
    refused = sell_pass(draft(account(), extra=selling("pack")), command)
    assert isinstance(refused, Refused)
    assert refused.code is RefusalCode.INVALID


def test_a_product_that_is_not_for_sale_is_not_found() -> None:
    command = SellPass(tenant_id=TENANT, command_id=COMMAND, customer_id=ANA, product="moon")
    refused = sell_pass(draft(account(), extra=Selling(None, "UTC", "EUR", CODE)), command)
    assert isinstance(refused, Refused)
    assert refused.code is RefusalCode.NOT_FOUND


def test_a_pass_is_sold_to_a_blocked_customer_by_staff() -> None:
    one = draft(account(blocked=True), extra=selling("pack"))
    command = SellPass(tenant_id=TENANT, command_id=COMMAND, customer_id=ANA, product="pack")
    assert isinstance(sell_pass(one, command), PassShown)


def test_a_pause_moves_the_end_of_a_membership_by_its_days() -> None:
    state = membership()
    before = state.view(NOW, "Europe/Lisbon").valid_until
    result, one = pause(state, date(2026, 12, 1), date(2026, 12, 7))
    assert isinstance(result, PassShown)
    after = result.after.view(NOW, "Europe/Lisbon").valid_until
    assert before is not None
    assert after is not None
    assert after - before == timedelta(days=7)
    assert result.after.version == state.version + 1
    assert one.events == [PassChanged(result.after)]


def test_a_pause_moves_the_end_of_a_pack_by_its_days() -> None:
    result, _ = pause(pack(), date(2026, 12, 1), date(2026, 12, 7))
    assert isinstance(result, PassShown)
    held = result.after.held
    assert isinstance(held, Pack)
    assert held.valid_to == date(2027, 1, 7)
    assert result.after.view(datetime(2026, 12, 3, tzinfo=UTC), "Europe/Lisbon").paused


def test_days_that_are_paused_already_count_once() -> None:
    result, _ = pause(
        pack(blocked=(Days(date(2026, 12, 1), date(2026, 12, 5)),)), date(2026, 12, 4), date(2026, 12, 7)
    )
    assert isinstance(result, PassShown)
    assert isinstance(result.after.held, Pack)
    assert result.after.held.valid_to == date(2027, 1, 2)


def test_pausing_the_same_days_again_changes_nothing() -> None:
    days = Days(date(2026, 12, 1), date(2026, 12, 5))
    for state in (membership(pauses=(days,)), pack(blocked=(days,))):
        result, one = pause(state, days.first, days.last)
        assert result == PassShown(state)
        assert not one.events


def test_a_pause_over_something_booked_with_the_pass_is_refused() -> None:
    """Case 62. A day is the business's: 23:30 UTC on the eve is still the eve in Lisbon's winter."""
    inside = datetime(2026, 12, 3, 19, 0, tzinfo=UTC)
    refused, _ = pause(pack(), date(2026, 12, 1), date(2026, 12, 7), booked=(inside,))
    assert isinstance(refused, Refused)
    assert refused.code is RefusalCode.HAS_BOOKINGS
    eve = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    result, _ = pause(pack(), date(2026, 12, 1), date(2026, 12, 7), booked=(eve,))
    assert isinstance(result, PassShown)


def test_somebody_elses_pass_is_not_found() -> None:
    """Case 62."""
    for state in (pack(owner=BEN), pack(owner=ANA)):
        asker = ANA if state.owner_id == BEN else BEN
        refused, one = pause(state, date(2026, 12, 1), date(2026, 12, 2), customer=asker)
        assert isinstance(refused, Refused)
        assert refused.code is RefusalCode.NOT_FOUND
        assert not one.events


@pytest.mark.parametrize(
    ("state", "first", "last", "code"),
    [
        (pack(), date(2026, 12, 2), date(2026, 12, 1), RefusalCode.INVALID),
        (pack(), date(2026, 12, 1), date(2028, 12, 1), RefusalCode.INVALID),
        (gift_card(), date(2026, 12, 1), date(2026, 12, 2), RefusalCode.INVALID),
        (pack(), date(2027, 2, 1), date(2027, 2, 2), RefusalCode.WRONG_STATE),
        (pack(), date(2026, 10, 1), date(2026, 10, 31), RefusalCode.INVALID),
        (membership(), date(2026, 11, 1), date(2026, 11, 9), RefusalCode.INVALID),
        (membership(ended_on=date(2026, 11, 30)), date(2026, 12, 1), date(2026, 12, 2), RefusalCode.WRONG_STATE),
    ],
)  # fmt: skip
def test_a_pause_that_makes_no_sense_is_refused(
    state: PassState, first: date, last: date, code: RefusalCode
) -> None:
    refused, one = pause(state, first, last)
    assert isinstance(refused, Refused)
    assert refused.code is code
    assert not one.events


@pytest.mark.parametrize("state", [pack(blocked=(Days(NOW.date(), NOW.date()),)), membership(), gift_card()])
def test_a_pass_comes_back_from_its_row_as_it_was(state: PassState) -> None:
    held = state.held
    left = held.credits_left if isinstance(held, Pack) else held.left if isinstance(held, GiftCard) else 0
    document = PassDocument.model_validate_json(document_of(state).model_dump_json(exclude_none=True))
    row = PassRow(
        state.pass_id, state.owner_id, state.name, document, None, state.code, state.version, "active", left
    )
    assert state_of(row) == state


@pytest.mark.parametrize("status", ["blocked", "ended"])
def test_a_pass_that_is_blocked_as_a_whole_is_blocked_on_every_day(status: str) -> None:
    state = pack()
    row = PassRow(state.pass_id, ANA, state.name, document_of(state), None, None, 1, status, 4)
    assert state_of(row).view(NOW, "Europe/Lisbon").paused


def test_a_code_is_found_however_it_is_typed() -> None:
    assert spelled(CODE) == "0123-4567-89AB-CDEF"
    assert canonical_code(" o123-4567 89ab cdef ") == CODE
    assert canonical_code("O1L3") is None
    assert canonical_code("") is None
