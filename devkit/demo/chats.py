"""A person's chat with a business on any channel, as a script holds it: say, choose, and wait for what comes back.

`devkit.phone.Phone` is the WhatsApp one; here are Telegram and SMS, in `visitor.py` web chat, and one way to use them all.
"""

from __future__ import annotations

import asyncio
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import aiohttp

from devkit.phone import NoAnswer, Phone
from devkit.whatsapp.state import PhoneMessage

LOOK_SECONDS: Final = 0.05
_ROW: Final = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Heard:
    """One message as the person has it. `kind`: text, interactive (something can be tapped) or document.

    `choices` are (id, title) pairs; `key` is what the channel knows the message or its file by, `file` the file's name.
    """

    kind: str
    text: str
    choices: tuple[tuple[str, str], ...] = ()
    file: str | None = None
    key: str = ""

    @classmethod
    def numbered(cls, text: str, key: str) -> Heard:
        """Plain words whose last lines may be choices by number."""
        return cls("text", text, tuple(_ROW.findall(text)), key=key)


class Chat(ABC):
    """One person's chat with one business. `seen` is all they got, oldest first. Not shared between tasks."""

    customer: str

    def __init__(self) -> None:
        """For subclasses, which set `customer`: who the person is on this channel."""
        self.seen: list[Heard] = []
        self._waiting: list[Heard] = []

    async def introduce(self) -> None:  # noqa: B027  # most have nothing to do
        """Make the person known to the channel, where that is needed."""

    async def close(self) -> None:  # noqa: B027
        """Leave the chat."""

    @abstractmethod
    async def say(self, text: str) -> None:
        """Write a message."""

    @abstractmethod
    async def choose(self, message: Heard, choice: tuple[str, str]) -> None:
        """Tap (or name) a choice of a message."""

    @abstractmethod
    async def fresh(self) -> Sequence[Heard]:
        """What came since this was last asked, without waiting."""

    @abstractmethod
    async def file(self, message: Heard) -> bytes:
        """The bytes of a message's file."""

    async def speak(self, audio: bytes) -> None:
        """Send a voice note. Raises NotImplementedError where a script has no use for one."""
        raise NotImplementedError(f"{type(self).__name__} sends no voice notes")

    async def tap(self, title_or_id: str) -> None:
        """Choose the newest choice whose id or title begins so. Raises `NoAnswer` when there is none."""
        for message in reversed(self.seen):
            for choice in message.choices:
                if any(one.startswith(title_or_id) for one in choice):
                    await self.choose(message, choice)
                    return
        raise NoAnswer(f"{self.customer} was never offered {title_or_id!r}")

    async def answers(self, count: int = 1, *, within: float = 30.0) -> list[Heard]:
        """The next `count` messages, in order. Raises `NoAnswer` after `within` seconds."""
        until = time.monotonic() + within
        found: list[Heard] = []
        while len(found) < count:
            found += await self.poll(most=count - len(found))
            if len(found) < count:
                if time.monotonic() > until:
                    raise NoAnswer(f"{self.customer} got {len(found)} of {count} answers within {within:g} s")
                await asyncio.sleep(LOOK_SECONDS)
        return found

    async def poll(self, *, most: int | None = None) -> list[Heard]:
        """Messages that were not returned yet."""
        self._waiting += await self.fresh()
        found, self._waiting = self._waiting[:most], self._waiting[len(self._waiting[:most]) :]
        self.seen += found
        return found


class WhatsAppChat(Chat):
    """A `Phone` like the others."""

    def __init__(self, phone: Phone) -> None:
        super().__init__()
        self.customer = phone.customer
        self._phone = phone

    async def introduce(self) -> None:
        """See `Phone.introduce`."""
        await self._phone.introduce()

    async def say(self, text: str) -> None:
        """Type a message."""
        await self._phone.say(text)

    async def speak(self, audio: bytes) -> None:
        """Send a voice note."""
        await self._phone.speak(audio)

    async def choose(self, message: Heard, choice: tuple[str, str]) -> None:
        """Tap a button or a row."""
        await self._phone.tap(choice[0])

    async def fresh(self) -> Sequence[Heard]:
        """See `Chat.fresh`."""
        return [_of_phone(message) for message in await self._phone.poll()]

    async def file(self, message: Heard) -> bytes:
        """The bytes of a document."""
        return await self._phone.file(next(one for one in self._phone.seen if one.wamid == message.key))


def _of_phone(message: PhoneMessage) -> Heard:
    content = message.content
    rows = [row for section in content.sections for row in section.rows]
    name = (content.media.filename or content.media.mime_type) if content.media else None
    choices = tuple((option.id, option.title) for option in (*content.buttons, *rows))
    return Heard(content.type, content.text or "", choices, name, message.wamid)


