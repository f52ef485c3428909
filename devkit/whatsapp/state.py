"""What has happened so far? Phones with their numbered events, and files: all in memory, all with caps."""

import asyncio
import hashlib
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from devkit.emulator.values import Frozen
from devkit.whatsapp.config import Customer
from devkit.whatsapp.errors import GraphError
from devkit.whatsapp.view import Content, MediaView, MessageStatus

GUESTS_SHOWN: Final = 50
RANK: Final[dict[str, int]] = {"sending": 0, "sent": 1, "delivered": 2, "read": 3, "failed": 4}


class Caps(Frozen):
    """How much is remembered: events of a phone, phones without a name, messages found by id, bytes of files."""

    events: int = 5_000
    guests: int = 20_000
    messages: int = 500_000
    media_bytes: int = 512 * 1024 * 1024


class PhoneMessage(Frozen):
    """One message on a phone. `seq` grows over everything on this phone; `timestamp_ms` is unix
    milliseconds."""

    seq: int
    kind: Literal["message"] = "message"
    business: str
    customer: str
    direction: Literal["from_customer", "to_customer"]
    wamid: str
    timestamp_ms: int
    status: MessageStatus
    content: Content


class StatusChange(Frozen):
    """A tick that changed; for messages from the customer `delivered` means the gateway accepted the
    webhook."""

    seq: int
    kind: Literal["status"] = "status"
    business: str
    wamid: str
    timestamp_ms: int
    status: MessageStatus
    error: int | None = None


class Typing(Frozen):
    """The business showed its typing sign; it fades after 25 s or with the next message."""

    seq: int
    kind: Literal["typing"] = "typing"
    business: str
    timestamp_ms: int


PhoneEvent = PhoneMessage | StatusChange | Typing


@dataclass(slots=True)
class Phone:
    """One customer's phone. Append only through `Store`; `changed` is set, and replaced, at every new
    event."""

    customer: Customer
    events: deque[PhoneEvent] = field(default_factory=deque)
    last_seq: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    messages: dict[str, PhoneMessage] = field(default_factory=dict)
    last_wrote: dict[str, float] = field(default_factory=dict)
    pair_due: dict[str, float] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)
    client_ids: OrderedDict[str, str] = field(default_factory=OrderedDict)

    def after(self, seq: int) -> list[PhoneEvent]:
        """The kept events younger than `seq`, oldest first, messages with their status of now."""
        young: list[PhoneEvent] = []
        for event in reversed(self.events):
            if event.seq <= seq:
                break
            if isinstance(event, PhoneMessage):
                event = self.messages.get(event.wamid, event)
            young.append(event)
        return young[::-1]

    async def wait(self, seq: int) -> None:
        """Return as soon as there is an event younger than `seq`."""
        while self.last_seq <= seq:
            await self.changed.wait()


@dataclass(frozen=True, slots=True)
class Media:
    """A stored file; `created_at` is unix seconds."""

    id: str
    data: bytes
    mime_type: str
    created_at: float
    filename: str | None = None

    @property
    def sha256(self) -> bytes:
        """The digest of the bytes."""
        return hashlib.sha256(self.data).digest()

    def view(self, *, filename: str | None = None, voice: bool = False) -> MediaView:
        """How a message shows this file."""
        return MediaView(
            id=self.id,
            mime_type=self.mime_type,
            size=len(self.data),
            filename=filename or self.filename,
            voice=voice,
        )


