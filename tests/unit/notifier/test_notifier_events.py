"""What customers read about each of booking's events: what, when, where, who, how much, and what to do next."""

from __future__ import annotations

import pytest

from services.notifier.domain import texts
from services.notifier.domain.plan import plan
from services.notifier.domain.wording import WORDINGS
from shared.messages.booking import (
    EVENTS,
    BookingCancelled,
    BookingConfirmed,
    BookingEvent,
    BookingExpired,
    BookingNoShow,
    BookingPending,
    BookingRescheduled,
    BookingStatus,
    BookingView,
    OfferLapsed,
    OfferMade,
    PaymentChanged,
    SessionChanged,
    WaitlistClosed,
)
from shared.messages.conversation import ChannelAddress, TextBody
from tests.unit.notifier.factories import (
    HOUR,
    NOW,
    booking_view,
    business_view,
    cancelled,
    confirmed,
    contact,
    of_booking,
    of_entry,
    session_view,
)

LOCAL = "Mon 23 Nov, 19:00–20:00"
LINK = "https://pay.example/abc"


def view(**more: object) -> BookingView:
    return booking_view(local=LOCAL).model_copy(update=more)


def every_event(language: str = "en") -> list[BookingEvent]:
    """One of each, with everything it can hold."""
    waits = view(status=BookingStatus.PENDING_PAYMENT, expires_at=NOW + HOUR, pay_link=LINK)
    business = business_view(language)
    return [
        of_booking(BookingConfirmed, view(paid=500), business=business, from_waitlist=True),
        of_booking(BookingPending, waits, business=business),
        of_booking(
            BookingCancelled,
            view(refund=1000, fee=500),
            business=business,
            cancelled_by="business",
            reason="Ill",
        ),
        of_booking(BookingRescheduled, view(), business=business, previous=session_view(local="Sun")),
        of_booking(BookingExpired, view(), business=business, reason="not_paid"),
        of_booking(BookingNoShow, view(fee=1000), business=business),
        of_booking(
            SessionChanged,
            view(),
            business=business,
            previous=session_view(local="Sun", staff="Rui"),
            changed=("staff", "room", "time"),
        ),
        of_booking(PaymentChanged, view(), business=business, status="refunded", amount=1000),
        of_entry(OfferMade, business=business),
        of_entry(OfferLapsed, business=business),
        of_entry(WaitlistClosed, business=business, reason="full"),
    ]


@pytest.mark.parametrize("language", WORDINGS)
def test_every_event_of_booking_is_told_in_every_language_and_leaves_no_blank_unfilled(language: str) -> None:
    events = every_event(language)

    assert {type(event) for event in events} == set(EVENTS)
    for event in events:
        (notice,) = plan(event)
        assert isinstance(notice.body, TextBody)
        assert notice.purpose == event.name
        assert notice.message.to == event.contact.address
        assert "Vinyasa Yoga" in notice.body.text
        assert not {"{", "}", "None"} & set(notice.body.text.split())
        assert len(notice.body.text) < 1024


def test_a_message_about_an_entry_names_the_entry_and_one_about_a_booking_the_booking() -> None:
    for event in every_event():
        (notice,) = plan(event)
        if isinstance(event, OfferMade | OfferLapsed | WaitlistClosed):
            assert (notice.booking_id, notice.entry_id) == (None, event.entry.entry_id)
        else:
            assert (notice.booking_id, notice.entry_id) == (event.booking.booking_id, None)


def test_somebody_who_was_erased_is_written_to_no_more() -> None:
    nobody = contact().model_copy(
        update={"address": ChannelAddress(channel="erased", account_id="", user_id="")}
    )

    assert plan(of_booking(BookingConfirmed, who=nobody)) == []


# --- confirmed ---


def test_a_promotion_from_the_waitlist_is_good_news() -> None:
    text = texts.confirmation(of_booking(BookingConfirmed, from_waitlist=True))

    assert text.startswith("Good news: a place came free, and you're booked ✓\nVinyasa Yoga with Ana\n")


def test_a_deposit_and_what_is_open_are_said() -> None:
    text = texts.confirmation(confirmed(booking_view(party_size=2, paid=1000, method="card")))

    assert "2 places, €30.00\n€10.00 paid, €20.00 still to pay\n" in text


def test_a_booking_that_is_paid_says_so() -> None:
    text = texts.confirmation(confirmed(booking_view(paid=1500, method="card")))

    assert "1 place, €15.00\nPaid in full: €15.00\n" in text


def test_a_booking_by_credits_or_membership_names_them_instead_of_a_price() -> None:
    by_credits = booking_view(party_size=2, method="pass", credits=2, total=0)
    by_membership = booking_view(method="pass", total=0)

    assert "2 places, 2 credits\n" in texts.confirmation(confirmed(by_credits))
    assert "1 place, on your membership\n" in texts.confirmation(confirmed(by_membership))


