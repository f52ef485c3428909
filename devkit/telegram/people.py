"""What do people do? They write, tap, send files, edit, block: `POST /_control/bots/<bot id>/people/<person id>/<what>`."""

import base64
import binascii
from collections.abc import Callable

from aiohttp import web
from pydantic import Field

from devkit.emulator.values import Frozen, model_in
from devkit.telegram import updates
from devkit.telegram.sender import WebhookSender
from devkit.telegram.state import BotState, Chat, File, Message, World

OGG = b"OggS\x00\x02" + bytes(58)
JPEG = b"\xff\xd8\xff\xe0" + bytes(60)


class Text(Frozen):
    """Words, maybe in answer to a message of the chat."""

    text: str = Field(min_length=1, max_length=4096)
    reply_to: int | None = None


class Start(Frozen):
    """The Start button, maybe by a link `t.me/<bot>?start=<payload>`."""

    payload: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$")


class TapOn(Frozen):
    """A button of a message: by its `data`, or by what it says."""

    message_id: int
    data: str | None = None
    title: str | None = None


class Sent(Frozen):
    """A file: its bytes (a made-up one without), and its announced size when that is to be another."""

    content: str | None = Field(default=None, alias="base64")
    mime: str | None = None
    filename: str | None = None
    caption: str | None = Field(default=None, max_length=1024)
    size: int | None = Field(default=None, ge=0)


class Place(Frozen):
    """A place; with a title it is a venue."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    title: str | None = None
    address: str = ""


class Contact(Frozen):
    """A card of the address book; the person's own when `user_id` is left out."""

    phone_number: str
    first_name: str | None = None
    user_id: int | None = None
    reply_to: int | None = None


class Edit(Frozen):
    """New words for an own message."""

    message_id: int
    text: str = Field(min_length=1, max_length=4096)


