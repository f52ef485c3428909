"""Receipts that were sent before: asking the notifier, which keeps them, to send one again."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from shared.messages.booking.values import Contact
from shared.messages.envelope import Message, Value


class SendReceipt(Message):
    """Job: send a booking's newest receipt once more, to this contact; once per `request_id`.

    Whoever asks has seen that the booking is this customer's.
    """

    name: ClassVar[str] = "send_receipt"

    request_id: UUID
    booking_id: UUID
    contact: Contact


class ReceiptSent(Value):
    """Answer to `SendReceipt`: `sent`; `coming` (it is being made, and is sent then); `none` (there is none)."""

    status: Literal["sent", "coming", "none"]