def test_a_room_is_named_before_the_address_and_a_link_stands_in_for_both() -> None:
    in_room = texts.confirmation(confirmed(booking_view(room="Studio 2")))
    online = texts.confirmation(confirmed(booking_view(room="https://meet.example/x?y=1&z=" + "a" * 300)))

    assert "\nRoom: Studio 2\nRua das Flores 12, Lisboa\n" in in_room
    assert "\nJoin here: https://meet.example/x?y=1&z=" + "a" * 300 + "\n" in online
    assert "Rua das Flores" not in online


# --- pending ---


def test_a_place_that_awaits_payment_comes_with_the_link_and_until_when() -> None:
    waits = view(
        status=BookingStatus.PENDING_PAYMENT, expires_at=NOW + HOUR / 2, pay_link="https://pay.example/abc"
    )

    assert texts.pending(of_booking(BookingPending, waits)) == (
        "Almost there! Your place is kept until 12:30.\n"
        "Vinyasa Yoga with Ana\n"
        "Mon 23 Nov, 19:00–20:00 (Lisbon time)\n"
        "1 place, €15.00\n"
        "Reference ABC123\n"
        "\n"
        "Please pay here: https://pay.example/abc"
    )


def test_nothing_is_said_of_a_payment_before_there_is_a_link_to_pay_it() -> None:
    waits = view(status=BookingStatus.PENDING_PAYMENT, expires_at=NOW + HOUR)

    assert plan(of_booking(BookingPending, waits)) == []


@pytest.mark.parametrize("link", ["javascript:alert(1)", "https://pay.example/a b", "https://a\nb", ""])
def test_what_is_no_web_address_is_never_sent_as_a_link(link: str) -> None:
    waits = view(status=BookingStatus.PENDING_PAYMENT, expires_at=NOW + HOUR, pay_link=link)

    assert texts.pending(of_booking(BookingPending, waits)) is None


def test_a_booking_that_is_confirmed_already_is_not_asked_to_be_paid_by_a_late_link() -> None:
    assert plan(of_booking(BookingPending, view(pay_link="https://pay.example/abc"))) == []


def test_a_request_that_awaits_approval_says_who_answers_and_by_when() -> None:
    waits = view(status=BookingStatus.PENDING_APPROVAL, expires_at=NOW + 24 * HOUR)

    text = texts.pending(of_booking(BookingPending, waits))

    assert text is not None
    assert text.startswith(
        "Thank you! Casa Yoga will answer by Monday 23 November, 12:00; your place is kept until then.\n"
    )


# --- cancelled, expired, no-show ---


def test_a_cancellation_says_what_comes_back_and_what_it_costs() -> None:
    event = of_booking(BookingCancelled, booking_view(paid=1500, refund=1000, fee=500))

    assert texts.cancellation(event) == (
        "Your booking is cancelled.\n"
        "Vinyasa Yoga with Ana\n"
        "Monday 23 November, 19:00–20:00 (Lisbon time)\n"
        "Refund: €10.00\n"
        "Cancellation fee: €5.00\n"
        "Reference ABC123\n"
        "\n"
        "Want another time? Just tell me."
    )


def test_the_reason_that_staff_gave_is_passed_on() -> None:
    text = texts.cancellation(cancelled(cancelled_by="business", reason="Ana is ill.\nSorry"))

    assert text.splitlines()[:2] == [
        "Casa Yoga had to cancel your booking. Sorry about that!",
        "Reason: Ana is ill. Sorry",
    ]


@pytest.mark.parametrize("code", ["late", "offer_withdrawn"])
def test_a_code_of_ours_is_no_reason_for_people(code: str) -> None:
    assert texts.cancellation(cancelled(reason=code)) == texts.cancellation(cancelled())


def test_a_class_with_too_few_people_says_that_it_was_for_that() -> None:
    text = texts.cancellation(cancelled(cancelled_by="system", reason="too few people"))

    assert text.startswith("Your booking was cancelled.\nToo few people had booked.\n")


def test_a_request_that_was_declined_was_never_a_booking_to_be_cancelled() -> None:
    text = texts.cancellation(cancelled(cancelled_by="business", reason="declined"))

    assert text.startswith(
        "Casa Yoga could not accept your request. Sorry about that!\nVinyasa Yoga with Ana\n"
    )


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("not_paid", "We did not get your payment in time, so your place was given up."),
        ("not_approved", "Casa Yoga did not answer in time, so your request has ended. Sorry about that!"),
        ("cancelled", "Casa Yoga had to cancel your booking. Sorry about that!"),
        ("started", "Your place could not be kept any longer."),
        ("a_reason_of_next_year", "Your place could not be kept any longer."),
    ],
)
def test_a_place_that_was_given_up_says_why(reason: str, said: str) -> None:
    text = texts.expired(of_booking(BookingExpired, reason=reason))

    assert text == (
        f"{said}\n"
        "Vinyasa Yoga with Ana\n"
        "Mon 23 Nov, 19:00–20:00 (Lisbon time)\n"
        "Reference ABC123\n"
        "\n"
        "Want another time? Just tell me."
    )


