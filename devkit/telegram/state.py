"""What does the emulated Telegram remember? Chats with their messages in order, files, taps; all of it in memory."""

import itertools
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from devkit.telegram.config import Bot, EmulatorConfig, Person
from devkit.telegram.limits import Rate

Json = Mapping[str, object]
FIRST_MESSAGE: Final = 1


@dataclass(slots=True)
class Message:
    """A message of a chat. `content` is as the Bot API shows it (without ids and people), `method` what sent it;
    `keyboard` stands below the text field (Telegram does not say it back).

    `number` counts all messages of the emulator, so that the order across chats can be told, too.
    """

    message_id: int
    number: int
    sender: Literal["bot", "person"]
    at: float
    content: dict[str, object]
    method: str | None = None
    edited_at: float | None = None
    reply_to: int | None = None
    keyboard: Json | None = None
    reactions: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Chat:
    """The private chat of a person with a bot. `started`: the person has written at least once."""

    person: Person
    rate: Rate
    started: bool = False
    blocked: bool = False
    typing: int = 0
    messages: dict[int, Message] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class File:
    """A file somebody sent. `size` is the announced one (a test may announce more than there is)."""

    file_id: str
    unique_id: str
    path: str
    data: bytes
    mime: str
    size: int
    name: str | None = None


@dataclass(slots=True)
class Tap:
    """A tapped button waiting for `answerCallbackQuery`."""

    bot_id: int
    at: float
    answered: bool = False


@dataclass(slots=True)
class BotState:
    """What belongs to one bot."""

    bot: Bot
    rate: Rate
    message_ids: Iterator[int]
    chats: dict[int, Chat] = field(default_factory=dict)


class World:
    """All bots and people, by id."""

    def __init__(self, config: EmulatorConfig) -> None:
        self._config = config
        self.people = {person.id: person for person in config.people}
        self.bots = {bot.id: self._fresh(bot) for bot in config.bots}
        self.files: dict[str, File] = {}
        self.taps: dict[str, Tap] = {}
        self._numbers = itertools.count(1)
        self._tap_ids = itertools.count(10**18 + secrets.randbelow(10**17))

    def _fresh(self, bot: Bot) -> BotState:
        rate = Rate(1 / self._config.per_second, self._config.per_second)
        return BotState(bot, rate, itertools.count(FIRST_MESSAGE))

    def bot_by_token(self, token: str) -> BotState | None:
        """The bot with exactly this token."""
        of = (state for state in self.bots.values() if state.bot.token.get_secret_value() == token)
        return next(of, None)

    def chat(self, bot: BotState, person_id: int) -> Chat:
        """The person's chat with the bot; a stranger is made up."""
        chat = bot.chats.get(person_id)
        if chat is None:
            person = self.people.setdefault(person_id, Person(id=person_id, first_name=f"Person {person_id}"))
            chat = Chat(person, Rate(self._config.chat_seconds, self._config.chat_burst))
            bot.chats[person_id] = chat
        return chat

    def add(
        self,
        bot: BotState,
        chat: Chat,
        sender: Literal["bot", "person"],
        at: float,
        content: Json,
        *,
        method: str | None = None,
        reply_to: int | None = None,
    ) -> Message:
        """A new message at the end of the chat."""
        number = next(self._numbers)
        message = Message(next(bot.message_ids), number, sender, at, dict(content), method, reply_to=reply_to)
        chat.messages[message.message_id] = message
        return message

    def keep(
        self, data: bytes, mime: str, folder: str, *, name: str | None = None, size: int | None = None
    ) -> File:
        """Remember a file; its id and path are new."""
        token, count = secrets.token_urlsafe(32), len(self.files)
        ending = (name or "").rpartition(".")[2] if "." in (name or "") else ENDINGS.get(mime, "bin")
        file = File(
            f"BQAC{token}",
            f"AgAD{token[:12]}",
            f"{folder}/file_{count}.{ending}",
            data,
            mime,
            len(data) if size is None else size,
            name,
        )
        self.files[file.file_id] = file
        return file

    def tap(self, bot: BotState, at: float) -> str:
        """A new tap; its id."""
        tap_id = str(next(self._tap_ids))
        self.taps[tap_id] = Tap(bot.bot.id, at)
        return tap_id


ENDINGS: Final[Mapping[str, str]] = {
    "audio/ogg": "oga",
    "image/jpeg": "jpg",
    "image/png": "png",
    "application/pdf": "pdf",
}
