"""How do tests steer the emulator? People write, faults go on and off, recorded forms are sent, and all can be counted."""

import uuid
from collections import Counter
from dataclasses import asdict

from aiohttp import web
from pydantic import Base64Bytes, Field

from devkit.emulator.control import Control
from devkit.emulator.meta import Signing
from devkit.emulator.values import Frozen, model_in
from devkit.twilio.config import ChannelName
from devkit.twilio.faults import FaultBox
from devkit.twilio.network import Network
from devkit.twilio.state import File, Message, new_sid
from devkit.twilio.webhooks import Webhooks


class Attachment(Frozen):
    """A file that a person sends."""

    content_type: str
    data: Base64Bytes


class Written(Frozen):
    """A person writes: `person` to our `number`. `form` adds fields or replaces them (ButtonPayload, Latitude, …).

    `wait`: answer when the webhook is done with, not at once.
    """

    number: str
    person: str
    body: str = ""
    channel: ChannelName = "sms"
    media: tuple[Attachment, ...] = ()
    form: dict[str, str] = Field(default_factory=dict)
    sid: str | None = None
    wait: bool = True


class Recorded(Frozen):
    """A form to be posted to `url` as it is, once."""

    url: str
    form: dict[str, str]
    signing: Signing = "good"
    token: str = Field(default_factory=lambda: str(uuid.uuid4()))


class ControlApi(Control):
    """The handlers of `/_control/…` and `/health`."""

    def __init__(self, network: Network, webhooks: Webhooks, faults: FaultBox) -> None:
        super().__init__(webhooks, faults)
        self._network = network
        self._store = network.store
        self._webhooks = webhooks

    def routes(self) -> list[web.RouteDef]:
        """What to mount."""
        return [
            *super().routes(),
            web.post("/_control/messages", self.write),
            web.get("/_control/messages", self.messages),
            web.post("/_control/webhook", self.webhook),
            web.get("/_control/stats", self.stats),
        ]

    async def write(self, request: web.Request) -> web.Response:
        """A person writes (`Written`): {"sid", "status", "tries"}; `status` is the gateway's, 0 for no answer."""
        written = await model_in(request, Written)
        receiver = self._network.number(written.channel, written.number)
        if receiver is None:
            raise web.HTTPNotFound(text=f"{written.number} is no number of the account on {written.channel}.")
        message = Message(
            sid=written.sid or new_sid("SM"),
            channel=written.channel,
            ours=written.number,
            person=written.person,
            outbound=False,
            body=written.body,
            created_at=self._network.clock(),
        )
        links = self._attach(message, written.media, str(request.url.origin()))
        more = links | written.form
        if not written.wait:
            self._webhooks.do(self._receive(written, message, more))
            return web.json_response({"sid": message.sid})
        status, tries = await self._network.receive(receiver, message, more)
        return web.json_response({"sid": message.sid, "status": status, "tries": tries})

    async def _receive(self, written: Written, message: Message, more: dict[str, str]) -> None:
        receiver = self._network.number(written.channel, written.number)
        assert receiver is not None, "looked up before"
        await self._network.receive(receiver, message, more)

    def _attach(self, message: Message, media: tuple[Attachment, ...], origin: str) -> dict[str, str]:
        """Keep the files; the fields of the form that tell of them."""
        base = self._network.config.public_url or origin
        account = self._network.config.account_sid
        fields: dict[str, str] = {}
        for number, one in enumerate(media):
            file = File(new_sid("ME"), message.sid, one.content_type, one.data)
            self._store.files[file.sid] = file
            message.media.append(file.sid)
            path = f"/2010-04-01/Accounts/{account}/Messages/{message.sid}/Media/{file.sid}"
            fields |= {f"MediaUrl{number}": base + path, f"MediaContentType{number}": one.content_type}
        return fields

    async def messages(self, request: web.Request) -> web.Response:
        """What the account sent (`?person=`, else to all), oldest first: each with `arrived` and every status it had."""
        found = [asdict(one) for one in self._store.sent_to(request.query.get("person"))]
        return web.json_response({"messages": found})

    async def webhook(self, request: web.Request) -> web.Response:
        """Post a form (`Recorded`) once and now: {"status"}, 0 for no answer."""
        recorded = await model_in(request, Recorded)
        status, _ = await self._webhooks.post(
            recorded.url, recorded.form, token=recorded.token, signing=recorded.signing
        )
        return web.json_response({"status": status})

    async def stats(self, request: web.Request) -> web.Response:
        """Counts since the start; `?idle_within=<seconds>` waits until nothing is pending, `idle` says if so.

        `sent` counts what the account sent by its status now, `arrived` what people have, `blocked` who said STOP.
        """
        waited = await self.waited(request)
        sent = list(self._store.sent_to())
        counts: dict[str, object] = {
            "webhooks": asdict(self._webhooks.counts),
            "sent": Counter(one.status for one in sent),
            "arrived": sum(one.arrived for one in sent),
            "received": sum(not one.outbound for one in self._store.messages.values()),
            "blocked": len(self._store.blocked),
        }
        return web.json_response(waited | counts)