class TelegramChat(Chat):
    """A private chat with a bot, at the emulator's `url`; `token` is the bot's, `customer` the person's id."""

    def __init__(
        self, http: aiohttp.ClientSession, url: str, token: str, customer: str, name: str | None = None
    ) -> None:
        super().__init__()
        self.customer, self._http, self._url, self._token = customer, http, url, token
        self._bot, self._name, self._last = token.partition(":")[0], name, 0

    async def introduce(self) -> None:
        """Give the person their name."""
        if self._name:
            first, _, last = self._name.partition(" ")
            person = {"id": int(self.customer), "first_name": first, "last_name": last or None}
            await post(self._http, f"{self._url}/_control/people", person)

    async def say(self, text: str) -> None:
        """Write to the bot."""
        await self.do("text", {"text": text})

    async def choose(self, message: Heard, choice: tuple[str, str]) -> None:
        """Tap a button of the inline keyboard."""
        await self.do("tap", {"message_id": int(message.key), "data": choice[0]})

    async def do(self, what: str, body: Mapping[str, object]) -> None:
        """Anything a person can do: start, block, unblock, edit, … (see `devkit.telegram.people`)."""
        await post(self._http, f"{self._url}/_control/bots/{self._bot}/people/{self.customer}/{what}", body)

    async def fresh(self) -> Sequence[Heard]:
        """See `Chat.fresh`."""
        state = await get(self._http, f"{self._url}/_control/state")
        chat = state["bots"][self._bot]["chats"].get(self.customer, {"messages": ()})
        new = [one for one in chat["messages"] if one["sender"] == "bot" and one["message_id"] > self._last]
        if new:
            self._last = new[-1]["message_id"]
        return [_of_telegram(one) for one in new]

    async def file(self, message: Heard) -> bytes:
        """The bytes of a document."""
        state = await get(self._http, f"{self._url}/_control/state")
        messages = state["bots"][self._bot]["chats"][self.customer]["messages"]
        document = next(one["document"] for one in messages if one["message_id"] == int(message.key))
        query = f"file_id={document['file_id']}"
        known = await get(self._http, f"{self._url}/bot{self._token}/getFile?{query}")
        return await fetch(self._http, f"{self._url}/file/bot{self._token}/{known['result']['file_path']}")


def _of_telegram(message: Mapping[str, Any]) -> Heard:
    rows = message.get("reply_markup", {}).get("inline_keyboard", ())
    choices = tuple((one["callback_data"], one["text"]) for row in rows for one in row)
    document = message.get("document")
    text = str(message.get("text") or message.get("caption") or "")
    kind = "document" if document else "interactive" if choices else "text"
    name = document.get("file_name") if document else None
    return Heard(kind, text, choices, name, str(message["message_id"]))


class SmsChat(Chat):
    """Messages with a number of the Twilio emulator at `url`, by SMS or WhatsApp; `customer` is the person's number, E.164."""

    def __init__(
        self, http: aiohttp.ClientSession, url: str, number: str, customer: str, channel: str = "sms"
    ) -> None:
        super().__init__()
        self.customer, self._http, self._url, self._number = customer, http, url, number
        self._channel = channel
        self._count = 0

    async def say(self, text: str) -> None:
        """Send a text message. Raises `NoAnswer` when the gateway did not take it."""
        body = {"number": self._number, "person": self.customer, "body": text, "channel": self._channel}
        answer = await post(self._http, f"{self._url}/_control/messages", body)
        if answer["status"] != 200:
            raise NoAnswer(f"the gateway answered {answer['status']} to Twilio's webhook")

    async def choose(self, message: Heard, choice: tuple[str, str]) -> None:
        """Answer with the number that stands before the choice."""
        await self.say(choice[0])

    async def fresh(self) -> Sequence[Heard]:
        """See `Chat.fresh`."""
        found = await get(self._http, f"{self._url}/_control/messages", person=self.customer)
        arrived = [one for one in found["messages"] if one["arrived"] and one["ours"] == self._number]
        new, self._count = arrived[self._count :], len(arrived)
        return [Heard.numbered(one["body"], one["sid"]) for one in new]

    async def file(self, message: Heard) -> bytes:
        """There are none by SMS. Raises `NoAnswer`."""
        raise NoAnswer("there are no files by SMS")


async def post(http: aiohttp.ClientSession, url: str, body: Mapping[str, object]) -> dict[str, Any]:
    """Send JSON; the answer's. Raises `aiohttp.ClientResponseError` for a refusal."""
    async with http.post(url, json=body) as response:
        response.raise_for_status()
        answer: dict[str, Any] = await response.json()
        return answer


async def get(http: aiohttp.ClientSession, url: str, **query: str) -> dict[str, Any]:
    """The JSON at this URL. Raises `aiohttp.ClientResponseError` for a refusal."""
    async with http.get(url, params=query) as response:
        response.raise_for_status()
        answer: dict[str, Any] = await response.json()
        return answer


async def fetch(http: aiohttp.ClientSession, url: str) -> bytes:
    """The bytes at this URL. Raises `aiohttp.ClientResponseError` for a refusal."""
    async with http.get(url) as response:
        response.raise_for_status()
        return await response.read()
