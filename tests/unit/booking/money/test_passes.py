"""Which passes pay for the seats, and why not?"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.booking.domain.money.choose import (
    NoPass,
    PassesRefused,
    PassRequest,
    PassUse,
    choose_for_order,
    choose_passes,
)
from services.booking.domain.money.membership import Days
from services.booking.domain.money.passes import (
    GiftCard,
    GiftUse,
    Membership,
    MembershipTerms,
    Pack,
    PackTerms,
    PassTerms,
    Use,
    pack_valid_to,
    redeem,
)
from tests.unit.booking.money.money_builders import ANA, ENDS_AT, LISBON, RUI, STARTS_AT, before

TODAY = date(2026, 11, 23)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
TEN = PackTerms(name="Ten classes", price=10_000, credits=10, services=("yoga",))


def pack(number: int = 1, left: int = 10, **changes: Any) -> Pack:
    values: dict[str, Any] = {
        "pass_id": UUID(int=number),
        "owner_id": ANA,
        "terms": TEN,
        "credits_left": left,
        "valid_from": date(2026, 11, 1),
        "valid_to": date(2026, 12, 31),
    }
    return Pack(**{**values, **changes})


def membership(number: int = 50, uses: tuple[Use, ...] = (), **changes: Any) -> Membership:
    own = {
        key: changes.pop(key)
        for key in ("pauses", "blocked", "ended_on", "owner_id", "first_day")
        if key in changes
    }
    terms = MembershipTerms(name="Monthly", tier="gold", price=4900, **changes)
    return Membership(
        UUID(int=number), own.pop("owner_id", ANA), terms, own.pop("first_day", TODAY), uses, **own
    )


def wish(party: int = 1, at: datetime = STARTS_AT, service: str = "yoga") -> PassRequest:
    return PassRequest(ANA, service, at, at + (ENDS_AT - STARTS_AT), LISBON, party)


def use(at: datetime) -> Use:
    return Use(at, at + timedelta(hours=1))


def reason(*passes: Pack | Membership, request: PassRequest | None = None) -> NoPass:
    found = choose_passes(passes, request or wish())
    assert isinstance(found, PassesRefused)
    return found.reason


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"left": 0}, NoPass.NO_CREDIT),
        ({"valid_from": TODAY + DAY}, NoPass.NOT_YET_VALID),
        ({"valid_to": TODAY - DAY}, NoPass.EXPIRED),
        ({"owner_id": RUI}, NoPass.NOT_OWNER),
        ({"terms": TEN.model_copy(update={"services": ("pilates",)})}, NoPass.NOT_VALID_FOR_SERVICE),
        ({"blocked": (Days(TODAY, TODAY),)}, NoPass.BLOCKED),
    ],
)
def test_a_pack_that_cannot_be_used_says_why(changes: dict[str, Any], why: NoPass) -> None:
    """Case 62. None left, outside its validity, another's, not for this class, blocked on that day."""
    assert reason(pack(**changes)) is why


@pytest.mark.parametrize(
    "changes", [{"left": 1}, {"valid_from": TODAY}, {"valid_to": TODAY}, {"valid_to": None}]
)
def test_a_pack_can_be_used_to_the_last_of_its_limits(changes: dict[str, Any]) -> None:
    """Case 62. The first and the last day, and the last credit."""
    assert choose_passes([pack(**changes)], wish()) == (PassUse(UUID(int=1), 1, 1),)


def test_the_day_of_the_session_on_the_businesss_clock_decides() -> None:
    """Case 62. 00:30 on 24 November in Tokyo is still the 23rd in UTC: the pack ended."""
    request = PassRequest(ANA, "yoga", STARTS_AT, ENDS_AT, "Asia/Tokyo")

    assert reason(pack(valid_to=TODAY), request=request) is NoPass.EXPIRED


def test_the_earliest_expiring_credits_go_first_over_several_packs() -> None:
    """Case 62. Three seats: one from the pack that ends first, the rest from the next; never the endless one."""
    packs = [
        pack(1, valid_to=None),
        pack(2, left=5, valid_to=date(2027, 1, 31)),
        pack(3, left=1, valid_to=date(2026, 11, 30)),
    ]

    assert choose_passes(packs, wish(party=3)) == (PassUse(UUID(int=3), 1, 1), PassUse(UUID(int=2), 2, 2))


def test_a_party_is_paid_whole_or_not_at_all() -> None:
    found = choose_passes([pack(left=2)], wish(party=3))

    assert found == PassesRefused(NoPass.NO_CREDIT, ())


@pytest.mark.parametrize(
    ("held", "why"),
    [
        (membership(pauses=(Days(TODAY, TODAY),)), NoPass.PAUSED),
        (membership(blocked=(Days(TODAY, TODAY),)), NoPass.BLOCKED),
        (membership(first_day=TODAY + DAY), NoPass.NOT_YET_VALID),
        (membership(ended_on=TODAY - DAY), NoPass.EXPIRED),
        (membership(first_day=date(2026, 10, 23), renews=False), NoPass.EXPIRED),
        (membership(services=("pilates",)), NoPass.NOT_VALID_FOR_SERVICE),
        (membership(owner_id=RUI), NoPass.NOT_OWNER),
        (membership(uses=(use(STARTS_AT + WEEK),), uses_per_period=1), NoPass.PERIOD_USED_UP),
        (membership(uses=(use(STARTS_AT + DAY),), uses_per_week=1), NoPass.WEEK_USED_UP),
    ],
)
def test_a_membership_that_cannot_be_used_says_why(held: Membership, why: NoPass) -> None:
    """Case 62. Paused or blocked on that day, outside its period, used up, another's, not for this class."""
    assert reason(held) is why


