"""What does the notifier do with each event? Reads it, hands it to the store, publishes the outcome."""

from __future__ import annotations

from typing import TypeVar, cast

from services.notifier.store import NotifierStore
from shared.actors.delivery import Delivery
from shared.errors import Poison
from shared.messages.booking import EVENTS, BookingEvent
from shared.messages.envelope import Message
from shared.messages.media import ReceiptReady
from shared.outbox import Sender
from shared.telemetry import get_logger

_TOLD = cast("dict[str, type[BookingEvent]]", {kind.name: kind for kind in EVENTS})
"""Booking's events by their name on the bus; `plan` says what each calls for."""

AnyMessage = TypeVar("AnyMessage", bound=Message)


class Subscribers:
    """Handles deliveries of EVENTS; those of no concern have no effect, and are confirmed."""

    def __init__(self, store: NotifierStore, sender: Sender) -> None:
        self._store = store
        self._sender = sender
        self._log = get_logger("notifier")

    async def handle(self, delivery: Delivery) -> None:
        """Handle one event; its effect is committed on return. Raises `Poison` or `ValidationError`."""
        owner, name = delivery.tokens[1], delivery.name
        if owner == "booking" and name in _TOLD:
            outgoing = await self._store.tell(_read(delivery, _TOLD[name]))
        elif owner == "media" and name == ReceiptReady.name:
            outgoing = await self._store.receipt_ready(_read(delivery, ReceiptReady))
        else:
            # Confirmed all the same, or it would stay in its sender's outbox for ever.
            self._log.info("event_not_told", event_name=name, message_id=delivery.message_id)
            return
        await self._sender.publish(outgoing)


def _read(delivery: Delivery, kind: type[AnyMessage]) -> AnyMessage:
    message = kind.decode(delivery.data)
    if message.tenant_id != delivery.tenant_id:
        raise Poison(f"{delivery.subject} holds a message of another tenant")
    return message
