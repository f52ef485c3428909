"""What does the door read by itself, and what goes on to aiohttp? On real sockets, with a reception that notes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from services.gateway.door import MOST_BYTES, Door, Reply, _plain

HEAD = b"POST /webhooks/whatsapp HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n"


def post(body: bytes, fields: bytes = b"", path: bytes = b"/webhooks/whatsapp") -> bytes:
    return (HEAD % len(body)).replace(b"/webhooks/whatsapp", path) + fields + b"\r\n" + body


class Reception:
    """Takes everything of WhatsApp; answers with the body's length once `gate` is open."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str | None, str, bytes]] = []
        self.headers: list[Mapping[str, str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.is_closed = False

    def admits(self, channel: str, remote: str | None, forwarded: str | None) -> bool:
        assert remote == "127.0.0.1"
        return channel == "whatsapp" and not self.is_closed

    async def take(
        self, channel: str, account_id: str | None, path: str, headers: Mapping[str, str], body: bytes
    ) -> Reply:
        self.taken.append((channel, account_id, path, body))
        self.headers.append(headers)
        await self.gate.wait()
        return Reply(200, str(len(body)))

    def too_slow(self, channel: str) -> Reply:
        return Reply(408)


class House:
    """A listening door, with an aiohttp application behind it."""

    def __init__(self) -> None:
        self.reception = Reception()
        self.doors: set[Door] = set()
        self.port = 0
        self.is_handed_on = False
        self._bytes_read = 0
        self._happened = asyncio.Event()

    def read(self, size: int) -> None:
        """The door has read so many bytes."""
        self._bytes_read += size
        self._happened.set()

    def hand_on(self) -> None:
        """What comes from now on is read by aiohttp."""
        self.is_handed_on = True
        self._happened.set()

    async def until_read(self, size: int) -> None:
        """Return when the door has read so many bytes in all, or hands the connection on."""
        async with asyncio.timeout(10):
            while self._bytes_read < size and not self.is_handed_on:
                self._happened.clear()
                await self._happened.wait()

    async def talk(self, *said: bytes, answers: int = 1) -> bytes:
        """Send these, each when the one before has been read; what comes back until there were so many answers."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        sent = self._bytes_read
        for part in said:
            writer.write(part)
            sent += len(part)
            await self.until_read(sent)
        heard = b""
        async with asyncio.timeout(10):
            while heard.count(b"HTTP/1.1 ") < answers or not heard.endswith(b"|"):
                data = await reader.read(4096)
                if not data:
                    break
                heard += data if not data[-1:].isdigit() else data + b"|"
        writer.close()
        return heard


class SeenDoor(Door):
    """A door that tells what it has read."""

    def __init__(
        self, house: House, onward: Callable[[], asyncio.Protocol], reception: Reception, doors: set[Door]
    ) -> None:
        super().__init__(reception, onward, doors)
        self._house = house

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._house.read(len(data))


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """Listening; aiohttp answers 299 to whatever gets that far."""
    built = House()

    async def behind(request: web.BaseRequest) -> web.Response:
        await request.read()
        return web.Response(status=299, text="0")

    server = web.Server(behind)

    def onward() -> asyncio.Protocol:
        built.hand_on()
        return server()

    def door() -> Door:
        return SeenDoor(built, onward, built.reception, built.doors)

    listening = await asyncio.get_running_loop().create_server(door, "127.0.0.1", 0)
    built.port = listening.sockets[0].getsockname()[1]
    yield built
    listening.close()
    await server.shutdown(1.0)


async def test_a_plain_webhook_is_taken_with_its_headers_in_any_case(house: House) -> None:
    heard = await house.talk(post(b"{}", b"X-Hub-Signature-256:  sha256=ab\r\n"))

    assert heard.startswith(b"HTTP/1.1 200 OK\r\n")
    assert house.reception.taken == [("whatsapp", None, "/webhooks/whatsapp", b"{}")]
    assert house.reception.headers[0].get("x-hub-signature-256") == "sha256=ab"


async def test_the_account_is_the_one_that_the_path_names(house: House) -> None:
    await house.talk(post(b"{}", path=b"/webhooks/whatsapp/4711"))

    assert house.reception.taken == [("whatsapp", "4711", "/webhooks/whatsapp/4711", b"{}")]


async def test_a_body_that_comes_in_pieces_is_put_together(house: House) -> None:
    request = post(b"x" * 300_000)
    await house.talk(request[:100], request[100:200_000], request[200_000:])

    assert [body for *_, body in house.reception.taken] == [b"x" * 300_000]


async def test_requests_that_come_together_are_answered_one_after_another(house: House) -> None:
    heard = await house.talk(post(b"a") + post(b"bb") + post(b"ccc"), answers=3)

    assert [body for *_, body in house.reception.taken] == [b"a", b"bb", b"ccc"]
    assert heard.count(b"HTTP/1.1 200 OK") == 3


async def test_a_second_request_waits_until_the_first_is_answered(house: House) -> None:
    house.reception.gate.clear()
    talking = asyncio.create_task(house.talk(post(b"a"), post(b"b"), answers=2))
    async with asyncio.timeout(10):
        while not house.reception.taken:
            await asyncio.sleep(0)
    assert len(house.reception.taken) == 1
    house.reception.gate.set()
    await talking
    assert [body for *_, body in house.reception.taken] == [b"a", b"b"]


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /webhooks/whatsapp HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /webhooks/whatsapp?x=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        b"POST /webhooks/../whatsapp HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        b"POST /webhooks/whatsapp HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        post(b"x", b"Connection: close\r\n"),
        post(b"x", path=b"/webhooks/telegram"),
    ],
)
async def test_what_is_not_plain_is_answered_by_aiohttp(house: House, request_: bytes) -> None:
    heard = await house.talk(request_)

    assert heard.startswith(b"HTTP/1.1 299")
    assert house.reception.taken == []
    assert not house.doors


async def test_after_something_that_is_not_plain_the_connection_is_aiohttps(house: House) -> None:
    heard = await house.talk(post(b"a"), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", post(b"b"), answers=3)

    assert heard.count(b" 299 ") == 2
    assert [body for *_, body in house.reception.taken] == [b"a"]


async def test_whoever_is_not_admitted_is_left_to_aiohttp_too(house: House) -> None:
    house.reception.is_closed = True

    assert (await house.talk(post(b"a"))).startswith(b"HTTP/1.1 299")


async def test_a_door_that_leaves_answers_first_and_closes_then(house: House) -> None:
    house.reception.gate.clear()
    talking = asyncio.create_task(house.talk(post(b"a")))
    async with asyncio.timeout(10):
        while not house.reception.taken:
            await asyncio.sleep(0)
    (door,) = house.doors
    assert door.leave() is not None
    house.reception.gate.set()

    heard = await talking
    assert heard.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Connection: close\r\n" in heard


# --- which requests are plain ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        b"Content-Length: 1\r\n",  # a second one
        b"content-length: 1\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"transfer-encoding: identity\r\n",
        b"Content-Encoding: gzip\r\n",
        b"Expect: 100-continue\r\n",
        b"Upgrade: h2c\r\n",
        b"Connection: upgrade\r\n",
        b"X: a\r\n b\r\n",  # folded
        b"X: a\nTransfer-Encoding: chunked\r\n",
        b"X: a\rb\r\n",
        b"X : a\r\n",
        b"X: \x00\r\n",
        b"X: \xe9\r\n",
        b"no field\r\n",
        b": a\r\n",
        b"X: " + b"a" * 9_000 + b"\r\n",
    ],
)
def test_a_head_that_leaves_a_doubt_is_not_plain(fields: bytes) -> None:
    assert _plain(post(b"x")) is not None
    assert _plain(post(b"x", fields)) is None


@pytest.mark.parametrize(
    "length", [b"+1", b"-1", b"1 1", b"0x1", b"1,1", b"", b"1" * 8, b"%d" % (MOST_BYTES + 1)]
)
def test_a_length_that_is_no_plain_number_or_too_large_is_not_plain(length: bytes) -> None:
    assert _plain(post(b"").replace(b"Content-Length: 0", b"Content-Length: " + length)) is None


def test_half_a_head_is_not_plain() -> None:
    whole = post(b"x")
    for end in range(whole.index(b"\r\n\r\n") + 4):
        assert _plain(whole[:end]) is None


_NAME = st.from_regex(r"\A[A-Za-z][A-Za-z0-9-]{0,20}\Z").map(lambda name: f"X-{name}")
_VALUE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=40)


@given(st.lists(st.tuples(_NAME, _VALUE), max_size=20), st.binary(max_size=200))
def test_what_is_read_of_a_plain_head_is_what_was_sent(fields: list[tuple[str, str]], body: bytes) -> None:
    sent = "".join(f"{name}: {value}\r\n" for name, value in fields).encode()
    found = _plain(post(body, sent) + b"POST ")

    assert found is not None
    assert found.headers == CIMultiDict([("Host", "x"), ("Content-Length", str(len(body))), *fields])
    assert (post(body, sent) + b"POST ")[found.begins : found.ends] == body


@given(st.binary(max_size=300))
def test_whatever_comes_is_plain_or_is_not_and_never_an_error(data: bytes) -> None:
    found = _plain(data)
    assert found is None or data.startswith(b"POST /webhooks/")
