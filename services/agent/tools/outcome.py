"""What is answered after something was to be changed? Done, or why not and what else there is: one shape for all."""

from __future__ import annotations

from typing import Literal, TypedDict

from services.agent.tools.asked import language_of
from services.agent.tools.render import (
    BookingLine,
    SessionLine,
    SlotLine,
    TermsLine,
    WaitingLine,
    booking_line,
    instant_text,
    session_line,
    slot_line,
    waiting_line,
)
from services.agent.tools.spec import Ports, Result, TurnContext
from services.agent.tools.words import words_of
from shared.messages.booking import (
    CancellationQuoted,
    CancellationQuoteView,
    CommandOutcome,
    QuoteView,
    Refusal,
    RefusalCode,
    SlotView,
)
from shared.money import format_money

OurCode = Literal["not_shown", "not_agreed", "unknown_id", "price_changed"]
"""Refusals of the agent itself. `sentence` is for the model then."""


class QuoteLine(Result):
    """One line of a price, with the reason it is there."""

    label: str
    reason: str | None = None
    amount: str


class Price(Result):
    """A price with its reasons. `due_now` is the deposit, or all of it, or nothing; `credits` of a pass pay instead."""

    lines: tuple[QuoteLine, ...]
    total: str
    total_minor: int
    due_now: str
    due_now_minor: int
    currency: str
    method: str
    credits: int = 0
    line: str


class WriteAnswer(Result):
    """What became of it. After `done` of a booking the customer is told by the system itself: say nothing more about it.

    After `refused`, `sentence` says why; `quote` or `terms` are what it costs now, `alternatives` and `slots` have room.
    """

    status: Literal["done", "refused"]
    booking: BookingLine | None = None
    entry: WaitingLine | None = None
    code: RefusalCode | OurCode | None = None
    sentence: str | None = None
    quote: Price | None = None
    terms: TermsLine | None = None
    alternatives: tuple[SessionLine, ...] = ()
    slots: tuple[SlotLine, ...] = ()
    party_size: int = 1


def price_of(quote: QuoteView, language: str) -> Price:
    """A quote ready to be shown."""

    def text(minor: int) -> str:
        return format_money(minor, quote.currency, language)

    why = [f"{line.label}: {line.reason}" if line.reason else line.label for line in quote.lines[1:]]
    if quote.credits:
        why = [line.reason for line in quote.lines if line.reason]
    return Price(
        lines=tuple(QuoteLine(label=x.label, reason=x.reason, amount=text(x.amount)) for x in quote.lines),
        total=text(quote.total),
        total_minor=quote.total,
        due_now=text(quote.due_now),
        due_now_minor=quote.due_now,
        currency=quote.currency,
        method=quote.method,
        credits=quote.credits,
        line=f"{text(quote.total)} ({'; '.join(why)})" if why else text(quote.total),
    )


def terms_of(quoted: CancellationQuoted, language: str) -> TermsLine:
    """Terms of a cancellation ready to be shown; not allowed when booking refuses it."""
    words, quote, booking = words_of(language), quoted.quote, quoted.booking
    if quote is None:
        currency = booking.session.currency if booking else "EUR"
        nothing = format_money(0, currency, language)
        return TermsLine(
            allowed=False,
            fee=nothing,
            fee_minor=0,
            refund=nothing,
            refund_minor=0,
            currency=currency,
            reason=quoted.refusal.sentence if quoted.refusal else None,
            sentence=words.not_allowed,
        )
    zone = booking.session.timezone if booking else "UTC"
    return TermsLine(
        fee=format_money(quote.fee, quote.currency, language),
        fee_minor=quote.fee,
        refund=format_money(quote.refund, quote.currency, language),
        refund_minor=quote.refund,
        credits_returned=quote.credits_returned,
        currency=quote.currency,
        reason=quote.reason,
        until=instant_text(quote.until, zone, language) if quote.until else None,
        sentence=_terms_sentence(quote, language),
    )


def _terms_sentence(quote: CancellationQuoteView, language: str) -> str:
    words = words_of(language)
    fee = format_money(quote.fee, quote.currency, language)
    said = [words.fee.format(fee) if quote.fee else words.no_fee]
    if quote.refund:
        said.append(words.refund.format(format_money(quote.refund, quote.currency, language)))
    if quote.credits_returned:
        said.append(words.credits.format(quote.credits_returned))
    return " ".join(said)


class Instead(TypedDict):
    """What has room instead."""

    alternatives: tuple[SessionLine, ...]
    slots: tuple[SlotLine, ...]


def instead(refusal: Refusal, language: str) -> Instead:
    """Sessions and slots with room that a refusal names."""
    moves = refusal.next
    return Instead(
        alternatives=tuple(
            session_line(m.session, language) for m in moves if m.move == "book" and m.session is not None
        ),
        slots=tuple(any_slot(m.slot, language) for m in moves if m.slot is not None),
    )


def any_slot(slot: SlotView, language: str) -> SlotLine:
    """A slot with its only person, or whoever is free."""
    return slot_line(slot, slot.staff_ids[0] if len(slot.staff_ids) == 1 else None, None, language)


async def told(
    ports: Ports, context: TurnContext, outcome: CommandOutcome, party_size: int = 1
) -> WriteAnswer:
    """booking's outcome, ready to be shown."""
    language = language_of(context, await ports.bookings.catalogue(context.tenant_id))
    if outcome.refusal is not None:
        return WriteAnswer(
            status="refused",
            code=outcome.refusal.code,
            sentence=outcome.refusal.sentence,
            party_size=party_size,
            **instead(outcome.refusal, language),
        )
    return WriteAnswer(
        status="done",
        booking=booking_line(outcome.booking, language) if outcome.booking else None,
        entry=waiting_line(outcome.entry, language) if outcome.entry else None,
        party_size=party_size,
    )


def refused(code: RefusalCode | OurCode, sentence: str) -> WriteAnswer:
    """A refusal of our own."""
    return WriteAnswer(status="refused", code=code, sentence=sentence)
