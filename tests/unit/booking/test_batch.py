"""What does a batch of commands lead to, and which rows does it leave to write?"""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.booking.batch import Batch, key_of
from services.booking.domain.state import SessionState
from services.booking.store import versions
from shared.messages import booking as messages
from shared.messages.booking import BookingStatus, BookingView, CommandOutcome, RefusalCode
from tests.unit.booking.builders import (
    BUSINESS,
    KEY,
    NOW,
    START,
    TENANT,
    book,
    cancel,
    session,
    view_of,
    world,
)

END = START + timedelta(hours=1)


def outcome(batch: Batch, command: messages.BookSession | messages.CancelBooking) -> CommandOutcome:
    return CommandOutcome.model_validate_json(batch.answers[key_of(command)].text)


def current(batch: Batch) -> SessionState:
    state = batch.world.sessions[KEY]
    assert state is not None
    return state


def test_commands_are_decided_in_turn_each_seeing_the_ones_before() -> None:
    batch = Batch(world(session(capacity=2, version=7)))
    commands = [book(1), book(2), book(3)]
    for command in commands:
        batch.decide(command, NOW)

    assert [outcome(batch, c).booking is not None for c in commands] == [True, True, False]
    full = outcome(batch, commands[2]).refusal
    assert full is not None
    assert full.code == RefusalCode.SESSION_FULL
    assert versions(batch) == ([(*KEY, 7, 9, 2, END)], [])


def test_a_command_that_comes_twice_in_a_batch_counts_once() -> None:
    batch = Batch(world(session()))
    batch.decide(book(1), NOW)
    batch.decide(book(1), NOW + timedelta(seconds=1))
    assert len(batch.answers) == len(batch.rows.bookings) == len(batch.outgoing) == 1
    assert current(batch).seats_taken == 1


def test_a_session_that_only_refused_must_still_stand_at_its_version() -> None:
    batch = Batch(world(session(capacity=1, taken=1, version=4)))
    batch.decide(book(1), NOW)
    assert versions(batch) == ([], [(*KEY, 4)])
    assert not batch.outgoing


def test_a_booking_made_and_cancelled_in_one_batch_is_one_cancelled_row_and_two_events() -> None:
    batch = Batch(world(session()))
    made = book(1)
    given_back = cancel(1, made.command_id)
    batch.decide(made, NOW)
    batch.decide(given_back, NOW)

    (row,) = batch.rows.bookings.values()
    assert (row.new, row.ended_at, row.booking.status) == (True, NOW, BookingStatus.CANCELLED)
    sent = [message for messages in batch.outgoing.values() for message in messages]
    names = [message.subject.rsplit(".", 1)[1] for message in sent]
    assert names == ["booking_confirmed", "booking_cancelled"]


def test_a_booking_from_before_the_batch_is_cancelled_by_an_update() -> None:
    made = book(1)
    before = Batch(world(session()))
    before.decide(made, NOW)
    batch = Batch(world(current(before)))
    batch.decide(cancel(1, made.command_id), NOW)
    (row,) = batch.rows.bookings.values()
    assert (row.new, row.ended_at, row.booking.booking_id) == (False, NOW, made.command_id)


def test_an_unknown_session_is_answered_without_resting_on_any_version() -> None:
    batch = Batch(world(None))
    batch.decide(book(1), NOW)
    assert outcome(batch, book(1)).refusal is not None
    assert versions(batch) == ([], [])


@given(
    st.integers(1, 5),
    st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=30)),
    st.integers(0, 2**31 - 1),
)
def test_what_goes_out_reads_as_the_contracts_say(party: int, name: str | None, price: int) -> None:
    batch = Batch(world(session(price=price)))
    made = book(1, party=party, name=name)
    batch.decide(made, NOW)
    given_back = cancel(1, made.command_id)
    taken = current(batch)
    batch.decide(given_back, NOW + timedelta(minutes=1))

    booking = BookingView(
        booking_id=made.command_id,
        reference=taken.bookings[made.contact.customer_id].reference,
        status=BookingStatus.CONFIRMED,
        party_size=party,
        total=price * party,
        session=view_of(taken),
        booked_at=NOW,
    )
    confirmed = messages.BookingConfirmed(
        tenant_id=TENANT,
        event_id=made.command_id,
        at=NOW,
        booking=booking,
        contact=made.contact,
        business=BUSINESS,
    )
    over = booking.model_copy(update={"status": BookingStatus.CANCELLED, "session": view_of(current(batch))})
    cancelled = messages.BookingCancelled(
        tenant_id=TENANT,
        event_id=given_back.command_id,
        at=NOW + timedelta(minutes=1),
        booking=over,
        contact=made.contact,
        business=BUSINESS,
    )
    assert messages.BookingConfirmed.decode(batch.outgoing[key_of(made)][0].payload) == confirmed
    assert messages.BookingCancelled.decode(batch.outgoing[key_of(given_back)][0].payload) == cancelled
    assert outcome(batch, made) == CommandOutcome(command_id=made.command_id, booking=booking)
    assert outcome(batch, given_back) == CommandOutcome(command_id=given_back.command_id, booking=over)
