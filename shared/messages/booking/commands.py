"""What booking can be asked to do. Every command is ordered by its `key`: a session, a calendar, a customer.

The same `command_id` always gets the first outcome. Who asks comes from the verified channel (`contact`, `customer_id`)
or from staff rights (`by="business"`), never from a model.
"""

from __future__ import annotations

from abc import abstractmethod
from datetime import date, datetime, time
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.messages.booking.values import By, Contact, Method
from shared.messages.envelope import Message


class Command(Message):
    """What all commands have in common."""

    command_id: UUID

    @property
    @abstractmethod
    def key(self) -> UUID:
        """What the command is ordered by."""


class _OfSession(Command):
    session_id: UUID

    @property
    def key(self) -> UUID:
        """The session."""
        return self.session_id


PartySize = Annotated[int, Field(ge=1, le=100)]


class BookSession(_OfSession):
    """Book `party_size` seats, all or none. `hold`: keep them for the service's hold time without confirming."""

    name: ClassVar[str] = "book_session"

    contact: Contact
    party_size: PartySize = 1
    attendees: tuple[str, ...] = ()
    method: Method | None = None  # none: a valid pass if there is one, else as the service says
    pass_id: UUID | None = None
    gift_code: str | None = None  # whoever has it may pay with it (`method` gift_card)
    promo_code: str | None = None
    hold: bool = False
    by: By = "customer"
    overbook: bool = False  # staff only: beyond what is kept back, never beyond capacity


class BookSlot(Command):
    """Book an appointment at this start, with this staff member or whoever is free (fairly assigned)."""

    name: ClassVar[str] = "book_slot"

    service_id: UUID
    staff_id: UUID | None = None
    starts_at: datetime
    contact: Contact
    party_size: PartySize = 1
    attendees: tuple[str, ...] = ()
    method: Method | None = None
    pass_id: UUID | None = None
    gift_code: str | None = None  # whoever has it may pay with it (`method` gift_card)
    promo_code: str | None = None
    hold: bool = False
    by: By = "customer"
    ignore_buffers: bool = False  # staff only

    @property
    def key(self) -> UUID:
        """The staff member's calendar, or the service when anybody will do."""
        return self.staff_id or self.service_id


class ConfirmHold(_OfSession):
    """Turn a hold into a booking (or into one that awaits payment or approval)."""

    name: ClassVar[str] = "confirm_hold"

    booking_id: UUID
    customer_id: UUID
    method: Method | None = None
    pass_id: UUID | None = None
    gift_code: str | None = None


class CancelBooking(_OfSession):
    """Cancel a booking. `fee_shown`: the fee its customer was told; a higher one is refused (`fee_changed`)."""

    name: ClassVar[str] = "cancel_booking"

    booking_id: UUID
    customer_id: UUID
    fee_shown: int | None = None
    by: By = "customer"
    waive_fee: bool = False  # staff only


class RescheduleBooking(_OfSession):
    """Move a booking to the session `session_id`: the new place first, then the old one freed, or neither."""

    name: ClassVar[str] = "reschedule_booking"

    booking_id: UUID
    from_session_id: UUID
    customer_id: UUID
    by: By = "customer"


class RescheduleToSlot(Command):
    """Move an appointment to another start (and staff member), or refuse and leave it as it is."""

    name: ClassVar[str] = "reschedule_to_slot"

    booking_id: UUID
    from_session_id: UUID
    customer_id: UUID
    starts_at: datetime
    staff_id: UUID | None = None
    by: By = "customer"
    ignore_buffers: bool = False

    @property
    def key(self) -> UUID:
        """The appointment that moves."""
        return self.from_session_id


class JoinWaitlist(_OfSession):
    """Queue for a full session. `priority` is staff's to give; a higher one goes first."""

    name: ClassVar[str] = "join_waitlist"

    contact: Contact
    party_size: PartySize = 1
    method: Method | None = None
    priority: int = Field(0, ge=0, le=100)


class LeaveWaitlist(_OfSession):
    """Leave the queue; an offer that was made goes to the next."""

    name: ClassVar[str] = "leave_waitlist"

    entry_id: UUID
    customer_id: UUID


class AnswerOffer(_OfSession):
    """Take or decline the place that a waitlist entry was offered."""

    name: ClassVar[str] = "answer_offer"

    entry_id: UUID
    customer_id: UUID
    accept: bool
    method: Method | None = None


class MarkAttendance(_OfSession):
    """Staff: the customer came, did not come, or neither is known any more."""

    name: ClassVar[str] = "mark_attendance"

    booking_id: UUID
    attendance: Literal["attended", "no_show", "unknown"]
    waive_fee: bool = False


class DecideApproval(_OfSession):
    """Staff: accept or decline a booking that awaits approval. What it takes is looked at again."""

    name: ClassVar[str] = "decide_approval"

    booking_id: UUID
    approve: bool


class RecordPayment(_OfSession):
    """Money for a booking: staff took cash, or the card processor reported what became of a payment.

    `amount` in minor units: of cash, what was taken; of a card, all that was captured (or is disputed) by now.
    """

    name: ClassVar[str] = "record_payment"

    booking_id: UUID
    payment_id: UUID
    method: Literal["cash", "card"]
    status: Literal[
        "created", "declined", "captured", "failed", "refunded", "refund_failed", "disputed", "voided"
    ]
    amount: int = 0
    link: str | None = None
    reason: str | None = None


