"""What may a place be: held, awaiting approval or payment, kept back, limited? Decisions around the plain booking."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from services.booking.domain import events as ev
from services.booking.domain.decisions import Decided, decide
from services.booking.domain.money.rules import Pricing
from services.booking.domain.policy import CustomerLimits, MinimumAttendance, ServicePolicy
from services.booking.domain.refusals import Refused
from services.booking.domain.results import BookingShown
from services.booking.domain.state import Account, Commitment, SessionState
from services.booking.domain.world import World
from shared.ids import derive
from shared.messages import booking as msg
from shared.messages.booking import BookingStatus, RefusalCode
from tests.unit.booking.builders import (
    KEY,
    NOW,
    START,
    TENANT,
    book,
    cancel,
    contact,
    customer,
    session,
    world,
)


class Room:
    """One session and the customers around it, through as many commands as a test likes."""

    def __init__(self, state: SessionState, *accounts: Account) -> None:
        self.world: World = world(state, *accounts)
        self.now = NOW

    @property
    def state(self) -> SessionState:
        state = self.world.sessions[KEY]
        assert state is not None
        return state

    def do(self, command: msg.BookingCommand) -> Decided:
        decided = decide(self.world, command, self.now)
        self.world.sessions.update(decided.draft.sessions)
        self.world.accounts.update(decided.draft.accounts)
        return decided

    def refused(self, command: msg.BookingCommand, code: RefusalCode) -> Refused:
        result = self.do(command).result
        assert isinstance(result, Refused), result
        assert result.code == code
        return result

    def shown(self, command: msg.BookingCommand, status: BookingStatus) -> ev.BookingChanged:
        result = self.do(command).result
        assert isinstance(result, BookingShown), result
        assert isinstance(result.event, ev.BookingChanged)
        assert result.event.booking.status is status
        return result.event


def hold(number: int, *, party: int = 1) -> msg.BookSession:
    return book(number, party=party, command="hold").model_copy(update={"hold": True})


def confirm(number: int, booking_id: UUID, **fields: object) -> msg.ConfirmHold:
    return msg.ConfirmHold.model_validate(
        {
            "tenant_id": TENANT,
            "command_id": derive("confirm", number, booking_id),
            "session_id": KEY[1],
            "booking_id": booking_id,
            "customer_id": customer(number),
            **fields,
        }
    )


def test_a_hold_is_consumed_once() -> None:
    """Case 36. A hold becomes one booking; asked again it is said to be no hold any more."""
    room = Room(session())
    held = room.shown(hold(1), BookingStatus.HELD)
    room.shown(confirm(1, held.booking.booking_id), BookingStatus.CONFIRMED)
    again = confirm(1, held.booking.booking_id).model_copy(update={"command_id": derive("again")})
    room.refused(again, RefusalCode.WRONG_STATE)
    assert room.state.seats_taken == 1


def test_a_hold_that_never_was_is_told_from_one_of_somebody_else() -> None:
    """Case 36. Missing, and another customer's: neither gets a place."""
    room = Room(session())
    held = room.shown(hold(1), BookingStatus.HELD)
    room.refused(confirm(1, derive("no such hold")), RefusalCode.HOLD_EXPIRED)
    room.refused(confirm(2, held.booking.booking_id), RefusalCode.HOLD_EXPIRED)


def test_an_expired_hold_gives_no_place_and_its_seat_is_free() -> None:
    """Case 36. The hold's time counts, whether or not an alarm rang."""
    room = Room(session(capacity=1))
    held = room.shown(hold(1), BookingStatus.HELD)
    assert held.booking.expires_at == NOW + timedelta(minutes=10)
    room.now = NOW + timedelta(minutes=10)
    room.shown(book(2), BookingStatus.CONFIRMED)
    room.refused(confirm(1, held.booking.booking_id), RefusalCode.HOLD_EXPIRED)


