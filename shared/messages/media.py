"""Files and the jobs that make them: owned by media, which keeps nothing but the object store."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.messages.envelope import Message, Value


class ReceiptData(Value):
    """Everything a receipt shows, so that it is built again byte for byte from this alone.

    `unit_price`, `total`, `paid` and `open` are integer minor units of `currency` (None: nothing is said of payment);
    `starts_at`/`ends_at`/`issued_at` aware.
    """

    receipt_id: UUID
    number: str
    business_name: str
    business_address: str | None = None
    business_phone: str | None = None
    customer_name: str
    service_name: str
    staff_name: str | None = None
    starts_at: datetime
    ends_at: datetime
    timezone: str
    locale: str = "en"
    party_size: int = 1
    unit_price: int
    total: int
    currency: str
    booking_reference: str
    issued_at: datetime
    paid: int | None = None
    open: int | None = None  # still to pay


class BuildReceipt(Message):
    """Job: build this receipt, put it into the object store, then say `ReceiptReady`."""

    name: ClassVar[str] = "build_receipt"

    receipt: ReceiptData
    reply_token: UUID  # whatever asked for it finds its own record by this


class FileRef(Value):
    """A file in the object store. `job` builds it again when the store was lost (None: fetch it again)."""

    bucket: str
    key: str
    mime: str
    size: int
    sha256: str  # hex
    job: BuildReceipt | None = None


class ReceiptReady(Message):
    """Event: the receipt is in the object store."""

    name: ClassVar[str] = "receipt_ready"

    receipt_id: UUID
    reply_token: UUID
    file: FileRef


class TranscribeVoice(Message):
    """Job: turn this voice note into text; answered to the asker (`VoiceTranscribed`)."""

    name: ClassVar[str] = "transcribe_voice"

    message_id: UUID
    file: FileRef
    language: str | None = None  # a hint, BCP 47
    vocabulary: tuple[str, ...] = ()  # words this business uses (services, staff)


class VoiceTranscribed(Value):
    """Answer to `TranscribeVoice`: `text`, or the reason there is none (`missing`: the file is not in the store)."""

    text: str | None = None
    engine: str = ""
    language: str | None = None
    error: str | None = None
    missing: bool = False