class ChangeSession(_OfSession):
    """Staff: another teacher, room, capacity or time for this session only. Nobody booked is dropped."""

    name: ClassVar[str] = "change_session"

    staff_id: UUID | None = None
    room_id: UUID | None = None
    capacity: int | None = Field(None, ge=1, le=10_000)
    held_back: int | None = Field(None, ge=0, le=10_000)
    starts_at: datetime | None = None


class CancelSession(_OfSession):
    """Staff: this session does not take place. Everyone is told and refunded in full."""

    name: ClassVar[str] = "cancel_session"

    reason: str | None = None
    by: By = "business"


class SettleSession(_OfSession):
    """An alarm rang: do what is due (lapsed holds and offers, auto-cancel, start, end)."""

    name: ClassVar[str] = "settle_session"


class SessionDue(Message):
    """What an alarm says when it rings: this session has something to settle."""

    name: ClassVar[str] = "session_due"

    session_id: UUID


class EditSchedule(Command):
    """Staff: change a repeating session for this date, this and all following, or all."""

    name: ClassVar[str] = "edit_schedule"

    schedule_id: UUID
    occurrence: datetime  # naive, the original local start of the date that is edited
    scope: Literal["this", "following", "all"]
    cancel: bool = False
    staff_id: UUID | None = None
    room_id: UUID | None = None
    starts_at_local: time | None = None
    duration_minutes: int | None = Field(None, ge=1, le=24 * 60)
    capacity: int | None = Field(None, ge=1, le=10_000)
    rrule: str | None = None

    @property
    def key(self) -> UUID:
        """The schedule."""
        return self.schedule_id


class BookSeries(Command):
    """A customer's repeating wish ("every Tuesday at 7"): all dates that fit, confirmed once.

    Refused with the list of dates when some conflict, unless `skip_conflicts`. `rrule` is a bare RRULE value.
    """

    name: ClassVar[str] = "book_series"

    contact: Contact
    service_id: UUID
    rrule: str
    first_day: date
    starts_at_local: time
    until: date | None = None
    count: int | None = Field(None, ge=1, le=52)
    party_size: PartySize = 1
    method: Method | None = None
    skip_conflicts: bool = False

    @property
    def key(self) -> UUID:
        """The customer."""
        return self.contact.customer_id


class RequestStanding(Command):
    """A standing request ("any evening class this week"): the first place that comes free in any of them."""

    name: ClassVar[str] = "request_standing"

    contact: Contact
    service_ids: tuple[UUID, ...] = ()
    first_day: date
    last_day: date
    weekdays: tuple[int, ...] = ()  # 0 is Monday; none: any
    starts_from: time | None = None
    starts_before: time | None = None
    party_size: PartySize = 1
    method: Method | None = None

    @property
    def key(self) -> UUID:
        """The customer."""
        return self.contact.customer_id


class _OfCustomer(Command):
    customer_id: UUID

    @property
    def key(self) -> UUID:
        """The customer."""
        return self.customer_id


class WithdrawStanding(_OfCustomer):
    """The customer no longer waits for any of them."""

    name: ClassVar[str] = "withdraw_standing"

    request_id: UUID


class SellPass(_OfCustomer):
    """Staff (or a completed checkout): the customer has bought a pack, a membership or a gift card."""

    name: ClassVar[str] = "sell_pass"

    product: str  # the product's key
    method: Literal["cash", "card", "free"] = "cash"
    starts_on: date | None = None


class PausePass(_OfCustomer):
    """Staff: a pass does not run (and is not usable) on these days; its end moves by as many."""

    name: ClassVar[str] = "pause_pass"

    pass_id: UUID
    first_day: date
    last_day: date


class UpdateCustomer(_OfCustomer):
    """Change what is known of a customer; only the fields that are set."""

    name: ClassVar[str] = "update_customer"

    full_name: str | None = None
    language: str | None = None
    timezone: str | None = None
    notes: str | None = None
    tier: str | None = None  # what membership prices and windows look at
    marketing_consent: bool | None = None
    blocked: bool | None = None
    blocked_reason: str | None = None


class LinkIdentity(_OfCustomer):
    """The same person on another channel, verified there; a customer that was met under it is merged into this one."""

    name: ClassVar[str] = "link_identity"

    channel: str
    user_id: str


class EraseCustomer(_OfCustomer):
    """Forget the person; bookings and ledger stay, without them."""

    name: ClassVar[str] = "erase_customer"


BookingCommand = (
    BookSession | BookSlot | ConfirmHold | CancelBooking | RescheduleBooking | RescheduleToSlot
    | JoinWaitlist | LeaveWaitlist | AnswerOffer | MarkAttendance | DecideApproval | RecordPayment
    | ChangeSession | CancelSession | SettleSession | EditSchedule | BookSeries | RequestStanding
    | WithdrawStanding | SellPass | PausePass | UpdateCustomer | LinkIdentity | EraseCustomer
)  # fmt: skip

COMMANDS: tuple[type[Command], ...] = (
    BookSession, BookSlot, ConfirmHold, CancelBooking, RescheduleBooking, RescheduleToSlot,
    JoinWaitlist, LeaveWaitlist, AnswerOffer, MarkAttendance, DecideApproval, RecordPayment,
    ChangeSession, CancelSession, SettleSession, EditSchedule, BookSeries, RequestStanding,
    WithdrawStanding, SellPass, PausePass, UpdateCustomer, LinkIdentity, EraseCustomer,
)  # fmt: skip