def test_a_no_show_is_missed_and_told_the_fee_when_there_is_one() -> None:
    charged = texts.no_show(of_booking(BookingNoShow, view(fee=1000)))
    waived = texts.no_show(of_booking(BookingNoShow, view()))

    assert charged.startswith("We missed you!\nVinyasa Yoga with Ana\n")
    assert "Fee for not coming: €10.00\n" in charged
    assert "ee for" not in waived
    assert charged.endswith("\n\nWere you there after all? Just tell me.")


# --- changes ---


def test_a_move_says_what_was_and_what_is_now() -> None:
    booking = booking_view(local="Tue 24 Nov, 18:00–19:00", paid=1500)
    event = of_booking(BookingRescheduled, booking, previous=session_view())

    assert texts.rescheduled(event) == (
        "Your booking has moved ✓\n"
        "Vinyasa Yoga with Ana\n"
        "Was: Mon 23 Nov, 19:00–20:00\n"
        "Now: Tue 24 Nov, 18:00–19:00 (Lisbon time)\n"
        "1 place, €15.00\n"
        "Paid in full: €15.00\n"
        "Rua das Flores 12, Lisboa\n"
        "Reference ABC123\n"
        "\n"
        'Reply "cancel my booking" if you can\'t make it.'
    )


def test_a_move_to_another_class_names_the_one_before() -> None:
    event = of_booking(BookingRescheduled, view(), previous=session_view(service="Pilates", staff="Rui"))

    assert "\nWas: Pilates with Rui, Mon 23 Nov, 19:00–20:00\n" in texts.rescheduled(event)


def test_another_teacher_and_room_are_said_with_those_before() -> None:
    booking = booking_view(staff="Rui", room="Studio 2", local=LOCAL)
    before = session_view(staff="Ana", room="Studio 1")
    event = of_booking(SessionChanged, booking, previous=before, changed=("staff", "room"))

    assert texts.changed(event) == (
        "Casa Yoga has changed something about your booking.\n"
        "Vinyasa Yoga\n"
        "Mon 23 Nov, 19:00–20:00 (Lisbon time)\n"
        "With: Rui (was Ana)\n"
        "Room: Studio 2 (was Studio 1)\n"
        "Reference ABC123\n"
        "\n"
        'Reply "cancel my booking" if you can\'t make it.'
    )


def test_another_time_is_said_with_the_one_before_and_only_what_changed_is_said() -> None:
    before = session_view(local="Mon 23 Nov, 18:00–19:00")
    text = texts.changed(of_booking(SessionChanged, view(), previous=before, changed=("time",)))

    assert (
        "\nVinyasa Yoga with Ana\n"
        "Was: Mon 23 Nov, 18:00–19:00\n"
        "Now: Mon 23 Nov, 19:00–20:00 (Lisbon time)\n"
        "Reference ABC123\n"
    ) in text
    assert "With:" not in text
    assert "Room:" not in text


def test_a_teacher_who_is_not_named_yet_is_announced_later_and_a_new_link_is_whole() -> None:
    booking = booking_view(staff=None, room="https://meet.example/new", local=LOCAL)
    before = session_view(room="https://meet.example/old")
    text = texts.changed(of_booking(SessionChanged, booking, previous=before, changed=("staff", "room")))

    assert "\nWith: to be announced (was Ana)\nJoin here: https://meet.example/new\n" in text


# --- payments ---


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("failed", "Your payment of €10.00 did not go through."),
        ("disputed", "A payment of €10.00 is disputed with your bank. Casa Yoga will look into it."),
        ("refunded", "€10.00 is on its way back to you."),
        ("refund_failed", "€10.00 could not be sent back to you yet. Casa Yoga will sort it out with you."),
    ],
)
def test_news_of_a_payment_names_the_amount_and_the_booking(status: str, said: str) -> None:
    text = texts.payment(of_booking(PaymentChanged, status=status, amount=1000))

    assert text == (f"{said}\nVinyasa Yoga with Ana\nMon 23 Nov, 19:00–20:00 (Lisbon time)\nReference ABC123")


def test_a_failed_payment_can_be_tried_again_by_its_link() -> None:
    text = texts.payment(
        of_booking(PaymentChanged, view(pay_link="https://pay.example/abc"), status="failed", amount=1)
    )

    assert text is not None
    assert text.endswith("\n\nPlease pay here: https://pay.example/abc")


def test_a_payments_inner_steps_are_not_told() -> None:
    assert plan(of_booking(PaymentChanged, status="authorised", amount=1000)) == []
