"""What does the notifier do when somebody wants a receipt again? Sends what it sent before, once per request, and says so."""

from __future__ import annotations

from services.notifier.store import NotifierStore
from shared.actors.delivery import Delivery
from shared.bus import Bus
from shared.errors import Poison
from shared.messages.receipts import SendReceipt
from shared.outbox import Sender


class AskerKeepsIt:
    """Stands in for receipts and dead letters: whoever asked asks again until there is an answer."""

    async def confirm(self, delivery: Delivery) -> None:
        """Nothing: the answer is the confirmation."""

    async def put(self, delivery: Delivery, reason: str, tries: int) -> None:
        """Nothing: the mailbox has logged it, and the asker still has it."""


class ReceiptsAgain:
    """Handles `send_receipt` jobs."""

    def __init__(self, store: NotifierStore, sender: Sender, bus: Bus) -> None:
        self._store = store
        self._sender = sender
        self._bus = bus

    async def handle(self, delivery: Delivery) -> None:
        """Send it, and answer. Raises `Poison` or `ValidationError` for what is no such job."""
        if delivery.name != SendReceipt.name:
            raise Poison(f"the notifier knows no job {delivery.name}")
        job = SendReceipt.decode(delivery.data)
        if job.tenant_id != delivery.tenant_id:
            raise Poison(f"{delivery.subject} holds a job of another tenant")
        answer, outgoing = await self._store.send_again(job)
        await self._sender.publish(outgoing)
        await self._bus.reply_to(delivery.headers, answer.model_dump_json().encode())