def test_booking_again_confirms_my_own_hold_for_the_same_party() -> None:
    """Case 36. Whoever holds two places and books two, books those; another number is another wish."""
    room = Room(session())
    held = room.shown(hold(1, party=2), BookingStatus.HELD)
    room.refused(book(1, party=3), RefusalCode.ALREADY_BOOKED)
    event = room.shown(book(1, party=2), BookingStatus.CONFIRMED)
    assert event.booking.booking_id == held.booking.booking_id
    assert room.state.seats_taken == 2


def test_seats_kept_back_for_walk_ins_are_not_sold_to_the_public() -> None:
    """Case 40. A seat is either for sale or kept back; staff may give a kept-back one, and never beyond the capacity."""
    room = Room(session(capacity=2, held_back=1))
    room.shown(book(1), BookingStatus.CONFIRMED)
    room.refused(book(2), RefusalCode.SESSION_FULL)
    by_staff = book(2, command="staff").model_copy(update={"by": "business"})
    room.refused(by_staff, RefusalCode.SESSION_FULL)
    over = book(2, command="walk-in").model_copy(update={"by": "business", "overbook": True})
    room.shown(over, BookingStatus.CONFIRMED)
    room.refused(
        book(3, command="walk-in").model_copy(update={"by": "business", "overbook": True}),
        RefusalCode.SESSION_FULL,
    )
    assert room.state.seats_taken == room.state.facts.capacity


def test_a_booking_that_needs_approval_keeps_its_place_until_it_is_decided() -> None:
    """Case 39. Pending protects the place; declining frees it."""
    room = Room(session(capacity=1, policy=ServicePolicy(approval=True)))
    pending = room.shown(book(1), BookingStatus.PENDING_APPROVAL)
    assert pending.name == msg.BookingPending.name
    room.refused(book(2), RefusalCode.SESSION_FULL)
    decline = msg.DecideApproval(
        tenant_id=TENANT,
        command_id=derive("decline"),
        session_id=KEY[1],
        booking_id=pending.booking.booking_id,
        approve=False,
    )
    event = room.shown(decline, BookingStatus.CANCELLED)
    assert (event.by, event.reason) == ("business", "declined")
    room.shown(book(2), BookingStatus.PENDING_APPROVAL)


def test_no_cash_is_taken_for_a_place_that_may_still_be_declined() -> None:
    room = Room(session(policy=ServicePolicy(approval=True)))
    pending = room.shown(book(1), BookingStatus.PENDING_APPROVAL)
    cash = msg.RecordPayment(
        tenant_id=TENANT,
        command_id=derive("cash"),
        session_id=KEY[1],
        booking_id=pending.booking.booking_id,
        payment_id=derive("payment"),
        method="cash",
        status="captured",
        amount=1500,
    )
    assert "approve" in room.refused(cash, RefusalCode.WRONG_STATE).sentence


def test_an_approved_booking_is_confirmed_and_cannot_be_approved_twice() -> None:
    room = Room(session(policy=ServicePolicy(approval=True)))
    pending = room.shown(book(1), BookingStatus.PENDING_APPROVAL)

    def approve(word: str) -> msg.DecideApproval:
        return msg.DecideApproval(
            tenant_id=TENANT,
            command_id=derive(word),
            session_id=KEY[1],
            booking_id=pending.booking.booking_id,
            approve=True,
        )

    room.shown(approve("yes"), BookingStatus.CONFIRMED)
    room.refused(approve("yes again"), RefusalCode.WRONG_STATE)


