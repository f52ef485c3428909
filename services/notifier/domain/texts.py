"""What does a customer read about a booking? One short message per fact, in their language, in the business's time zone."""

from __future__ import annotations

from dataclasses import replace

from services.notifier.domain.local import is_link, one_line
from services.notifier.domain.parts import (
    Voice,
    compose,
    filename,
    local,
    paid,
    price,
    reference,
    voice_of,
    what,
    when,
    when_in_full,
    where,
)
from shared.messages.booking import (
    BookingCancelled,
    BookingConfirmed,
    BookingExpired,
    BookingNoShow,
    BookingPending,
    BookingRescheduled,
    BookingStatus,
    PaymentChanged,
    SessionChanged,
)


def confirmation(event: BookingConfirmed) -> str:
    """A place is held: what, when, where, how many, how much, what of it is paid, and how to cancel."""
    voice, booking = voice_of(event), event.booking
    lines = [
        voice.wording.booked_from_waitlist if event.from_waitlist else voice.wording.booked,
        what(voice),
        when_in_full(voice),
        price(voice, booking),
        paid(voice, booking),
        *where(voice),
        reference(voice, booking),
    ]
    return compose(lines, voice.wording.how_to_cancel)


def pending(event: BookingPending) -> str | None:
    """A place is kept until it is paid (with the link) or accepted by the business.

    None while there is nothing to do yet: the payment's link comes with the next event of this name.
    """
    voice, booking = voice_of(event), event.booking
    wording = voice.wording
    until = voice.moment(booking.expires_at or booking.session.starts_at)
    if booking.status is BookingStatus.PENDING_APPROVAL:
        first, last = wording.asked_for.format(business=voice.name, until=until), wording.how_to_cancel
    elif booking.status is BookingStatus.PENDING_PAYMENT and is_link(booking.pay_link):
        first, last = wording.kept_until.format(until=until), wording.pay_here.format(link=booking.pay_link)
    else:
        return None
    lines = [
        first,
        what(voice),
        when(voice),
        price(voice, booking),
        paid(voice, booking),
        reference(voice, booking),
    ]
    return compose(lines, last)


def cancellation(event: BookingCancelled) -> str:
    """A place was given back: by whom when it was not the customer, why, and what became of the money."""
    voice, booking = voice_of(event), event.booking
    wording = voice.wording
    lines = [
        _who_cancelled(event, voice),
        _why_cancelled(event, voice),
        what(voice),
        when_in_full(voice),
        wording.refund.format(refund=voice.money(booking.refund)) if booking.refund else "",
        wording.fee.format(fee=voice.money(booking.fee)) if booking.fee else "",
        reference(voice, booking),
    ]
    return compose(lines, wording.book_again)


def rescheduled(event: BookingRescheduled) -> str:
    """A booking moved: what and when it was, what and when it is now, and what is paid of the new price."""
    voice, booking = voice_of(event), event.booking
    before = replace(voice, session=event.previous)
    # The service or the teacher is said with "was" only when it is another one.
    at = local(before, before.session)
    was = at if what(before) == what(voice) else f"{what(before)}, {at}"
    lines = [
        voice.wording.moved,
        what(voice),
        voice.wording.was.format(when=one_line(was, 500)),
        voice.wording.now.format(when=when(voice)),
        price(voice, booking),
        paid(voice, booking),
        *where(voice),
        reference(voice, booking),
    ]
    return compose(lines, voice.wording.how_to_cancel)


def changed(event: SessionChanged) -> str:
    """Something about the session is different: what was and what is now, for each field that changed."""
    voice = voice_of(event)
    wording, now, was = voice.wording, event.booking.session, event.previous
    named = one_line(now.service_name) if "staff" in event.changed else what(voice)
    lines = [wording.changed.format(business=voice.name), named]
    if "time" in event.changed:
        lines += [wording.was.format(when=local(voice, was)), wording.now.format(when=when(voice))]
    else:
        lines.append(when(voice))
    if "staff" in event.changed:
        lines.append(wording.now_with.format(staff=_instead(now.staff_name, was.staff_name, voice)))
    if "room" in event.changed:
        link = is_link(now.room)
        room = wording.join_at.format(link=now.room) if link else _instead(now.room, was.room, voice)
        lines.append(room if link else wording.now_in.format(room=room))
    return compose([*lines, reference(voice, event.booking)], wording.how_to_cancel)


def expired(event: BookingExpired) -> str:
    """A place that waited for a payment or an answer was given up, and why."""
    voice = voice_of(event)
    wording = voice.wording
    first = {
        "not_paid": wording.not_paid,
        "not_approved": wording.not_approved.format(business=voice.name),
        "cancelled": wording.cancelled_by_business.format(business=voice.name),
    }.get(event.reason, wording.not_kept)
    return compose([first, what(voice), when(voice), reference(voice, event.booking)], wording.book_again)


def no_show(event: BookingNoShow) -> str:
    """The customer did not come, and what that costs."""
    voice, booking = voice_of(event), event.booking
    fee = voice.wording.no_show_fee.format(fee=voice.money(booking.fee)) if booking.fee else ""
    lines = [voice.wording.missed, what(voice), when(voice), fee, reference(voice, booking)]
    return compose(lines, voice.wording.no_show_mistake)


def payment(event: PaymentChanged) -> str | None:
    """What became of a payment or a refund; None for a status that needs nobody's attention."""
    voice, booking = voice_of(event), event.booking
    wording = voice.wording
    template = {
        "due": wording.difference_due,
        "declined": wording.payment_failed,
        "failed": wording.payment_failed,
        "disputed": wording.payment_disputed,
        "refunded": wording.refunded,
        "refund_failed": wording.refund_failed,
    }.get(event.status)
    if template is None:
        return None
    pays_again = event.status in ("due", "declined", "failed") and is_link(booking.pay_link)
    lines = [
        template.format(amount=voice.money(event.amount), business=voice.name),
        what(voice),
        when(voice),
        reference(voice, booking),
    ]
    return compose(lines, wording.pay_here.format(link=booking.pay_link) if pays_again else "")


def receipt_caption(event: BookingConfirmed) -> str:
    """The caption of the receipt's document."""
    voice = voice_of(event)
    service, number = one_line(voice.session.service_name), one_line(event.booking.reference)
    return voice.wording.receipt_caption.format(service=service, reference=number)


def receipt_filename(event: BookingConfirmed) -> str:
    """The receipt's file name."""
    return filename(voice_of(event).wording.receipt_name, event.booking)


def _who_cancelled(event: BookingCancelled, voice: Voice) -> str:
    if event.reason == "declined":
        return voice.wording.declined.format(business=voice.name)
    return {
        "customer": voice.wording.cancelled_by_customer,
        "business": voice.wording.cancelled_by_business.format(business=voice.name),
        "system": voice.wording.cancelled_by_system,
    }[event.cancelled_by]


def _why_cancelled(event: BookingCancelled, voice: Voice) -> str:
    """The reason in people's words: booking's own, or the sentence that staff wrote. Codes are not for people."""
    if event.reason == "too few people":
        return voice.wording.too_few
    said = one_line(event.reason or "")
    if event.cancelled_by != "business" or said in ("", "declined", "late"):
        return ""
    return voice.wording.because.format(reason=said)


def _instead(now: str | None, was: str | None, voice: Voice) -> str:
    shown = one_line(now or "") or voice.wording.not_known_yet
    before = one_line(was or "")
    return voice.wording.instead_of.format(now=shown, was=before) if before else shown
