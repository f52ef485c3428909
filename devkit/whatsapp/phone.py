"""What can a customer do with the phone? The page, and the same by HTTP for scripts and tests. A development
tool."""

import asyncio
from collections.abc import Mapping
from typing import Final, Literal
from urllib.parse import quote

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from devkit.emulator.values import model_in
from devkit.whatsapp import payloads
from devkit.whatsapp.audio import VOICE_MIME, NotAudioError, to_voice_note
from devkit.whatsapp.config import Business, Customer
from devkit.whatsapp.graph import new_media_id
from devkit.whatsapp.network import Network
from devkit.whatsapp.state import Media, Phone, PhoneMessage

LONGEST_WAIT_SECONDS: Final = 60.0


class TextIn(BaseModel):
    """`client_id` makes a repeated request the same message; `message_id` is the message answered to."""

    model_config = ConfigDict(extra="forbid")
    text: str = Field(min_length=1, max_length=4096)
    message_id: str | None = None
    client_id: str | None = Field(default=None, max_length=64)


class TapIn(BaseModel):
    """A tap on a button or a list row; without `message_id` it answers the newest message that offers this
    id."""

    model_config = ConfigDict(extra="forbid")
    id: str
    title: str
    description: str | None = None
    message_id: str | None = None
    client_id: str | None = Field(default=None, max_length=64)


class ReadIn(BaseModel):
    """What the phone has shown; None = everything of this business."""

    model_config = ConfigDict(extra="forbid")
    message_ids: tuple[str, ...] | None = None


class PreferenceIn(BaseModel):
    """What the customer says to the marketing of this business."""

    model_config = ConfigDict(extra="forbid")
    value: Literal["stop", "resume"]


class RawIn(BaseModel):
    """Any message object: `type` and its body. `from`, `id` and `timestamp` are added where missing."""

    model_config = ConfigDict(extra="allow")
    type: str


