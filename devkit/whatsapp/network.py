"""What happens between a business and a phone? Messages across, ticks back: the emulator's inside."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Mapping
from typing import Protocol

from devkit.whatsapp import limits, payloads
from devkit.whatsapp.config import Business, Customer, EmulatorConfig, Template
from devkit.whatsapp.errors import GraphError
from devkit.whatsapp.faults import FaultBox
from devkit.whatsapp.sends import Send
from devkit.whatsapp.state import Media, Phone, PhoneMessage, Store
from devkit.whatsapp.view import MediaView, MessageStatus, of_message, of_send

UNDELIVERABLE = (131026, "Message Undeliverable.")
WINDOW_CLOSED = (
    131047,
    "Message failed to send because more than 24 hours have passed since the customer last replied "
    "to this number.",
)


class Sender(Protocol):
    """Where updates for the gateway go."""

    def enqueue(self, update: payloads.Update) -> None:
        """Send it after those before it."""


class Network:
    """Carries messages both ways. `clock` gives unix seconds, `token` gives 10 random bytes for every id."""

    def __init__(
        self,
        config: EmulatorConfig,
        store: Store,
        sender: Sender,
        faults: FaultBox,
        clock: Callable[[], float],
        token: Callable[[], bytes] = lambda: secrets.token_bytes(10),
    ) -> None:
        self.config = config
        self.store = store
        self._sender = sender
        self._faults = faults
        self.clock = clock
        self._token = token
        self._throughput_due: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def business(self, phone_number_id: str) -> Business | None:
        """The configured business with this id."""
        found = (one for one in self.config.businesses if one.phone_number_id == phone_number_id)
        return next(found, None)

    def from_customer(
        self,
        business: Business,
        phone: Phone,
        content: Mapping[str, object],
        *,
        context: Mapping[str, object] | None = None,
        media: MediaView | None = None,
    ) -> str:
        """The customer sends `content` (`type` and its body; `id` and `timestamp` may be given); returns the
        wamid."""
        now, wa_id = self.clock(), phone.customer.wa_id
        made = payloads.message(wa_id, payloads.make_wamid(wa_id, self._token()), now, content, context)
        wamid = str(made["id"])
        self.store.add_message(
            phone, business.phone_number_id, wamid, "from_customer", now, of_message(made, media)
        )
        self._sender.enqueue(payloads.Update("messages", business, phone.customer, made))
        return wamid

    def accepted(self, update: payloads.Update) -> None:
        """The gateway took an update: the customer's message gets its second tick."""
        if update.kind == "messages":
            phone = self.store.phone(update.customer.wa_id)
            self.store.set_status(phone, update.wamid, "delivered", self.clock())

    def admit(self, business: Business, phone: Phone, kind: str) -> None:
        """Raise GraphError 130429 or 131056 when this send is over a rate, 131047 or 131026 when it cannot go
        out."""
        now, number = self.clock(), business.phone_number_id
        rate = self.config.throughput_per_second
        if rate is not None:
            due = limits.admit(self._throughput_due.get(number, 0), now, 1 / rate, rate)
            if due is None:
                raise GraphError(
                    130429, "Message failed to send: too many messages from this number in a short time."
                )
            self._throughput_due[number] = due
        if self.config.pair_limit:
            due = limits.admit(
                phone.pair_due.get(number, 0), now, limits.PAIR_INTERVAL_SECONDS, limits.PAIR_BURST
            )
            if due is None:
                raise GraphError(
                    131056, "Message failed to send: too many messages to the same phone number."
                )
            phone.pair_due[number] = due
        failure = self.failure(business, phone, kind)
        if failure is not None and self.config.window_error == "response":
            raise GraphError(*failure)

    def admit_marketing(self, business: Business, phone: Phone) -> None:
        """Raise GraphError 131050 when the customer has stopped the marketing of this business."""
        if business.phone_number_id in phone.stopped:
            raise GraphError(131050, "Message was not sent: the user has stopped marketing messages.")

    def prefers(self, business: Business, phone: Phone, value: str) -> None:
        """The customer says `stop` or `resume` to the marketing of this business."""
        (phone.stopped.add if value == "stop" else phone.stopped.discard)(business.phone_number_id)
        body = payloads.preference(phone.customer, value, self.clock())
        self._sender.enqueue(payloads.Update("user_preferences", business, phone.customer, body))

    def failure(self, business: Business, phone: Phone, kind: str) -> tuple[int, str] | None:
        """Why a message of type `kind` cannot reach this phone, as code and details; None when it can."""
        if not phone.customer.on_whatsapp:
            return UNDELIVERABLE
        if kind != "template":
            last = phone.last_wrote.get(business.phone_number_id)
            is_open = limits.window_is_open(last, self.clock(), self.config.window_hours)
            if not is_open or self._faults.current.close_windows:
                return WINDOW_CLOSED
        return None

    def to_customer(
        self,
        business: Business,
        phone: Phone,
        send: Send,
        template: Template | None,
        media: MediaView | Coroutine[None, None, Media] | None,
        failing: int | None = None,
    ) -> str:
        """Accept an admitted message from the business; returns its wamid. Statuses follow as webhooks.

        `media` is the file it carries; a coroutine for one that has still to be fetched from its link. `failing`: it
        ends as a `failed` status with this code.
        """
        wamid = payloads.make_wamid(phone.customer.wa_id, self._token())
        failure = self.failure(business, phone, send.type)
        if failure is None and self._faults.take("undeliverable_sends", phone.customer.wa_id):
            failure = (
                self._faults.current.undeliverable_code,
                "Message failed on request of the emulator's faults.",
            )
        if failure is None and failing is not None:
            failure = (failing, "Message failed on request of the emulator's faults.")
        if failure is not None:
            if isinstance(media, Coroutine):
                media.close()
            self._report(business, phone.customer, wamid, "failed", send.tracker, failure)
        elif isinstance(media, Coroutine):
            task = asyncio.get_running_loop().create_task(
                self._show_when_fetched(business, phone, wamid, send, media)
            )
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            self._show(business, phone, wamid, send, template, media)
        return wamid

    async def _show_when_fetched(
        self, business: Business, phone: Phone, wamid: str, send: Send, fetch: Coroutine[None, None, Media]
    ) -> None:
        try:
            media = await fetch
        except GraphError as error:
            self._report(business, phone.customer, wamid, "failed", send.tracker, (error.code, error.details))
            return
        self._show(business, phone, wamid, send, None, show_media(send, media))

    def _show(
        self,
        business: Business,
        phone: Phone,
        wamid: str,
        send: Send,
        template: Template | None,
        media: MediaView | None,
    ) -> None:
        content = of_send(send, template, media)
        number = business.phone_number_id
        self.store.add_message(phone, number, wamid, "to_customer", self.clock(), content)
        self._report(business, phone.customer, wamid, "sent", send.tracker)
        self.store.set_status(phone, wamid, "delivered", self.clock())
        self._report(business, phone.customer, wamid, "delivered", send.tracker)
        if self.config.auto_read:
            self.read_by_customer(phone, [wamid])

    def read_by_customer(self, phone: Phone, wamids: list[str]) -> int:
        """The phone shows these messages of businesses: `read` statuses go out. Returns how many were new."""
        new = 0
        for wamid in wamids:
            message = phone.messages.get(wamid)
            if message is None or message.direction != "to_customer":
                continue
            business = self.business(message.business)
            if business and self.store.set_status(phone, wamid, "read", self.clock()):
                tracker = message.content.raw.get("biz_opaque_callback_data")
                self._report(business, phone.customer, wamid, "read", str(tracker) if tracker else None)
                new += 1
        return new

    def read_by_business(self, business: Business, wamid: str, *, typing: bool) -> None:
        """Mark the customer's message and those before it as read, and show typing.

        Raises GraphError 131009 when this business never got a message with that id.
        """
        found = self.store.find_message(wamid)
        if (
            found is None
            or found[1].business != business.phone_number_id
            or found[1].direction != "from_customer"
        ):
            raise GraphError(131009, "Param message_id: no message with this id was received by this number.")
        phone, message = found
        for event in list(phone.events):
            if event.seq > message.seq:
                break
            if (
                isinstance(event, PhoneMessage)
                and event.business == message.business
                and event.direction == "from_customer"
            ):
                self.store.set_status(phone, event.wamid, "read", self.clock())
        if typing:
            self.store.show_typing(phone, business.phone_number_id, self.clock())

    def _report(
        self,
        business: Business,
        customer: Customer,
        wamid: str,
        name: MessageStatus,
        tracker: str | None,
        error: tuple[int, str] | None = None,
    ) -> None:
        body = payloads.status(wamid, name, self.clock(), customer.wa_id, tracker=tracker, error=error)
        self._sender.enqueue(payloads.Update("statuses", business, customer, body))


def show_media(send: Send, media: Media) -> MediaView:
    """How a send shows its file: by the filename it gives, as a voice note when it says so."""
    content = send.content if isinstance(send.content, Mapping) else {}
    filename = content.get("filename")
    return media.view(
        filename=filename if isinstance(filename, str) else None, voice=content.get("voice") is True
    )
