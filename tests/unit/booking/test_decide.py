"""Which commands are done, which are refused, and what remains true whatever comes?"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.booking.domain.decisions import Decided
from services.booking.domain.events import BookingChanged
from services.booking.domain.refusals import Refused
from services.booking.domain.results import BookingShown
from services.booking.domain.state import SessionState
from shared.messages.booking import BookingCommand, BookingStatus, RefusalCode
from tests.unit.booking import builders
from tests.unit.booking.builders import KEY, NOW, START, after, book, cancel, customer, session


def decide(state: SessionState | None, command: BookingCommand, now: datetime) -> Decided:
    return builders.decided(state, command, now)


def done(decided: Decided, status: BookingStatus = BookingStatus.CONFIRMED) -> BookingChanged:
    assert isinstance(decided.result, BookingShown), decided.result
    assert isinstance(decided.result.event, BookingChanged)
    assert decided.result.event.booking.status is status
    return decided.result.event


def refused(decided: Decided, code: RefusalCode) -> Refused:
    assert isinstance(decided.result, Refused), decided.result
    assert decided.result.code == code
    assert decided.draft.events == []
    return decided.result


def test_a_booking_bears_its_commands_id_and_costs_the_price_of_every_seat() -> None:
    command = book(1, party=3)
    event = done(decide(session(price=1500), command, NOW))
    assert event.booking.booking_id == command.command_id
    assert event.booking.total == 4500
    assert event.booking.booked_at == NOW


def test_a_party_gets_all_its_seats_or_none() -> None:
    state = session(capacity=10, taken=8)
    done(decide(state, book(1, party=2), NOW))
    assert (
        "only 2 places left"
        in refused(decide(state, book(1, party=3), NOW), RefusalCode.SESSION_FULL).sentence
    )


def test_a_full_session_says_so() -> None:
    assert "full" in refused(decide(session(taken=10), book(1), NOW), RefusalCode.SESSION_FULL).sentence


def test_a_customer_books_a_session_once_and_hears_the_reference() -> None:
    state = after(session(), book(1))
    again = refused(decide(state, book(1, command="another"), NOW), RefusalCode.ALREADY_BOOKED)
    assert state.bookings[customer(1)].reference in again.sentence
    assert again.moves == ("my_bookings",)


def test_already_booked_is_said_rather_than_full_or_started() -> None:
    state = after(session(capacity=1), book(1))
    refused(decide(state, book(1, command="another"), START), RefusalCode.ALREADY_BOOKED)


def test_booking_closes_when_the_session_starts() -> None:
    done(decide(session(), book(1), START - timedelta(microseconds=1)))
    refused(decide(session(), book(1), START), RefusalCode.SESSION_STARTED)


def test_a_cancelled_session_cannot_be_booked() -> None:
    refused(decide(session(cancelled=True), book(1), NOW), RefusalCode.SESSION_CANCELLED)


def test_a_session_nobody_knows_is_not_found() -> None:
    refused(decide(None, book(1), NOW), RefusalCode.NOT_FOUND)
    refused(decide(None, cancel(1, book(1).command_id), NOW), RefusalCode.NOT_FOUND)


def test_cancelling_gives_the_seats_back_and_the_customer_may_book_again() -> None:
    first = book(1, party=4)
    state = after(session(), first, cancel(1, first.command_id))
    assert (state.seats_taken, dict(state.bookings)) == (0, {})
    done(decide(state, book(1, command="again"), NOW))


def test_cancelling_is_possible_up_to_the_deadline_and_not_after() -> None:
    command = book(1)
    state = after(session(deadline=timedelta(hours=2)), command)
    at_deadline = START - timedelta(hours=2)
    done(decide(state, cancel(1, command.command_id), at_deadline), BookingStatus.CANCELLED)
    late = decide(state, cancel(1, command.command_id), at_deadline + timedelta(seconds=1))
    assert "2 hours before" in refused(late, RefusalCode.TOO_LATE_TO_CANCEL).sentence


def test_nobody_cancels_the_booking_of_somebody_else() -> None:
    command = book(1)
    state = after(session(), command, book(2))
    refused(decide(state, cancel(2, command.command_id), NOW), RefusalCode.NOT_FOUND)


def test_a_booking_is_cancelled_once() -> None:
    command = book(1)
    state = after(session(), command, cancel(1, command.command_id))
    refused(decide(state, cancel(1, command.command_id, command="twice"), NOW), RefusalCode.NOT_FOUND)


# --- whatever comes -----------------------------------------------------------------------------------

moves = st.lists(
    st.tuples(st.sampled_from(["book", "cancel"]), st.integers(0, 6), st.integers(1, 5), st.integers(0, 3)),
    max_size=60,
)
times = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=2)).map(lambda d: START - d)


def command_of(move: tuple[str, int, int, int], state: SessionState) -> BookingCommand:
    kind, number, party, nonce = move
    if kind == "book":
        return book(number, party=party, command=nonce)
    held = state.bookings.get(customer(number))
    return cancel(number, held.booking_id if held else UUID(int=nonce), command=nonce)


@given(moves, st.integers(1, 12), st.data())
def test_seats_are_never_oversold_and_always_add_up(
    script: list[tuple[str, int, int, int]], capacity: int, data: st.DataObject
) -> None:
    state = session(capacity=capacity)
    for move in script:
        decided = decide(state, command_of(move, state), data.draw(times))
        changed = decided.draft.sessions.get(KEY)
        if isinstance(decided.result, Refused):
            assert changed is None
            continue
        assert changed is not None
        assert changed.version == state.version + len(decided.draft.events)
        state = changed
        assert 0 <= state.seats_taken <= capacity
        assert state.seats_taken == sum(booking.party_size for booking in state.bookings.values())


@given(moves, st.integers(1, 12))
def test_deciding_the_same_command_again_decides_the_same(
    script: list[tuple[str, int, int, int]], capacity: int
) -> None:
    state = session(capacity=capacity)
    for move in script:
        command = command_of(move, state)
        first, second = decide(state, command, NOW), decide(state, command, NOW)
        assert (first.result, first.draft.events) == (second.result, second.draft.events)
        state = first.draft.sessions.get(KEY, state)
