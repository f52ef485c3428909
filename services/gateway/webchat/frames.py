"""What do a page and the gateway say to each other on the socket? JSON frames, read and written here. Pure.

Page to gateway: hello, message, choice, ack, typing, older, link. Gateway to page: welcome, message, stored, error,
typing, older, link. docs/web-chat.md describes each.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from services.gateway.channels.webchat import Frame, SaidChoice, SaidText, shown
from services.gateway.store.webchat import StoredMessage
from shared.errors import UsherError
from shared.messages.conversation import MessageSent

MOST_BYTES: Final = 16 * 1024
"""A frame of a page may be so long."""

SAYINGS: Final = {
    "bad_frame": "This frame could not be read.",
    "too_long": "This message is too long: 4096 characters are the most.",
    "identity": "The token is not valid here: ask for a new one.",
    "hello_first": "The first frame must be a hello with a token.",
    "slow_down": "Too many messages: send this one again later.",
    "try_later": "This could not be stored now: send it again later.",
    "no_file": "There is no such file.",
}
"""What is said of each error code, for whoever writes a page of their own."""

Position = Annotated[int, Field(ge=0, lt=2**63)]


class _Frame(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Hello(_Frame):
    """The first frame: who, and the last position the page has (None: it has nothing)."""

    type: Literal["hello"]
    token: str
    last: Position | None = None


class Ack(_Frame):
    """The page has everything up to `position`; `read`: the person has seen it."""

    type: Literal["ack"]
    position: Position
    read: bool = False


class Typing(_Frame):
    """The person is typing."""

    type: Literal["typing"]


class Older(_Frame):
    """The page wants what came before `before`."""

    type: Literal["older"]
    before: Position


class Link(_Frame):
    """The page wants a link to the file of message `id`."""

    type: Literal["link"]
    id: UUID


FromPage = Hello | SaidText | SaidChoice | Ack | Typing | Older | Link
_FROM_PAGE: TypeAdapter[FromPage] = TypeAdapter(Annotated[FromPage, Field(discriminator="type")])


class BadFrame(UsherError):
    """The page sent something that is no frame."""

    def __init__(self, code: str, frame_id: str | None) -> None:
        super().__init__(SAYINGS[code])
        self.code = code
        self.frame_id = frame_id


def read(text: str) -> FromPage:
    """The frame. Raises `BadFrame` with the code to answer and the frame's id, if it has one."""
    try:
        return _FROM_PAGE.validate_json(text)
    except ValidationError as error:
        is_long = any(one["type"] == "string_too_long" for one in error.errors(include_input=False))
        raise BadFrame("too_long" if is_long else "bad_frame", _id(text)) from error


def message(row: StoredMessage) -> Frame | None:
    """A stored message as the page gets it; None when a page cannot show it, or nobody can read it."""
    try:
        frame = shown(MessageSent.decode(row.payload))
    except ValidationError:  # of another version: one message must not hold up all that follow
        return None
    if frame is None:
        return None
    return {"type": "message", "position": row.position, "id": str(row.id), "at": row.at.isoformat(), **frame}


def error(code: str, frame_id: str | None = None, after: float | None = None) -> Frame:
    """Something went wrong with the page's frame `frame_id`; `after`: try again in so many seconds."""
    frame: Frame = {"type": "error", "code": code, "say": SAYINGS[code]}
    if frame_id is not None:
        frame["id"] = frame_id
    return frame if after is None else frame | {"after": round(after, 1)}


def encode(frame: Frame) -> str:
    """The frame as text."""
    return orjson.dumps(frame).decode()


def _id(text: str) -> str | None:
    try:
        frame = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    found = frame.get("id") if isinstance(frame, dict) else None
    return found if isinstance(found, str) and len(found) <= 64 else None
