"""When does a price rule apply, and what does it make of the price?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from services.booking.domain.money.quote import (
    LineKind,
    NotApplied,
    Quote,
    QuoteRequest,
    quote,
)
from services.booking.domain.money.rules import Circumstances, PriceRule, Pricing
from tests.unit.booking.money.money_builders import STARTS_AT, before, here

TEN_OFF = {"basis_points": -1000}


def priced(circumstances: Circumstances, *rules: dict[str, Any], price: int = 2000, **pricing: Any) -> Quote:
    document = Pricing.model_validate({"rules": rules, **pricing})
    return quote(QuoteRequest(price, "EUR", circumstances, document))


def test_without_rules_the_price_is_seats_times_the_base_price_and_nothing_is_due_at_once() -> None:
    found = priced(here(party_size=3))

    assert (found.total, found.seat_price, found.due_now, found.skipped) == (6000, 2000, 0, ())
    assert [(line.kind, line.amount, line.per_seat) for line in found.lines] == [(LineKind.PRICE, 6000, 2000)]


@pytest.mark.parametrize(("hours", "total"), [(49, 1800), (48, 1800), (47.99, 2000)])
def test_early_birds_pay_less_until_the_last_instant_of_the_term(hours: float, total: int) -> None:
    rule = {"kind": "early_bird", "until": "2d", "change": TEN_OFF}

    assert priced(here(now=before(hours=hours)), rule).total == total


@pytest.mark.parametrize(("hours", "total"), [(3.01, 2000), (3, 1500), (0.5, 1500)])
def test_the_last_minute_price_begins_at_its_term(hours: float, total: int) -> None:
    rule = {"kind": "last_minute", "within": "3h", "change": {"amount": -500}}

    assert priced(here(now=before(hours=hours)), rule).total == total


@pytest.mark.parametrize(
    ("starts_at", "total"),
    [
        (datetime(2026, 11, 23, 17, 0, tzinfo=UTC), 2500),  # Monday, on the dot
        (datetime(2026, 11, 23, 19, 59, tzinfo=UTC), 2500),
        (datetime(2026, 11, 23, 20, 0, tzinfo=UTC), 2000),  # until is not in it
        (datetime(2026, 11, 22, 18, 0, tzinfo=UTC), 2000),  # Sunday
        (datetime(2026, 7, 20, 16, 30, tzinfo=UTC), 2500),  # 17:30 in Lisbon's summer
        (datetime(2026, 7, 20, 19, 30, tzinfo=UTC), 2000),  # 20:30
    ],
)
def test_peak_hours_are_those_of_the_businesss_clock(starts_at: datetime, total: int) -> None:
    rule = {
        "kind": "peak_hours",
        "weekdays": ["monday", "tuesday"],
        "from": "17:00",
        "until": "20:00",
        "change": {"amount": 500},
    }

    assert priced(here(starts_at=starts_at), rule).total == total


@pytest.mark.parametrize(
    ("day", "hour", "total"), [(28, 23, 2500), (29, 1, 2500), (29, 2, 2000), (28, 1, 2000)]
)
def test_peak_hours_over_midnight_belong_to_the_day_they_begin_on(day: int, hour: int, total: int) -> None:
    rule = {
        "kind": "peak_hours",
        "weekdays": ["saturday"],
        "from": "22:00",
        "until": "02:00",
        "change": {"amount": 500},
    }

    assert priced(here(starts_at=datetime(2026, 11, day, hour, tzinfo=UTC)), rule).total == total


@pytest.mark.parametrize(("taken", "price"), [(4, 2000), (5, 2200), (8, 2200), (9, 3000)])
def test_the_fuller_a_class_is_the_dearer_its_next_seats_get(taken: int, price: int) -> None:
    rule = {
        "kind": "occupancy",
        "tiers": [
            {"at_least": 90, "change": {"fixed": 3000}},
            {"at_least": 50, "change": {"basis_points": 1000}},
        ],
    }

    assert priced(here(capacity=10, seats_taken=taken, party_size=2), rule).total == 2 * price
    assert priced(here(seats_taken=taken), rule).total == 2000  # without a capacity there is no occupancy


def test_members_pay_the_members_price_unless_it_is_already_lower() -> None:
    member = here(member_tiers=frozenset({"gold"}))
    rule = {"kind": "membership", "tiers": ["silver", "gold"], "change": {"fixed": 1500}}

    assert priced(member, rule).total == 1500
    assert priced(here(), rule).total == 2000
    cheaper = priced(member, rule, price=1200)
    assert (cheaper.total, cheaper.skipped[0].why) == (1200, NotApplied.NO_GAIN)


def test_a_staff_member_can_have_a_price_of_their_own_and_other_rules_work_from_it() -> None:
    staff = {"kind": "staff", "staff": ["ana"], "change": {"fixed": 3000}}
    early = {"kind": "early_bird", "until": "1d", "change": TEN_OFF}

    assert priced(here(staff="ana"), early, staff).total == 2700
    assert priced(here(staff="rui"), early, staff).total == 1800


@pytest.mark.parametrize(("party", "total"), [(1, 2000), (3, 5400), (5, 8000)])
def test_more_seats_in_one_booking_cost_less_each(party: int, total: int) -> None:
    rule = {
        "kind": "quantity",
        "tiers": [{"at_least": 3, "change": TEN_OFF}, {"at_least": 5, "change": {"basis_points": -2000}}],
    }

    assert priced(here(party_size=party), rule).total == total


def test_a_rule_for_other_services_leaves_the_price_alone() -> None:
    rule = {"kind": "early_bird", "until": "1h", "change": TEN_OFF, "services": ["pilates"]}

    assert priced(here(), rule).total == 2000


def test_every_rule_that_applied_has_a_line_with_its_reason() -> None:
    found = priced(here(), {"kind": "early_bird", "until": "2d", "change": TEN_OFF, "label": "Early bird"})

    line = found.lines[1]
    assert (line.label, line.reason, line.amount) == ("Early bird", "booked 2 days ahead or more", -200)


def test_the_higher_priority_goes_first_and_percents_are_of_the_price_so_far() -> None:
    first = {"kind": "early_bird", "until": "1h", "change": {"amount": -1000}, "priority": 99}
    second = {"kind": "last_minute", "within": "100h", "change": {"basis_points": -5000}, "priority": 1}

    assert priced(here(), second, first).total == 500
    assert priced(here(), {**second, "priority": 100}, first).total == 0


def test_a_rule_that_stands_alone_keeps_later_ones_out_and_does_not_join_earlier_ones() -> None:
    alone = {"kind": "early_bird", "until": "1h", "change": TEN_OFF, "stackable": False, "label": "Early"}
    other = {
        "kind": "last_minute",
        "within": "100h",
        "change": {"amount": -100},
        "priority": 1,
        "label": "Late",
    }

    found = priced(here(), alone, other)
    assert (found.total, found.skipped[0].label, found.skipped[0].why) == (
        1800,
        "Late",
        NotApplied.NOT_COMBINABLE,
    )
    found = priced(here(), alone, {**other, "priority": 100})
    assert (found.total, found.skipped[0].label) == (1900, "Early")


def test_bounds_hold_what_their_rule_makes_of_the_price_and_never_turn_it_around() -> None:
    rule = {"kind": "early_bird", "until": "1h", "change": {"basis_points": -9000}, "min_price": 1500}
    dearer = {"kind": "last_minute", "within": "100h", "change": {"amount": 900}, "max_price": 2500}

    assert priced(here(), rule).total == 1500
    assert priced(here(), rule, price=1200).total == 1200
    assert priced(here(), dearer).total == 2500


def test_a_deposit_is_said_where_one_is_due_and_only_there() -> None:
    for prepayment in ({"due": "deposit"}, {"due": "all", "deposit": {"fixed": 1}}):
        with pytest.raises(ValidationError):
            priced(here(), prepayment=prepayment)


def test_charges_come_on_top_per_booking_or_per_seat() -> None:
    charges = [{"label": "Mat", "amount": 200, "per": "seat"}, {"label": "Fee", "amount": 50, "keep": True}]

    found = priced(here(party_size=2), charges=charges)

    assert found.total == 4450
    assert [(line.label, line.amount, line.keep) for line in found.lines[1:]] == [
        ("Mat", 400, False),
        ("Fee", 50, True),
    ]


@pytest.mark.parametrize(
    ("prepayment", "due"),
    [
        ({}, 0),
        ({"due": "all"}, 4000),
        ({"due": "deposit", "deposit": {"basis_points": 2500}}, 1000),
        ({"due": "deposit", "deposit": {"per_seat": 500}}, 1000),
        ({"due": "deposit", "deposit": {"fixed": 9900}}, 4000),
    ],
)
def test_what_is_due_at_once_is_nothing_all_or_a_deposit_of_at_most_the_total(
    prepayment: dict[str, Any], due: int
) -> None:
    assert priced(here(party_size=2), prepayment=prepayment).due_now == due


def test_a_quote_is_a_value_that_survives_storage_and_stands_until_its_hold_ends() -> None:
    until = STARTS_AT - timedelta(days=2)
    rule = {"kind": "early_bird", "until": "1d", "change": TEN_OFF}
    document = Pricing.model_validate({"rules": [rule], "tax": {"percent": "23"}})
    given_ = quote(QuoteRequest(2000, "EUR", here(party_size=2), document, "Yoga", until))
    stored = TypeAdapter(Quote).dump_json(given_)

    assert TypeAdapter(Quote).validate_json(stored) == given_
    assert given_.stands(until - timedelta(microseconds=1))
    assert not given_.stands(until)


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "early_bird", "until": 24, "change": TEN_OFF},
        {"kind": "early_bird", "until": "-1h", "change": TEN_OFF},
        {"kind": "early_bird", "until": "1h", "change": {}},
        {"kind": "early_bird", "until": "1h", "change": {"amount": 1, "fixed": 1}},
        {"kind": "early_bird", "until": "1h", "change": TEN_OFF, "utnil": 1},
        {"kind": "peak_hours", "from": 1020, "until": "20:00", "change": TEN_OFF},  # YAML's unquoted 17:00
        {"kind": "promo_code", "code": "X", "change": {"amount": 100}},
        {"kind": "happy_hour", "change": TEN_OFF},
    ],
)
def test_a_rule_that_does_not_say_what_it_means_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(PriceRule).validate_python(rule)


@pytest.mark.parametrize(
    ("text", "lead"),
    [("24h", 1440), ("2 days", 2880), ("1d 12h", 2160), ("90m", 90), ("PT2H", 120), ("1 hour", 60)],
)
def test_terms_are_written_with_their_unit(text: str, lead: int) -> None:
    rule = TypeAdapter(PriceRule).validate_python({"kind": "early_bird", "until": text, "change": TEN_OFF})

    assert rule.until == timedelta(minutes=lead)
    assert TypeAdapter(PriceRule).validate_json(TypeAdapter(PriceRule).dump_json(rule)) == rule


CHANGES = st.one_of(
    st.builds(lambda n: {"amount": n}, st.integers(-5000, 5000)),
    st.builds(lambda n: {"basis_points": n}, st.integers(-10_000, 10_000)),
    st.builds(lambda n: {"fixed": n}, st.integers(0, 5000)),
)
RULES = st.builds(
    lambda change, priority, stackable, kind: {
        **kind,
        "change": change,
        "priority": priority,
        "stackable": stackable,
    },
    CHANGES,
    st.integers(-5, 5),
    st.booleans(),
    st.sampled_from(
        [
            {"kind": "early_bird", "until": "1h"},
            {"kind": "last_minute", "within": "99h"},
            {"kind": "staff", "staff": ["ana"]},
            {"kind": "membership", "tiers": ["gold"]},
        ]
    ),
)
PROMOS = st.builds(
    lambda off, per: {
        "kind": "promo_code",
        "code": "YES",
        "change": {"amount": -off},
        "per": per,
        "priority": 0,
    },
    st.integers(0, 9000),
    st.sampled_from(["booking", "seat"]),
)


@given(st.lists(st.one_of(RULES, PROMOS), max_size=6), st.integers(0, 5000), st.integers(1, 7))
def test_lines_add_up_to_the_total_and_no_rules_make_it_negative(
    rules: list[dict[str, Any]], price: int, party: int
) -> None:
    circumstances = here(party_size=party, staff="ana", member_tiers=frozenset({"gold"}), promo_code="yes")
    found = priced(circumstances, *rules, price=price)

    assert found.total == sum(line.amount for line in found.lines) >= 0
    assert all(line.per_seat is None or line.amount == line.per_seat * party for line in found.lines)
    running = 0
    for line in found.lines:
        running += line.amount
        assert running >= 0
