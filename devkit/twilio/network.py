"""What happens between the account's numbers and people's phones? Queues, STOP, windows, statuses: the emulator's inside."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import Final

from devkit.twilio.config import Number, TwilioConfig
from devkit.twilio.errors import TwilioError
from devkit.twilio.faults import FaultBox
from devkit.twilio.state import Message, Store
from devkit.twilio.webhooks import Webhooks
from devkit.whatsapp.limits import window_is_open

STOP_WORDS: Final = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS: Final = frozenset({"START", "YES", "UNSTOP"})
HELP_WORDS: Final = frozenset({"HELP", "INFO"})
OUTSIDE_WINDOW: Final = 63016


class Network:
    """Carries messages both ways. `clock` gives unix seconds."""

    def __init__(
        self,
        config: TwilioConfig,
        store: Store,
        webhooks: Webhooks,
        faults: FaultBox,
        clock: Callable[[], float],
    ) -> None:
        self.config = config
        self.store = store
        self.clock = clock
        self._webhooks = webhooks
        self._faults = faults
        self._waiting: dict[Number, deque[tuple[Message, asyncio.Event]]] = {}

    def number(self, channel: str, number: str) -> Number | None:
        """The account's sender with this number on this channel."""
        found = (one for one in self.config.numbers if (one.channel, one.number) == (channel, number))
        return next(found, None)

    # --- to people ------------------------------------------------------------------------------------

    def admit(self, sender: Number, person: str, *, is_template: bool) -> None:
        """Raise TwilioError 21610 after STOP, 21611 for a full queue, 63016 for a closed window (if asked for at once)."""
        if (sender.channel, sender.number, person) in self.store.blocked:
            raise TwilioError(21610)
        if len(self._waiting.get(sender, ())) >= self.config.queue_limit:
            raise TwilioError(21611)
        is_closed = not is_template and self._window_is_closed(sender, person)
        if is_closed and self.config.window_error == "response":
            raise TwilioError(OUTSIDE_WINDOW)

    def _window_is_closed(self, sender: Number, person: str) -> bool:
        if sender.channel != "whatsapp":
            return False
        last = self.store.last_wrote.get((sender.channel, sender.number, person))
        is_open = window_is_open(last, self.clock(), self.config.window_hours)
        return not is_open or self._faults.current.close_windows

    def send(self, sender: Number, message: Message) -> asyncio.Event:
        """Take an admitted message: it goes out after those before it. The event tells when all is reported."""
        reported = asyncio.Event()
        self.store.messages[message.sid] = message
        message.move("queued")
        waiting = self._waiting.get(sender)
        if waiting is None:
            waiting = self._waiting[sender] = deque()
            self._webhooks.do(self._drain(sender))
        waiting.append((message, reported))
        return reported

    async def _drain(self, sender: Number) -> None:
        waiting = self._waiting[sender]
        rate = self.config.long_code_per_second if sender.channel == "sms" else None
        # An empty queue goes away; nothing awaits between the check and the removal.
        while waiting:
            self._pass_on(sender, *waiting.popleft())
            if rate is not None:
                await asyncio.sleep(1 / rate)
        del self._waiting[sender]

    def _pass_on(self, sender: Number, message: Message, reported: asyncio.Event) -> None:
        faults = self._faults
        is_template = message.content_sid is not None
        if not is_template and self._window_is_closed(sender, message.person):
            message.error_code = OUTSIDE_WINDOW
            statuses = ["failed"]
        elif faults.strikes("undeliverable_sends", "undeliverable_chance", message.person):
            message.error_code = faults.current.undeliverable_code
            statuses = ["sent", "undelivered"]
        else:
            message.arrived = True
            statuses = ["sent", "delivered"]
            if sender.channel == "whatsapp" and self.config.auto_read:
                statuses.append("read")
        for status in statuses:
            message.move(status)
        self._webhooks.do(self._report(message, ["queued", *statuses], reported))

    async def _report(self, message: Message, statuses: list[str], reported: asyncio.Event) -> None:
        faults = self._faults.current
        if faults.delay_callbacks_seconds:
            await asyncio.sleep(faults.delay_callbacks_seconds)
        if faults.reorder_callbacks:
            statuses = self._faults.shuffled(statuses)
        for status in statuses:
            if not message.callback or self._faults.take("drop_callbacks"):
                continue
            for _ in range(1 + faults.duplicate_callbacks):
                await self._webhooks.send(message.callback, self._status_form(message, status))
        reported.set()

    def _status_form(self, message: Message, status: str) -> dict[str, str]:
        form = {
            "AccountSid": self.config.account_sid,
            "ApiVersion": "2010-04-01",
            "From": message.address(message.ours),
            "MessageSid": message.sid,
            "MessageStatus": status,
            "SmsSid": message.sid,
            "SmsStatus": status,
            "To": message.address(message.person),
        }
        if status in ("failed", "undelivered") and message.error_code:
            form["ErrorCode"] = str(message.error_code)
        if message.channel == "whatsapp":
            form |= {"ChannelPrefix": "whatsapp", "EventType": status.upper()}
        return form

    # --- from people ----------------------------------------------------------------------------------

    async def receive(self, receiver: Number, message: Message, more: Mapping[str, str]) -> tuple[int, int]:
        """A person wrote: the gateway's last HTTP status and the tries. `more` are fields of the form as given."""
        key = (receiver.channel, receiver.number, message.person)
        self.store.messages[message.sid] = message
        self.store.last_wrote[key] = self.clock()
        message.arrived = True
        message.move("received")
        opted = self._heed(receiver, message)
        form = self._message_form(message) | opted | dict(more)
        answer = await self._webhooks.send(receiver.webhook_url, form)
        for _ in range(self._faults.current.repeat_messages):
            await self._webhooks.send(receiver.webhook_url, form)
        return answer

    def _heed(self, receiver: Number, message: Message) -> dict[str, str]:
        """STOP blocks further messages and START allows them again; a word counts only when it is the whole message."""
        key = (receiver.channel, receiver.number, message.person)
        if receiver.channel == "whatsapp" and not self.config.advanced_opt_out:
            return {}
        word = message.body.strip().upper()
        kinds = {"STOP": STOP_WORDS, "START": START_WORDS, "HELP": HELP_WORDS}
        kind = next((kind for kind, words in kinds.items() if word in words), None)
        if kind == "STOP":
            self.store.blocked.add(key)
        elif kind == "START":
            self.store.blocked.discard(key)
        return {"OptOutType": kind} if kind and self.config.advanced_opt_out else {}

    def _message_form(self, message: Message) -> dict[str, str]:
        form = {
            "AccountSid": self.config.account_sid,
            "ApiVersion": "2010-04-01",
            "Body": message.body,
            "From": message.address(message.person),
            "FromCity": "",
            "MessageSid": message.sid,
            "NumMedia": str(len(message.media)),
            "NumSegments": "1",
            "SmsMessageSid": message.sid,
            "SmsSid": message.sid,
            "SmsStatus": "received",
            "To": message.address(message.ours),
        }
        if message.channel == "whatsapp":
            form["MessageType"] = "text"
            if message.person.startswith("+"):
                form["WaId"] = message.person[1:]
        return form
