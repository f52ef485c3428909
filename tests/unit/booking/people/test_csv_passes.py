"""What would a CSV file of passes add, with which opening balances, and where is it wrong?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.booking.csv_import import Existing, Known
from services.booking.csv_passes import PassPlan, Stock, plan_passes
from services.booking.domain.decisions.passes import Product
from services.booking.domain.money.ledger import Account
from services.booking.domain.money.pass_postings import credit_value
from services.booking.domain.money.passes import GiftCard, Membership, Pack
from shared.ids import customer_id_of, derive
from tests.unit.booking.people.people_world import NOW, TENANT, terms_of

PHONE = "+351912345678"
ANA = customer_id_of(TENANT, "whatsapp", "351912345678")
PRODUCTS = {
    kind: Product(derive("product", kind), kind, 12_000, terms_of(kind))
    for kind in ("pack", "membership", "gift_card")
}
STOCK = Stock(
    Existing({ANA: Known(ANA, phone=PHONE)}, {"c-7": ANA}, {PHONE: ANA}), PRODUCTS, "EUR", date(2026, 11, 22)
)


def plan(text: str, stock: Stock = STOCK) -> PassPlan:
    return plan_passes(text, stock, tenant_id=TENANT, now=NOW)


def test_a_pack_comes_with_the_credits_that_are_left_and_no_money() -> None:
    (step,) = plan(
        f"phone,product,credits,valid_from,valid_until\n{PHONE},pack,4,2026-10-01,2026-12-24\n"
    ).steps
    held = step.state.held
    assert isinstance(held, Pack)
    assert (held.owner_id, held.credits_left, held.valid_from, held.valid_to) == (
        ANA,
        4,
        date(2026, 10, 1),
        date(2026, 12, 24),
    )
    assert step.opening is not None
    assert {(e.account, e.amount) for e in step.opening.entries} == {
        (Account.CREDITS_HELD, 4),
        (Account.CREDITS_SOLD, -4),
    }
    assert credit_value(held.terms.price, held.terms.credits, 0, 1) == 0


def test_a_membership_has_no_balance_and_a_gift_card_its_code() -> None:
    found = plan(
        "external_id;product;valid_from;code;value\nc-7;membership;2026-11-01;;\nc-7;gift_card;;abcd-1234;5000\n"
    )
    assert not found.problems
    member, card = found.steps
    assert isinstance(member.state.held, Membership)
    assert member.opening is None
    assert isinstance(card.state.held, GiftCard)
    assert (card.state.code, card.state.held.left) == ("ABCD1234", 5_000)
    assert found.describe()[-1] == "2 to add, 0 as they are, 0 wrong"


def test_a_pass_that_is_there_keeps_its_balance() -> None:
    text = f"phone,product,credits,pass\n{PHONE},pack,4,p-1\n"
    (step,) = plan(text).steps
    again = plan(text.replace(",4,", ",9,"), replace(STOCK, pass_ids=frozenset({step.state.pass_id})))
    assert (again.steps, again.unchanged) == ((), 1)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (f"{PHONE},moon,1,,,", "product"),
        (f"{PHONE},pack,,,,", "credits"),
        (f"{PHONE},pack,-1,,,", "credits"),
        (f"{PHONE},pack,1,2026-13-01,,", "valid_from"),
        (f"{PHONE},gift_card,,,AB,100", "code"),
        (f"{PHONE},gift_card,,,ABCD1234,0.5", "value"),
        ("+34612345678,pack,1,,,", "phone"),
        ("12,pack,1,,,", "phone"),
        (",pack,1,,,", "phone"),
    ],
)
def test_every_mistake_has_its_line_and_column(row: str, column: str) -> None:
    found = plan(f"phone,product,credits,valid_from,code,value\n{row}\n")
    assert [(p.line, p.column) for p in found.problems] == [(2, column)]
    assert not found.steps


def test_two_lines_for_one_pass_and_a_code_that_is_taken_are_mistakes() -> None:
    text = f"phone,product,credits,code,value\n{PHONE},pack,1,,\n{PHONE},pack,1,,\n{PHONE},gift_card,,abcd1234,5\n"
    found = plan(text, replace(STOCK, codes=frozenset({"ABCD1234"})))
    assert [(p.line, p.column) for p in found.problems] == [(3, "pass"), (4, "code")]
    assert len(found.steps) == 1