class Store:
    """Phones and files. `epoch` tells one run of the emulator from the next: sequence numbers restart with
    it."""

    def __init__(self, epoch: str, customers: Iterable[Customer] = (), caps: Caps | None = None) -> None:
        self.epoch = epoch
        self._caps = caps or Caps()
        self._named: dict[str, Phone] = {}
        self._guests: OrderedDict[str, Phone] = OrderedDict()
        self._media: OrderedDict[str, Media] = OrderedDict()
        self._media_bytes = 0
        self._where: OrderedDict[str, str] = OrderedDict()
        for customer in customers:
            self._named[customer.wa_id] = Phone(customer)

    def customers(self) -> list[Customer]:
        """Everybody with a name here, and the last 50 numbers without one."""
        guests = list(self._guests.values())[-GUESTS_SHOWN:]
        return [phone.customer for phone in [*self._named.values(), *guests]]

    def phone(self, wa_id: str) -> Phone:
        """The phone with this number; one that was never seen is made.

        Beyond the cap the phone without a name that was used longest ago is forgotten.
        """
        phone = self._find(wa_id)
        if phone is None:
            phone = self._guests[wa_id] = Phone(Customer(wa_id=wa_id, name=f"+{wa_id}"))
            if len(self._guests) > self._caps.guests:
                self._guests.popitem(last=False)
        elif wa_id in self._guests:
            self._guests.move_to_end(wa_id)
        return phone

    def _find(self, wa_id: str) -> Phone | None:
        return self._named.get(wa_id) or self._guests.get(wa_id)

    def add_customer(self, customer: Customer) -> None:
        """Give a phone an owner; an existing phone keeps its messages."""
        phone = self._guests.pop(customer.wa_id, None) or self._named.get(customer.wa_id) or Phone(customer)
        phone.customer = customer
        self._named[customer.wa_id] = phone

    def by_user_id(self, user_id: str) -> Phone:
        """The phone behind a business-scoped user id. Raises GraphError 131026 for an unknown one."""
        for phone in self._named.values():
            if phone.customer.user_id == user_id:
                return phone
        raise GraphError(131026, "Message Undeliverable. The recipient is not known.")

    def add_message(
        self,
        phone: Phone,
        business: str,
        wamid: str,
        direction: Literal["from_customer", "to_customer"],
        at: float,
        content: Content,
    ) -> PhoneMessage:
        """Show a message on a phone at unix second `at`."""
        message = PhoneMessage(
            seq=phone.last_seq + 1,
            business=business,
            customer=phone.customer.wa_id,
            direction=direction,
            wamid=wamid,
            timestamp_ms=int(at * 1000),
            status="sending" if direction == "from_customer" else "sent",
            content=content,
        )
        phone.messages[wamid] = message
        self._where[wamid] = phone.customer.wa_id
        if len(self._where) > self._caps.messages:
            self._where.popitem(last=False)
        if direction == "from_customer":
            phone.last_wrote[business] = at
        self._append(phone, message)
        return message

    def set_status(
        self, phone: Phone, wamid: str, status: MessageStatus, at: float, error: int | None = None
    ) -> bool:
        """Move a message's tick forward; False (and nothing happens) when it is unknown or already as far."""
        message = phone.messages.get(wamid)
        if message is None or RANK[status] <= RANK[message.status]:
            return False
        phone.messages[wamid] = message.model_copy(update={"status": status})
        self._append(
            phone,
            StatusChange(
                seq=phone.last_seq + 1,
                business=message.business,
                wamid=wamid,
                timestamp_ms=int(at * 1000),
                status=status,
                error=error,
            ),
        )
        return True

    def show_typing(self, phone: Phone, business: str, at: float) -> None:
        """The business is typing."""
        self._append(phone, Typing(seq=phone.last_seq + 1, business=business, timestamp_ms=int(at * 1000)))

    def find_message(self, wamid: str) -> tuple[Phone, PhoneMessage] | None:
        """The message with this id, and the phone that shows it."""
        phone = self._find(self._where.get(wamid, ""))
        message = phone.messages.get(wamid) if phone else None
        return (phone, message) if phone and message else None

    def add_media(self, media: Media) -> Media:
        """Keep a file; the oldest files go when all together are over the cap."""
        self._media[media.id] = media
        self._media_bytes += len(media.data)
        while self._media_bytes > self._caps.media_bytes and len(self._media) > 1:
            self._media_bytes -= len(self._media.popitem(last=False)[1].data)
        return media

    def media(self, media_id: str) -> Media | None:
        """The file with this id."""
        return self._media.get(media_id)

    def remove_media(self, media_id: str) -> bool:
        """Forget a file; False when there was none."""
        gone = self._media.pop(media_id, None)
        self._media_bytes -= len(gone.data) if gone else 0
        return gone is not None

    def _append(self, phone: Phone, event: PhoneEvent) -> None:
        phone.events.append(event)
        phone.last_seq = event.seq
        if len(phone.events) > self._caps.events:
            old = phone.events.popleft()
            if isinstance(old, PhoneMessage):
                phone.messages.pop(old.wamid, None)
        phone.changed.set()
        phone.changed = asyncio.Event()