class PeopleApi:
    """The handlers. A message answers `{"message_id", "update_id"}`, a tap `{"callback_query_id", "update_id"}`."""

    def __init__(self, world: World, sender: WebhookSender, clock: Callable[[], float]) -> None:
        self._world = world
        self._sender = sender
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """What to mount."""
        actions = {
            "text": self.text,
            "start": self.start,
            "tap": self.tap,
            "voice": self.voice,
            "photo": self.photo,
            "document": self.document,
            "location": self.location,
            "contact": self.contact,
            "edit": self.edit,
            "block": self.block,
            "unblock": self.unblock,
        }
        base = "/_control/bots/{bot:[0-9]+}/people/{person:[0-9]+}"
        return [web.post(f"{base}/{name}", handler) for name, handler in actions.items()]

    async def text(self, request: web.Request) -> web.Response:
        """The person writes."""
        said = await model_in(request, Text)
        return self._say(request, {"text": said.text}, said.reply_to)

    async def start(self, request: web.Request) -> web.Response:
        """The person presses Start; a block ends by it."""
        payload = (await model_in(request, Start)).payload
        bot, chat = self._chat(request)
        if chat.blocked:
            self._set_blocked(bot, chat, blocked=False)
        entities = [{"offset": 0, "length": 6, "type": "bot_command"}]
        text = f"/start {payload}" if payload else "/start"
        return self._say(request, {"text": text, "entities": entities})

    async def tap(self, request: web.Request) -> web.Response:
        """The person taps a button of a message of the bot's."""
        wish = await model_in(request, TapOn)
        bot, chat = self._chat(request)
        message = chat.messages.get(wish.message_id)
        data = _button(message, wish) if message else None
        if message is None or data is None:
            raise web.HTTPNotFound(text="No such button: look at the chat in /_control/state.")
        tap_id = self._world.tap(bot, self._clock())
        item = updates.tap(bot, chat, message, tap_id, data)
        update_id = self._sender.enqueue(bot.bot.id, "callback_query", chat.person.id, item)
        return web.json_response({"callback_query_id": tap_id, "update_id": update_id})

    async def voice(self, request: web.Request) -> web.Response:
        """The person sends a voice note."""
        file, _ = await self._file(request, OGG, "audio/ogg", "voice")
        return self._say(request, {"voice": updates.file(file, duration=2, mime_type=file.mime)})

    async def photo(self, request: web.Request) -> web.Response:
        """The person sends a photo; Telegram makes a small one of it, too."""
        file, caption = await self._file(request, JPEG, "image/jpeg", "photos")
        small = self._world.keep(file.data[:32], file.mime, "photos")
        sizes = [updates.file(small, width=90, height=60), updates.file(file, width=1280, height=853)]
        return self._say(request, {"photo": sizes, **caption})

    async def document(self, request: web.Request) -> web.Response:
        """The person sends a file."""
        file, caption = await self._file(request, b"%PDF-1.4\n", "application/pdf", "documents")
        return self._say(request, {"document": updates.file(file, mime_type=file.mime), **caption})

    async def location(self, request: web.Request) -> web.Response:
        """The person sends where they are, or a place of the map."""
        place = await model_in(request, Place)
        location = {"latitude": place.latitude, "longitude": place.longitude}
        if place.title is None:
            return self._say(request, {"location": location})
        venue = {"location": location, "title": place.title, "address": place.address}
        return self._say(request, {"location": location, "venue": venue})

    async def contact(self, request: web.Request) -> web.Response:
        """The person sends a contact, maybe with the button that asks for it."""
        card = await model_in(request, Contact)
        _, chat = self._chat(request)
        told = {
            "phone_number": card.phone_number,
            "first_name": card.first_name or chat.person.first_name,
            "user_id": card.user_id or chat.person.id,
        }
        return self._say(request, {"contact": told}, card.reply_to)

    async def edit(self, request: web.Request) -> web.Response:
        """The person changes what they wrote."""
        wish = await model_in(request, Edit)
        bot, chat = self._chat(request)
        message = chat.messages.get(wish.message_id)
        if message is None or message.sender != "person" or "text" not in message.content:
            raise web.HTTPNotFound(text="Only an own text can be edited.")
        message.content["text"], message.edited_at = wish.text, self._clock()
        return self._tell(bot, chat, "edited_message", message)

    async def block(self, request: web.Request) -> web.Response:
        """The person blocks the bot."""
        bot, chat = self._chat(request)
        return web.json_response({"update_id": self._set_blocked(bot, chat, blocked=True)})

    async def unblock(self, request: web.Request) -> web.Response:
        """The person lets the bot back."""
        bot, chat = self._chat(request)
        return web.json_response({"update_id": self._set_blocked(bot, chat, blocked=False)})

    # --- helpers --------------------------------------------------------------------------------------

    def _chat(self, request: web.Request) -> tuple[BotState, Chat]:
        bot = self._world.bots.get(int(request.match_info["bot"]))
        if bot is None:
            raise web.HTTPNotFound(text="No such bot: its id is what stands before the colon of its token.")
        return bot, self._world.chat(bot, int(request.match_info["person"]))

    def _set_blocked(self, bot: BotState, chat: Chat, *, blocked: bool) -> int | None:
        if chat.blocked == blocked:
            return None
        chat.blocked = blocked
        item = updates.my_chat_member(bot, chat, self._clock(), blocked=blocked)
        return self._sender.enqueue(bot.bot.id, "my_chat_member", chat.person.id, item)

    def _say(
        self, request: web.Request, content: dict[str, object], reply_to: int | None = None
    ) -> web.Response:
        bot, chat = self._chat(request)
        if chat.blocked:
            raise web.HTTPConflict(text="This person has blocked the bot: unblock first.")
        chat.started = True
        message = self._world.add(bot, chat, "person", self._clock(), content, reply_to=reply_to)
        return self._tell(bot, chat, "message", message)

    def _tell(self, bot: BotState, chat: Chat, kind: str, message: Message) -> web.Response:
        item = updates.message(bot, chat, message)
        update_id = self._sender.enqueue(bot.bot.id, kind, chat.person.id, item)
        return web.json_response({"message_id": message.message_id, "update_id": update_id})

    async def _file(
        self, request: web.Request, default: bytes, mime: str, folder: str
    ) -> tuple[File, dict[str, object]]:
        sent = await model_in(request, Sent)
        try:
            data = base64.b64decode(sent.content, validate=True) if sent.content else default
        except (binascii.Error, ValueError):
            raise web.HTTPBadRequest(text="base64 is not valid.") from None
        file = self._world.keep(data, sent.mime or mime, folder, name=sent.filename, size=sent.size)
        return file, {"caption": sent.caption} if sent.caption else {}


def _button(message: Message, wish: TapOn) -> str | None:
    markup = message.content.get("reply_markup")
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    buttons = [button for row in rows for button in row] if isinstance(rows, list) else []
    for button in buttons:
        data = button.get("callback_data")
        if isinstance(data, str) and wish.data in (None, data) and wish.title in (None, button.get("text")):
            return data
    return None