def test_a_booking_to_be_paid_at_once_waits_for_its_payment_and_then_ends() -> None:
    policy = ServicePolicy(pricing=Pricing.model_validate({"prepayment": {"due": "all"}}), payment_minutes=15)
    room = Room(session(capacity=1, policy=policy))
    decided = room.do(book(1, party=1))
    (asked,) = [e for e in decided.draft.events if isinstance(e, ev.PaymentAsked)]
    assert (asked.amount, asked.currency, asked.expires_at) == (1500, "EUR", NOW + timedelta(minutes=15))
    room.now = NOW + timedelta(minutes=15)
    ended = room.do(book(2))
    assert any(
        isinstance(e, ev.PaymentDropped) and e.payment_id == asked.payment_id for e in ended.draft.events
    )
    names = [e.name for e in ended.draft.events if isinstance(e, ev.BookingChanged)]
    assert names[0] == msg.BookingExpired.name


def test_minimum_notice_and_horizon_bind_customers_and_not_the_staff() -> None:
    policy = ServicePolicy(minimum_notice_minutes=60, horizon_days=3)
    room = Room(session(policy=policy))
    room.now = START - timedelta(minutes=59)
    assert "until 1 hour before" in room.refused(book(1), RefusalCode.OUTSIDE_WINDOW).sentence
    room.now = START - timedelta(days=4)
    assert "3 days ahead" in room.refused(book(1, command=2), RefusalCode.OUTSIDE_WINDOW).sentence
    room.shown(book(1, command=3).model_copy(update={"by": "business"}), BookingStatus.CONFIRMED)


@pytest.mark.parametrize(
    ("limits", "starts_at", "words"),
    [
        (CustomerLimits(active=1), START + timedelta(days=30), "1 booking at a time"),
        (CustomerLimits(per_day=1), START - timedelta(hours=3), "1 booking a day"),
        (CustomerLimits(per_week=1), START + timedelta(days=2), "1 booking a week"),
    ],
)
def test_a_customer_has_no_more_of_a_service_than_it_allows(
    limits: CustomerLimits, starts_at: datetime, words: str
) -> None:
    held = Commitment(
        derive("other booking"), derive("other"), derive("service"), starts_at, starts_at + timedelta(hours=1),
        date(starts_at.year, starts_at.month, starts_at.day),
    )  # fmt: skip
    account = Account(TENANT, customer(1), 1, commitments=(held,))
    room = Room(session(policy=ServicePolicy(limits=limits)), account)
    assert words in room.refused(book(1), RefusalCode.LIMIT_REACHED).sentence
    room.shown(book(2), BookingStatus.CONFIRMED)


def test_a_limit_per_week_counts_the_businesss_weeks() -> None:
    """Case 33. START is a Monday: with weeks that begin on Sunday, the day before is in the same week."""
    sunday = START - timedelta(days=1, hours=2)
    held = Commitment(
        derive("b"), derive("other"), derive("service"), sunday, sunday + timedelta(hours=1), sunday.date()
    )
    account = Account(TENANT, customer(1), 1, commitments=(held,))
    policy = ServicePolicy(limits=CustomerLimits(per_week=1))
    Room(session(policy=policy), account).shown(book(1), BookingStatus.CONFIRMED)
    state = session(policy=policy)
    from_sunday = replace(state, facts=replace(state.facts, week_starts_on="sun"))
    Room(from_sunday, account).refused(book(1), RefusalCode.LIMIT_REACHED)


def test_what_is_over_does_not_count_as_active() -> None:
    before = NOW - timedelta(hours=2)
    held = Commitment(derive("b"), derive("other"), derive("service"), before, NOW, before.date())
    account = Account(TENANT, customer(1), 1, commitments=(held,))
    Room(session(policy=ServicePolicy(limits=CustomerLimits(active=1))), account).shown(
        book(1), BookingStatus.CONFIRMED
    )


def test_a_party_larger_than_allowed_is_refused_with_the_number() -> None:
    room = Room(session(policy=ServicePolicy(limits=CustomerLimits(party_size=2))))
    assert "at most 2 places" in room.refused(book(1, party=3), RefusalCode.LIMIT_REACHED).sentence


