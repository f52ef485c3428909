"""What can a bot do to a chat? The methods that send, show and answer, with Telegram's checks in its order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from devkit.telegram import keyboards, limits, updates
from devkit.telegram.config import EmulatorConfig
from devkit.telegram.errors import ApiError, bad_request, forbidden, too_many
from devkit.telegram.params import Params, Upload
from devkit.telegram.state import BotState, Chat, File, World

_REPLY: Final = "can't parse reply parameters JSON object"
_MARKUP: Final = "can't parse reply keyboard markup JSON object"
_REACTIONS: Final = "can't parse reaction types JSON object"
_VOICES: Final = (b"OggS", b"ID3")
_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


@dataclass(frozen=True, slots=True)
class Target:
    """The chat that may be written to, the keyboard shown with it and the number of the message answered."""

    chat: Chat
    markup: Mapping[str, object] | None
    reply_to: int | None


class Methods:
    """The handlers by lower-case name: bot and parameters in, `result` out. They raise `ApiError`."""

    def __init__(self, config: EmulatorConfig, world: World, clock: Callable[[], float]) -> None:
        self._config = config
        self._world = world
        self._clock = clock
        self.refused_by_limits = 0
        self.table: Mapping[str, Callable[[BotState, Params], object]] = {
            "sendmessage": self.send_message,
            "senddocument": self.send_document,
            "sendphoto": self.send_photo,
            "sendvoice": self.send_voice,
            "sendchataction": self.send_chat_action,
            "answercallbackquery": self.answer_callback_query,
            "setmessagereaction": self.set_message_reaction,
            "getfile": self.get_file,
        }

    def send_message(self, bot: BotState, params: Params) -> object:
        """`sendMessage`: plain text only (markup is shown as it stands)."""
        text = params.text("text").strip()
        if not text:
            raise bad_request("message text is empty")
        if limits.units(text) > limits.TEXT:
            raise bad_request("message is too long")
        return self._send(bot, self._sendable(bot, params), "sendMessage", {"text": text})

    def send_document(self, bot: BotState, params: Params) -> object:
        """`sendDocument`."""
        return self._send_file(bot, params, "sendDocument", "document")

    def send_photo(self, bot: BotState, params: Params) -> object:
        """`sendPhoto`: JPEG or PNG up to 10 MB."""
        return self._send_file(bot, params, "sendPhoto", "photo")

    def send_voice(self, bot: BotState, params: Params) -> object:
        """`sendVoice`: what is no OGG or MP3 arrives as a document."""
        return self._send_file(bot, params, "sendVoice", "voice")

    def send_chat_action(self, bot: BotState, params: Params) -> object:
        """`sendChatAction`."""
        if params.text("action") not in limits.ACTIONS:
            raise bad_request("wrong parameter action in request")
        self._chat(bot, params).typing += 1
        return True

    def answer_callback_query(self, bot: BotState, params: Params) -> object:
        """`answerCallbackQuery`: in time, and to a tap of this bot's."""
        tap = self._world.taps.get(params.text("callback_query_id"))
        if tap is None or tap.bot_id != bot.bot.id or self._clock() - tap.at > self._config.callback_seconds:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        tap.answered = True
        return True

    def set_message_reaction(self, bot: BotState, params: Params) -> object:
        """`setMessageReaction`: one of Telegram's emoji, or none to take it away."""
        chat = self._chat(bot, params)
        message = chat.messages.get(params.number("message_id") or 0)
        if message is None:
            raise bad_request("message to react not found")
        given = params.structure("reaction", _REACTIONS) or []
        if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
            raise bad_request("expected an Array of ReactionType")
        if len(given) > 1:
            raise bad_request("REACTIONS_TOO_MANY")
        emoji = [str(one.get("emoji", "")) for one in given]
        if not limits.REACTIONS.issuperset(emoji):
            raise bad_request("REACTION_INVALID")
        message.reactions = emoji
        return True

    def get_file(self, bot: BotState, params: Params) -> object:
        """`getFile`: where a file up to 20 MB can be downloaded."""
        file = self._world.files.get(params.text("file_id"))
        if file is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if file.size > self._config.max_download:
            raise bad_request("file is too big")
        return {
            "file_id": file.file_id,
            "file_unique_id": file.unique_id,
            "file_size": file.size,
            "file_path": file.path,
        }

    # --- sending --------------------------------------------------------------------------------------

    def _send_file(self, bot: BotState, params: Params, method: str, kind: str) -> object:
        upload = params.files.get(kind)
        known = self._world.files.get(params.text(kind))
        if upload is None and known is None:
            raise bad_request(f"there is no {kind} in the request")
        if limits.units(params.text("caption")) > limits.CAPTION:
            raise bad_request("message caption is too long")
        target = self._sendable(bot, params)
        file = self._keep(upload, kind) if upload is not None else known
        assert file is not None
        caption = {"caption": params.text("caption").strip()} if params.text("caption").strip() else {}
        return self._send(bot, target, method, {**_shown(kind, file), **caption})

    def _keep(self, upload: Upload, kind: str) -> File:
        if not upload.data:
            raise bad_request("file must be non-empty")
        if len(upload.data) > self._config.max_upload:
            raise ApiError(413, "Request Entity Too Large")
        if kind == "photo":
            if len(upload.data) > limits.PHOTO_BYTES:
                raise bad_request("too big Photo file")
            if not upload.data.startswith(_PICTURES):
                raise bad_request("IMAGE_PROCESS_FAILED")
        folder = {"photo": "photos", "voice": "voice"}.get(kind, "documents")
        return self._world.keep(upload.data, upload.mime, folder, name=upload.name)

    def _send(
        self, bot: BotState, target: Target, method: str, content: Mapping[str, object]
    ) -> Mapping[str, object]:
        now = self._clock()
        target.chat.rate.take(now)
        bot.rate.take(now)
        markup = target.markup or {}
        shown = {**content, **({"reply_markup": markup} if "inline_keyboard" in markup else {})}
        message = self._world.add(
            bot, target.chat, "bot", now, shown, method=method, reply_to=target.reply_to
        )
        message.keyboard = markup if "keyboard" in markup else None
        return updates.message(bot, target.chat, message)

    def _sendable(self, bot: BotState, params: Params) -> Target:
        """Where to, when something may be sent there now."""
        markup = keyboards.check(params.structure("reply_markup", _MARKUP))
        chat = self._chat(bot, params)
        reply_to = _reply_to(params, chat)
        if chat.person.deactivated:
            raise forbidden("user is deactivated")
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
        if not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
        if self._config.limits:
            now = self._clock()
            seconds = max(bot.rate.wait(now), chat.rate.wait(now))
            if seconds:
                self.refused_by_limits += 1
                raise too_many(seconds)
        return Target(chat, markup, reply_to)

    def _chat(self, bot: BotState, params: Params) -> Chat:
        if not params.text("chat_id"):
            raise bad_request("chat_id is empty")
        person_id = params.number("chat_id")
        if person_id is None or person_id not in self._world.people:
            raise bad_request("chat not found")
        return self._world.chat(bot, person_id)


def _reply_to(params: Params, chat: Chat) -> int | None:
    given = params.structure("reply_parameters", _REPLY)
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise bad_request("object expected as reply parameters")
    number = given.get("message_id")
    if isinstance(number, int) and number in chat.messages:
        return number
    if given.get("allow_sending_without_reply") is not True:
        raise bad_request("message to be replied not found")
    return None


def _shown(kind: str, file: File) -> dict[str, object]:
    if kind == "photo":
        return {"photo": [updates.file(file, width=1280, height=853)]}
    if kind == "voice" and file.data.startswith(_VOICES):
        return {"voice": updates.file(file, duration=1, mime_type=file.mime)}
    return {"document": updates.file(file, mime_type=file.mime)}
