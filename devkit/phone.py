"""A customer's phone as a script holds it: say, tap, send a voice note, and wait for what the business answers."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import aiohttp

from devkit.whatsapp.state import PhoneMessage


class NoAnswer(AssertionError):
    """The business did not answer in time."""


@dataclass
class Phone:
    """One customer's chat with one business of the emulator at `url`. Not shared between tasks."""

    http: aiohttp.ClientSession
    url: str
    business: str
    customer: str
    name: str | None = None
    seen: list[PhoneMessage] = field(default_factory=list)
    _after: int = 0

    async def introduce(self) -> None:
        """Give the phone its owner's name, as WhatsApp shows it to the business."""
        if self.name:
            await self._post("/phone/customers", {"wa_id": self.customer, "name": self.name})

    async def say(self, text: str) -> str:
        """Type a message; returns its wamid."""
        return await self._send("text", {"text": text})

    async def tap(self, title_or_id: str) -> str:
        """Tap the newest choice whose title or id is (or begins with) this. Raises `NoAnswer` when none is."""
        for message in reversed(self.seen):
            content = message.content
            for kind, options in (
                ("tap", content.buttons),
                ("list_tap", tuple(row for section in content.sections for row in section.rows)),
            ):
                for option in options:
                    if option.id.startswith(title_or_id) or option.title.startswith(title_or_id):
                        body = {"id": option.id, "title": option.title, "message_id": message.wamid}
                        return await self._send(kind, body)
        raise NoAnswer(f"{self.customer} was never offered {title_or_id!r}")

    async def speak(self, audio: bytes) -> str:
        """Send a voice note (any audio file)."""
        async with self.http.post(f"{self._chat}/voice", data=audio) as response:
            response.raise_for_status()
            return str((await response.json())["wamid"])

    async def answers(self, count: int = 1, *, within: float = 30.0) -> list[PhoneMessage]:
        """The next `count` messages from the business, in order. Raises `NoAnswer` after `within` seconds."""
        until = time.monotonic() + within
        found: list[PhoneMessage] = []
        while len(found) < count:
            left = until - time.monotonic()
            if left <= 0:
                raise NoAnswer(f"{self.customer} got {len(found)} of {count} answers within {within:g} s")
            fresh = await self.poll(wait=min(left, 20.0), most=count - len(found))
            found.extend(fresh)
        return found

    async def poll(self, *, wait: float = 0.0, most: int | None = None) -> list[PhoneMessage]:
        """Messages from the business that were not returned yet, waiting up to `wait` seconds for the first."""
        query = {"after": str(self._after), "wait": f"{wait:.3f}", "direction": "to_customer"}
        async with self.http.get(f"{self._chat}/messages", params=query) as response:
            response.raise_for_status()
            body = await response.json()
        messages = [PhoneMessage.model_validate(m) for m in body["messages"]][:most]
        if messages:
            self._after = messages[-1].seq
        self.seen.extend(messages)
        return messages

    async def file(self, message: PhoneMessage) -> bytes:
        """The bytes of the document or audio that this message carries."""
        assert message.content.media is not None
        async with self.http.get(f"{self._chat}/media/{message.content.media.id}") as response:
            response.raise_for_status()
            return await response.read()

    @property
    def _chat(self) -> str:
        return f"{self.url}/phone/{self.business}/{self.customer}"

    async def _send(self, kind: str, body: dict[str, str]) -> str:
        return str((await self._post(f"/phone/{self.business}/{self.customer}/{kind}", body))["wamid"])

    async def _post(self, path: str, body: dict[str, str]) -> dict[str, str]:
        async with self.http.post(f"{self.url}{path}", json=body) as response:
            response.raise_for_status()
            answer: dict[str, str] = await response.json()
            return answer
