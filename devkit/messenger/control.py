"""How do tests steer the emulator? People write, tap, block and read, faults go on and off, and all can be counted."""

import json
from dataclasses import asdict
from typing import Literal

from aiohttp import web
from pydantic import Base64Bytes, Field

from devkit.emulator.control import Control
from devkit.emulator.meta import Signing
from devkit.emulator.values import Frozen, model_in
from devkit.messenger.config import Account
from devkit.messenger.faults import FaultBox
from devkit.messenger.network import Network
from devkit.messenger.state import File, Json, Person, new_mid, new_number
from devkit.messenger.webhooks import Webhooks


class Attachment(Frozen):
    """A file that a person sends; `name` ends the link to it."""

    type: Literal["image", "audio", "video", "file"]
    data: Base64Bytes
    content_type: str = "application/octet-stream"
    name: str = "file"


class Tap(Frozen):
    """What a button or a quick reply carried."""

    title: str
    payload: str


class Written(Frozen):
    """A person writes to an account: words, files, or a tap on a button (`postback`) or a quick reply.

    `item`: instead of all that, the event's own content as it is (a reaction, an edit, …). `wait`: answer when the gateway
    has it, not at once.
    """

    account_id: str
    person: str
    text: str | None = None
    attachments: tuple[Attachment, ...] = ()
    postback: Tap | None = None
    quick_reply: Tap | None = None
    reply_to: str | None = None
    item: Json = Field(default_factory=dict)
    mid: str | None = None
    wait: bool = True


class About(Frozen):
    """A person and an account. `blocked`: they want no messages from it; `read`: they look at what they have."""

    account_id: str
    person: str
    blocked: bool = False
    read: bool = False


class Recorded(Frozen):
    """A body to be posted to `url` as it is, once."""

    url: str
    body: Json
    signing: Signing = "good"


class ControlApi(Control):
    """The handlers of `/_control/…`, `/files/…` and `/health`."""

    def __init__(self, network: Network, webhooks: Webhooks, faults: FaultBox) -> None:
        super().__init__(webhooks, faults)
        self._network = network
        self._store = network.store
        self._webhooks = webhooks

    def routes(self) -> list[web.RouteDef]:
        """What to mount."""
        return [
            *super().routes(),
            web.get("/files/{file}/{name}", self.file),
            web.post("/_control/messages", self.write),
            web.get("/_control/messages", self.messages),
            web.post("/_control/people", self.person),
            web.get("/_control/uploads/{id}", self.uploaded),
            web.post("/_control/webhook", self.webhook),
            web.get("/_control/stats", self.stats),
        ]

    async def write(self, request: web.Request) -> web.Response:
        """A person writes (`Written`): {"mid"}."""
        written = await model_in(request, Written)
        account = self._account(written.account_id)
        mid = written.mid or new_mid()
        base = self._network.config.public_url or str(request.url.origin())
        field, item = self._item(written, mid, base)
        taken = self._network.receive(account, written.person, field, item)
        if written.wait:
            await taken.wait()
        return web.json_response({"mid": mid})

    def _item(self, written: Written, mid: str, base: str) -> tuple[str, Json]:
        if written.item:
            return "messages", written.item
        if written.postback is not None:
            return "messaging_postbacks", {"postback": {"mid": mid, **written.postback.model_dump()}}
        message: Json = {"mid": mid}
        if written.quick_reply is not None:
            message |= {
                "text": written.quick_reply.title,
                "quick_reply": {"payload": written.quick_reply.payload},
            }
        elif written.text is not None:
            message["text"] = written.text
        if written.attachments:
            message["attachments"] = [self._keep(one, base) for one in written.attachments]
        if written.reply_to is not None:
            message["reply_to"] = {"mid": written.reply_to}
        return "messages", {"message": message}

    def _keep(self, attachment: Attachment, base: str) -> Json:
        """Keep a file; what the webhook says of it: its public link, as on Meta's CDN."""
        file_id = new_number()
        self._store.files[file_id] = File(attachment.name, attachment.content_type, attachment.data)
        return {"type": attachment.type, "payload": {"url": f"{base}/files/{file_id}/{attachment.name}"}}

    async def person(self, request: web.Request) -> web.Response:
        """A person blocks an account or lets it back, and perhaps reads (`About`): {"typing"}, how often it was shown."""
        about = await model_in(request, About)
        account = self._account(about.account_id)
        known = self._store.people.setdefault((about.account_id, about.person), Person())
        known.blocked = about.blocked
        if about.read:
            await self._network.read(account, about.person).wait()
        return web.json_response({"typing": known.typing})

    async def messages(self, request: web.Request) -> web.Response:
        """What was sent (`?account_id=`, `?person=`, else all), oldest first."""
        query = request.query
        found = [asdict(one) for one in self._store.sent_to(query.get("account_id"), query.get("person"))]
        return web.json_response({"messages": found})

    async def uploaded(self, request: web.Request) -> web.Response:
        """The bytes of an upload."""
        return _download(self._store.uploads.get(request.match_info["id"]))

    async def file(self, request: web.Request) -> web.Response:
        """A person's file, for whoever has its link."""
        return _download(self._store.files.get(request.match_info["file"]))

    async def webhook(self, request: web.Request) -> web.Response:
        """Post a body (`Recorded`) once and now: {"status"}, 0 for no answer."""
        recorded = await model_in(request, Recorded)
        raw = json.dumps(recorded.body).encode()
        return web.json_response({"status": await self._webhooks.post(recorded.url, raw, recorded.signing)})

    async def stats(self, request: web.Request) -> web.Response:
        """Counts since the start; `?idle_within=<seconds>` waits until nothing is pending, `idle` says if so."""
        counts: dict[str, object] = {
            "webhooks": asdict(self._webhooks.counts),
            "sent": len(self._store.sent),
            "people": len(self._store.people),
        }
        return web.json_response(await self.waited(request) | counts)

    def _account(self, account_id: str) -> Account:
        account = self._network.config.account(account_id)
        if account is None:
            raise web.HTTPNotFound(text=f"There is no page or profile {account_id}.")
        return account


def _download(file: File | None) -> web.Response:
    if file is None:
        raise web.HTTPNotFound(text="There is no such file.")
    return web.Response(body=file.data, headers={"Content-Type": file.content_type})
