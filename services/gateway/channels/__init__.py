"""What must a channel be able to do? The adapter protocol and the values that cross it: no I/O, no clock in here.

An adapter is one module of this package that offers `create(settings)`; `load(name, settings)` finds it by its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Literal, Protocol
from uuid import UUID

from services.gateway.domain.states import ReportedState
from shared.errors import UsherError
from shared.messages.conversation import Content, MessageSent
from shared.messages.media import FileRef
from shared.settings import Settings


class NotAuthentic(UsherError):
    """The request was not signed with our secret."""


class Malformed(UsherError):
    """The signed body is not of this channel's shape."""


# --- in -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A webhook as it arrived: bytes untouched, headers by any-case name, `received_at` aware."""

    body: bytes
    headers: Mapping[str, str]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class MessageIn:
    """A person wrote. `user_id` is the person's channel identity, `raw` this one item as JSON, for replay."""

    account_id: str
    provider_id: str
    user_id: str
    name: str | None
    phone: str | None
    sent_at: datetime
    content: Content
    raw: bytes


@dataclass(frozen=True, slots=True)
class StatusIn:
    """The provider tells what became of something we sent.

    `delivery_id` and `part` are what we had sent along (None: not told, or not ours); `key` identifies this report.
    """

    account_id: str
    provider_id: str
    key: str
    state: ReportedState
    at: datetime
    delivery_id: UUID | None
    part: int | None
    reason: str | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class EventIn:
    """Anything else worth keeping: account, quality and template news, calls, echoes, system notes.

    `account_id` or else `owner_id` (the business account) says whose it is; `key` identifies it.
    """

    account_id: str | None
    owner_id: str | None
    key: str
    type: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One item that cannot be read; the others of its request can."""

    account_id: str | None
    owner_id: str | None
    reason: str
    raw: bytes


Inbound = MessageIn | StatusIn | EventIn | Unreadable

# --- out ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Declared limits, in UTF-16 units: what `render` never exceeds."""

    text: int
    button_text: int
    buttons: int
    button_title: int
    list_text: int
    rows: int
    row_title: int
    row_description: int
    caption: int


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file inside a multipart request; the sender puts the bytes of `file` there."""

    file: FileRef
    filename: str


@dataclass(frozen=True, slots=True)
class HttpCall:
    """A request to the provider. `path` is below the API's base URL; `json`, or `form` with `file` as multipart."""

    method: Literal["GET", "POST"]
    path: str
    json: Mapping[str, object] | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    file: FilePart | None = None


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What the provider answered. `retry_after` is its header in seconds, when it sent one."""

    status: int
    body: bytes
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """Taken by the provider, under this id (None: it did not say)."""

    provider_id: str | None


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again after so many seconds. `unclear`: it may have been taken all the same."""

    after: float
    reason: str
    unclear: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """Never try again; `reason` is for the operator."""

    reason: str


Outcome = Delivered | Retry | Rejected


@dataclass(frozen=True, slots=True)
class MediaLink:
    """Where a file sent by a person can be had."""

    url: str
    mime: str


class Channel(Protocol):
    """A channel adapter: pure functions over these values."""

    @property
    def name(self) -> str:
        """The channel's name: module name, subject token and `ChannelAddress.channel`."""

    @property
    def capabilities(self) -> Capabilities:
        """What the channel can show."""

    def challenge(self, query: Mapping[str, str]) -> str:
        """The answer to the provider's handshake with our URL. Raises `NotAuthentic`."""

    def verify(self, request: RawRequest) -> None:
        """Raises `NotAuthentic` unless the body was signed with one of our secrets."""

    def parse(self, request: RawRequest) -> list[Inbound]:
        """Every item of the body, in order. Raises `Malformed`, never anything else."""

    def upload(self, message: MessageSent) -> HttpCall | None:
        """The request that must bring a file to the provider first, when the message has one."""

    def uploaded(self, answer: HttpAnswer) -> str | None:
        """The provider's id of an uploaded file; None when this answer has none (then `classify` it)."""

    def render(self, message: MessageSent, media_id: str | None = None) -> list[HttpCall]:
        """The requests, in order, that deliver the message (several: a text longer than one message holds)."""

    def classify(self, answer: HttpAnswer, tries: int) -> Outcome:
        """What an answer means; `tries` counts this one (1 is the first)."""

    def locate(self, media_id: str) -> HttpCall:
        """The request that asks where a person's file is."""

    def located(self, answer: HttpAnswer) -> MediaLink | None:
        """Where it is; None when it is gone. Raises `Transient` when asking again may help."""

    def trusts(self, url: str) -> bool:
        """True when our credentials may be sent to this URL."""


def load(name: str, settings: Settings) -> Channel:
    """The adapter in the module of this name. Raises `UsherError` when a needed setting is missing."""
    channel: Channel = import_module(f"{__name__}.{name}").create(settings)
    return channel