class PhoneApi:
    """The handlers of `/phone/…`."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._store = network.store

    def routes(self) -> list[web.RouteDef]:
        """What to mount."""
        chat = r"/phone/{business:\d+}/{customer:\d+}"
        return [
            web.get("/phone/setup", self.setup),
            web.post("/phone/customers", self.add_customer),
            web.post(chat + "/text", self.text),
            web.post(chat + "/tap", self.tap),
            web.post(chat + "/list_tap", self.list_tap),
            web.post(chat + "/voice", self.voice),
            web.post(chat + "/raw", self.raw),
            web.post(chat + "/read", self.read),
            web.post(chat + "/preference", self.preference),
            web.get(chat + "/messages", self.messages),
            web.get(chat + r"/media/{media:\d+}", self.media),
        ]

    async def setup(self, request: web.Request) -> web.Response:
        """Who can write to whom: `{"epoch", "businesses", "customers"}`."""
        businesses = [one.model_dump() for one in self._network.config.businesses]
        customers = [{"wa_id": one.wa_id, "name": one.name} for one in self._store.customers()]
        return web.json_response(
            {"epoch": self._store.epoch, "businesses": businesses, "customers": customers}
        )

    async def add_customer(self, request: web.Request) -> web.Response:
        """A new person with a phone: `{"wa_id", "name"}`."""
        customer = await model_in(request, Customer)
        self._store.add_customer(customer)
        return web.json_response({"wa_id": customer.wa_id, "name": customer.name}, status=201)

    async def text(self, request: web.Request) -> web.Response:
        """The customer types."""
        said = await model_in(request, TextIn)
        return self._answer(request, payloads.text(said.text), said.message_id, said.client_id)

    async def tap(self, request: web.Request) -> web.Response:
        """The customer taps a reply button, or a template's quick-reply button."""
        tapped = await model_in(request, TapIn)
        message = self._offer(request, tapped)
        from_template = message is not None and message.content.type == "template"
        make = payloads.quick_reply if from_template else payloads.button_reply
        wamid = message.wamid if message else tapped.message_id
        return self._answer(request, make(tapped.id, tapped.title), wamid, tapped.client_id)

    async def list_tap(self, request: web.Request) -> web.Response:
        """The customer picks a row of a list."""
        tapped = await model_in(request, TapIn)
        message = self._offer(request, tapped)
        content = payloads.list_reply(tapped.id, tapped.title, tapped.description)
        return self._answer(
            request, content, message.wamid if message else tapped.message_id, tapped.client_id
        )

    async def voice(self, request: web.Request) -> web.Response:
        """The customer sends a voice note: the raw bytes of any audio file. 422 when it is none."""
        try:
            note = await to_voice_note(await request.read())
        except NotAudioError as error:
            raise web.HTTPUnprocessableEntity(text=str(error)) from None
        media = self._store.add_media(Media(new_media_id(), note, VOICE_MIME, self._network.clock()))
        content = payloads.audio(media.id, VOICE_MIME, media.sha256, voice=True)
        business, phone = self._chat(request)
        wamid = self._network.from_customer(business, phone, content, media=media.view(voice=True))
        return web.json_response({"wamid": wamid})

    async def raw(self, request: web.Request) -> web.Response:
        """The customer's client sends whatever is given."""
        message = await model_in(request, RawIn)
        return self._answer(request, message.model_dump(mode="json"), None, None)

    async def preference(self, request: web.Request) -> web.Response:
        """The customer stops or resumes marketing; the business hears of it, and marketing templates get 131050."""
        said = await model_in(request, PreferenceIn)
        business, phone = self._chat(request)
        self._network.prefers(business, phone, said.value)
        return web.json_response({"value": said.value})

    async def read(self, request: web.Request) -> web.Response:
        """The phone shows messages: `{"read": how many were new}`."""
        shown = await model_in(request, ReadIn)
        business, phone = self._chat(request)
        number = business.phone_number_id
        wamids = [m.wamid for m in list(phone.messages.values()) if m.business == number]
        wanted = wamids if shown.message_ids is None else [w for w in shown.message_ids if w in set(wamids)]
        return web.json_response({"read": self._network.read_by_customer(phone, wanted)})

    async def messages(self, request: web.Request) -> web.Response:
        """The chat after sequence number `after`, waiting up to `wait` seconds for the first: `{"messages",
        "last_seq"}`.

        `direction=to_customer` or `from_customer` leaves the other one out, also while waiting.
        """
        business, phone = self._chat(request)
        after, wait = int(_number(request, "after")), min(_number(request, "wait"), LONGEST_WAIT_SECONDS)
        direction = request.query.get("direction")
        found = self._messages(phone, business, after, direction)
        seen = phone.last_seq
        try:
            async with asyncio.timeout(wait):
                while not found and wait > 0:
                    await phone.wait(seen)
                    seen = phone.last_seq
                    found = self._messages(phone, business, after, direction)
        except TimeoutError:
            pass  # nothing came: an empty list says so
        last_seq = found[-1].seq if found else after
        return web.json_response(
            {"messages": [m.model_dump(mode="json") for m in found], "last_seq": last_seq}
        )

    def _messages(
        self, phone: Phone, business: Business, after: int, direction: str | None
    ) -> list[PhoneMessage]:
        return [
            event
            for event in phone.after(after)
            if isinstance(event, PhoneMessage)
            and event.business == business.phone_number_id
            and direction in (None, event.direction)
        ]

    async def media(self, request: web.Request) -> web.Response:
        """The bytes of a file in this chat; 404 for files of other chats."""
        business, phone = self._chat(request)
        media_id = request.match_info["media"]
        media = self._store.media(media_id)
        for message in phone.messages.values():
            shown = message.content.media
            if media and shown and shown.id == media_id and message.business == business.phone_number_id:
                name = quote(shown.filename or media_id)
                headers = {
                    "Content-Type": media.mime_type,
                    "Content-Disposition": f"inline; filename*=UTF-8''{name}",
                }
                return web.Response(body=media.data, headers=headers)
        raise web.HTTPNotFound(text="There is no such file in this chat, or it was dropped to save memory.")

    def _answer(
        self, request: web.Request, content: Mapping[str, object], context: str | None, client_id: str | None
    ) -> web.Response:
        business, phone = self._chat(request)
        known = phone.client_ids.get(client_id) if client_id else None
        if known is not None:
            return web.json_response({"wamid": known})
        answered = (
            {"from": payloads.digits(business.display_phone_number), "id": context} if context else None
        )
        wamid = self._network.from_customer(business, phone, content, context=answered)
        if client_id:
            phone.client_ids[client_id] = wamid
            if len(phone.client_ids) > 1000:
                phone.client_ids.popitem(last=False)
        return web.json_response({"wamid": wamid})

    def _offer(self, request: web.Request, tapped: TapIn) -> PhoneMessage | None:
        business, phone = self._chat(request)
        if tapped.message_id is not None:
            return phone.messages.get(tapped.message_id)
        for message in reversed(phone.messages.values()):
            rows = [
                *message.content.buttons,
                *(row for section in message.content.sections for row in section.rows),
            ]
            if message.business == business.phone_number_id and tapped.id in [row.id for row in rows]:
                return message
        return None

    def _chat(self, request: web.Request) -> tuple[Business, Phone]:
        return chat_of(self._network, request)


def chat_of(network: Network, request: web.Request) -> tuple[Business, Phone]:
    """The business and the phone a path names. Raises 404 for a business that is not configured, 400 for no
    number."""
    business = network.business(request.match_info["business"])
    if business is None:
        raise web.HTTPNotFound(text="No business with this phone_number_id; GET /phone/setup lists them.")
    wa_id = request.match_info["customer"]
    if not 7 <= len(wa_id) <= 15:
        raise web.HTTPBadRequest(text="The customer must be a phone number of 7 to 15 digits.")
    return business, network.store.phone(wa_id)


def _number(request: web.Request, name: Literal["after", "wait"]) -> float:
    try:
        return max(0.0, float(request.query.get(name, 0)))
    except ValueError:
        raise web.HTTPBadRequest(text=f"{name} must be a number.") from None