def test_a_blocked_customer_does_not_book_by_chat_but_staff_may_book_for_them() -> None:
    room = Room(session(), Account(TENANT, customer(1), 1, blocked=True))
    room.refused(book(1), RefusalCode.CUSTOMER_BLOCKED)
    room.shown(book(1, command="staff").model_copy(update={"by": "business"}), BookingStatus.CONFIRMED)


def test_nobody_books_two_things_at_the_same_time_unless_the_service_allows_it() -> None:
    other = Commitment(
        derive("other booking"), derive("other"), derive("yin"), START + timedelta(minutes=59),
        START + timedelta(hours=2), START.date(),
    )  # fmt: skip
    busy = Account(TENANT, customer(1), 1, commitments=(other,))
    Room(session(), busy).refused(book(1), RefusalCode.BOOKED_ELSEWHERE)
    Room(session(policy=ServicePolicy(overlap=True)), busy).shown(book(1), BookingStatus.CONFIRMED)
    touching = replace(other, starts_at=START + timedelta(hours=1))
    Room(session(), replace(busy, commitments=(touching,))).shown(book(1), BookingStatus.CONFIRMED)


def test_a_session_with_too_few_people_is_cancelled_before_its_start_and_everyone_told() -> None:
    room = Room(session(policy=ServicePolicy(minimum=MinimumAttendance(seats=3, hours_before=2))))
    room.shown(book(1), BookingStatus.CONFIRMED)
    assert room.state.due_at == START - timedelta(hours=2)
    room.now = START - timedelta(hours=2)
    settle = msg.SettleSession(tenant_id=TENANT, command_id=derive("alarm"), session_id=KEY[1])
    decided = room.do(settle)
    told = [e for e in decided.draft.events if isinstance(e, ev.BookingChanged)]
    assert [(e.name, e.by, e.reason) for e in told] == [("booking_cancelled", "system", "too few people")]
    assert room.state.facts.cancelled
    assert room.state.due_at is None


def test_enough_people_keep_the_session_and_the_check_does_not_ring_again() -> None:
    room = Room(session(policy=ServicePolicy(minimum=MinimumAttendance(seats=1, hours_before=2))))
    room.shown(book(1), BookingStatus.CONFIRMED)
    room.now = START - timedelta(hours=2)
    room.do(msg.SettleSession(tenant_id=TENANT, command_id=derive("alarm"), session_id=KEY[1]))
    assert not room.state.facts.cancelled
    assert room.state.due_at == room.state.facts.ends_at


def test_settling_what_is_settled_changes_nothing() -> None:
    room = Room(session())
    room.shown(book(1), BookingStatus.CONFIRMED)
    before = room.state
    room.do(msg.SettleSession(tenant_id=TENANT, command_id=derive("alarm"), session_id=KEY[1]))
    assert room.state is before


def test_what_was_due_happens_also_when_the_command_that_found_it_is_refused() -> None:
    room = Room(session(capacity=1))
    room.shown(hold(1), BookingStatus.HELD)
    room.now = NOW + timedelta(minutes=10)
    room.refused(cancel(2, derive("nobody's")), RefusalCode.NOT_FOUND)
    assert room.state.seats_taken == 0


def test_staff_cancel_without_a_fee_and_without_a_deadline() -> None:
    room = Room(session())
    made = room.shown(book(1), BookingStatus.CONFIRMED)
    room.now = START - timedelta(minutes=5)
    room.refused(cancel(1, made.booking.booking_id), RefusalCode.TOO_LATE_TO_CANCEL)
    by_staff = cancel(1, made.booking.booking_id, command="staff").model_copy(update={"by": "business"})
    assert room.shown(by_staff, BookingStatus.CANCELLED).by == "business"


def test_the_contact_of_a_booking_is_handed_on_as_it_came() -> None:
    room = Room(session())
    event = room.shown(book(1), BookingStatus.CONFIRMED)
    assert msg.Contact.model_validate_json(event.booking.contact) == contact(1)