def test_uses_of_another_week_or_period_do_not_count() -> None:
    last_sunday = membership(first_day=date(2026, 11, 1), uses=(use(STARTS_AT - DAY),), uses_per_week=1)
    next_period = membership(uses=(use(STARTS_AT + 5 * WEEK),), uses_per_period=1)

    for held in (last_sunday, next_period):
        assert choose_passes([held], wish()) == (PassUse(UUID(int=50), 1, 0),)


def test_a_pause_lengthens_a_membership_of_one_period() -> None:
    paused = membership(
        first_day=date(2026, 10, 23), renews=False, pauses=(Days(date(2026, 11, 2), date(2026, 11, 2)),)
    )

    assert choose_passes([paused], wish()) == (PassUse(UUID(int=50), 1, 0),)
    assert paused.ends_at(TODAY + DAY, LISBON) is None
    assert paused.ends_at(TODAY, LISBON) == datetime.fromisoformat("2026-11-23T23:59:59+00:00")


def test_two_bookings_under_one_membership_must_not_overlap_unless_allowed() -> None:
    """Case 63. Touching ones are fine; half an hour of overlap is not."""
    overlapping, touching = use(STARTS_AT + timedelta(minutes=30)), use(ENDS_AT)

    assert reason(membership(uses=(overlapping,))) is NoPass.PARALLEL_USE
    for held in (membership(uses=(touching,)), membership(uses=(overlapping,), parallel_use=True)):
        assert choose_passes([held], wish()) == (PassUse(UUID(int=50), 1, 0),)


def test_the_lines_of_one_order_count_towards_its_limits() -> None:
    """Case 63. Two uses a period: the third line of the same order has none left; nor has a pack of two credits."""
    lines = [wish(at=STARTS_AT + n * DAY) for n in range(3)]
    held = membership(uses_per_period=2)

    assert isinstance(choose_for_order([held], lines[:2]), tuple)
    refused = choose_for_order([held], lines)
    assert isinstance(refused, PassesRefused)
    assert refused.reason is NoPass.PERIOD_USED_UP
    short = choose_for_order([pack(left=2)], lines)
    assert isinstance(short, PassesRefused)
    assert short.reason is NoPass.NO_CREDIT


def test_the_lines_of_one_order_must_not_overlap_under_one_membership() -> None:
    """Case 63. Parallel use within one order is parallel use too."""
    found = choose_for_order([membership()], [wish(), wish(at=STARTS_AT + timedelta(minutes=15))])

    assert isinstance(found, PassesRefused)
    assert found.reason is NoPass.PARALLEL_USE


def test_a_membership_pays_for_its_owner_and_credits_for_the_guests() -> None:
    assert choose_passes([pack(), membership()], wish(party=3)) == (
        PassUse(UUID(int=50), 1, 0),
        PassUse(UUID(int=1), 2, 2),
    )
    assert reason(membership(), request=wish(party=2)) is NoPass.NO_CREDIT
    assert reason(membership(50), membership(51), request=wish(party=2)) is NoPass.NO_CREDIT


def test_of_several_reasons_the_most_hopeful_is_said_and_each_is_known() -> None:
    found = choose_passes([pack(1, left=0), pack(2, owner_id=RUI)], wish())

    assert isinstance(found, PassesRefused)
    assert found.reason is NoPass.NO_CREDIT
    assert dict(found.each) == {UUID(int=1): NoPass.NO_CREDIT, UUID(int=2): NoPass.NOT_OWNER}
    assert reason() is NoPass.NONE_HELD


@given(st.lists(st.integers(0, 4), max_size=5), st.integers(1, 8))
def test_no_pack_gives_more_than_it_has_and_a_party_that_could_be_paid_is(
    left: list[int], party: int
) -> None:
    packs = [pack(number, credits_) for number, credits_ in enumerate(left)]
    found = choose_passes(packs, wish(party=party))

    assert isinstance(found, tuple) == (sum(left) >= party)
    if isinstance(found, tuple):
        assert sum(one.credits for one in found) == party
        assert all(0 < one.credits <= left[one.pass_id.int] for one in found)


@pytest.mark.parametrize(
    ("days", "months", "ends"),
    [(None, None, None), (1, None, TODAY), (30, None, date(2026, 12, 22)), (90, 1, date(2026, 12, 22))],
)
def test_a_pack_ends_with_the_earlier_of_its_days_and_its_months(
    days: int | None, months: int | None, ends: date | None
) -> None:
    terms = PackTerms(name="Pack", price=1, credits=1, valid_days=days, valid_months=months)

    assert pack_valid_to(terms, TODAY) == ends


def test_gift_cards_pay_as_far_as_they_go_the_earliest_to_expire_first() -> None:
    cards = (
        GiftCard(UUID(int=1), "EUR", 5000),
        GiftCard(UUID(int=2), "EUR", 700, TODAY),
        GiftCard(UUID(int=3), "EUR", 900, TODAY - DAY),
        GiftCard(UUID(int=4), "USD", 900),
        GiftCard(UUID(int=5), "EUR", 900, blocked=True),
    )

    assert redeem(cards, 1000, "EUR", before(), LISBON) == (
        GiftUse(UUID(int=2), 700),
        GiftUse(UUID(int=1), 300),
    )
    assert redeem(cards, 0, "EUR", before(), LISBON) == ()


def test_products_survive_being_stored() -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(PassTerms)
    for terms in (TEN, membership().terms):
        assert adapter.validate_json(adapter.dump_json(terms)) == terms
