"""What does the notifier do with each event? Reads it, hands it to the store, publishes the outcome."""

from __future__ import annotations

from typing import TypeVar

from services.notifier.store import NotifierStore
from shared.actors.delivery import Delivery
from shared.errors import Poison
from shared.messages.booking import BookingCancelled, BookingConfirmed
from shared.messages.envelope import Message
from shared.messages.media import ReceiptReady
from shared.outbox import Sender

AnyMessage = TypeVar("AnyMessage", bound=Message)


class Subscribers:
    """Handles deliveries of EVENTS; those of no concern have no effect."""

    def __init__(self, store: NotifierStore, sender: Sender) -> None:
        self._store = store
        self._sender = sender

    async def handle(self, delivery: Delivery) -> None:
        """Handle one event; its effect is committed on return. Raises `Poison` or `ValidationError`."""
        match (delivery.tokens[1], delivery.name):
            case ("booking", BookingConfirmed.name):
                outgoing = await self._store.tell(_read(delivery, BookingConfirmed))
            case ("booking", BookingCancelled.name):
                outgoing = await self._store.tell(_read(delivery, BookingCancelled))
            case ("media", ReceiptReady.name):
                outgoing = await self._store.receipt_ready(_read(delivery, ReceiptReady))
            case _:
                return
        await self._sender.publish(outgoing)


def _read(delivery: Delivery, kind: type[AnyMessage]) -> AnyMessage:
    message = kind.decode(delivery.data)
    if message.tenant_id != delivery.tenant_id:
        raise Poison(f"{delivery.subject} holds a message of another tenant")
    return message
