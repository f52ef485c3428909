"""What must a channel be able to do? The adapter protocol and the values that cross it: no I/O, no clock in here.

An adapter is one module of this package that offers `create(settings)`; `load(name, settings)` finds it by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Literal, NamedTuple, Protocol
from uuid import UUID

from services.gateway.domain.account import ChannelAccount
from services.gateway.domain.states import ReportedState
from shared.errors import UsherError
from shared.messages.conversation import Content, MessageSent, Referral
from shared.messages.media import FileRef
from shared.settings import Settings


class NotAuthentic(UsherError):
    """The request was not signed with our secret."""


class Malformed(UsherError):
    """The signed body is not of this channel's shape."""


# --- in -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A webhook as it arrived: bytes untouched, headers by any-case name, `received_at` aware.

    `url` is our public address of it as the provider knows it, with its query string. `account` is the one that the
    URL names (`/webhooks/<channel>/<account id>`); None for the installation's own URL (`/webhooks/<channel>`).
    """

    body: bytes
    headers: Mapping[str, str]
    received_at: datetime
    url: str = ""
    account: ChannelAccount | None = None


class MessageIn(NamedTuple):
    """A person wrote. `user_id` is the person's channel identity, `raw` this one item as JSON. A tuple: it is made for each
    message, and five times as fast as a frozen dataclass.

    `aliases` are other ids by which the channel knows the same person (WhatsApp: the BSUID beside the wa_id).
    """

    account_id: str
    provider_id: str
    user_id: str
    name: str | None
    phone: str | None
    sent_at: datetime
    content: Content
    raw: bytes
    aliases: tuple[str, ...] = ()
    quoted: str | None = None
    referral: Referral | None = None


@dataclass(frozen=True, slots=True)
class StatusIn:
    """The provider tells what became of something we sent.

    `delivery_id` and `part` are what we had sent along (None: not told, or not ours); `key` identifies this report.
    `code` is the provider's error code of a failure. A `watermark` says that all that was sent to `user_id` until `at`
    has come so far; `provider_id` is empty then.
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
    code: int | None = None
    user_id: str | None = None
    watermark: bool = False


@dataclass(frozen=True, slots=True)
class ConsentChanged:
    """A person wants to hear (`allowed`) or not to hear from the business: all of it, or its marketing only."""

    user_id: str
    allowed: bool
    scope: Literal["all", "marketing"]
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class IdentityChanged:
    """The channel knows a person by another id from now on (a new number, a new BSUID)."""

    previous: str
    current: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class AccountNotice:
    """News of the account for the operator: quality, templates, restrictions. `pauses`: nothing must be sent until
    somebody has acted, or until news that `clears` it."""

    summary: str
    severity: Literal["info", "warning", "critical"] = "info"
    pauses: bool = False
    clears: bool = False


@dataclass(frozen=True, slots=True)
class Unremarkable:
    """Kept, and nothing follows from it."""


News = ConsentChanged | IdentityChanged | AccountNotice | Unremarkable


@dataclass(frozen=True, slots=True)
class EventIn:
    """Anything else worth keeping: consent, identity, account, quality and template news, calls, system notes.

    `account_id` or else `owner_id` (the business account) says whose it is; `key` identifies it. `type` is the
    channel's word for it, `news` what it means for us.
    """

    account_id: str | None
    owner_id: str | None
    key: str
    type: str
    raw: bytes
    news: News = Unremarkable()
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """One item that cannot be read; the others of its request can."""

    account_id: str | None
    owner_id: str | None
    reason: str
    raw: bytes


Inbound = MessageIn | StatusIn | EventIn | Unreadable


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The body of our 200; most providers want none."""

    body: str = ""
    content_type: str = "text/plain"


# --- out ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can show, in UTF-16 units: what `render` never exceeds. Zero: it has nothing of the kind.

    `kinds`: bodies that it shows as what they are (others become text, see `degrade`). `numbered`: choices are numbered
    lines, and a number in the answer means one of them. `echoes`: after a lost answer the provider tells by itself, with
    our id, whether it had taken the message. `window_hours`: how long after the person's last message the business may
    write freely (None: always). `billed`: each message costs, so consecutive ones are merged. `per_second`: messages
    of one account; `pair_seconds` and `pair_burst`: one message to the same person in so many seconds, with a burst
    borrowed from the next ones (None: no such limit).
    """

    text: int
    button_text: int
    buttons: int
    button_title: int
    list_text: int
    rows: int
    row_title: int
    row_description: int
    caption: int
    kinds: frozenset[str] = frozenset({"text"})
    numbered: bool = False
    echoes: bool = False
    window_hours: float | None = None
    billed: bool = False
    per_second: float = 30.0
    pair_seconds: float | None = None
    pair_burst: int = 1


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file inside a multipart request; the sender puts the bytes of `file` there, in the form field `field`."""

    file: FileRef
    filename: str
    field: str = "file"


@dataclass(frozen=True, slots=True)
class HttpCall:
    """A request to the provider: `json`, or `form` (urlencoded; multipart when there is a `file`). It holds secrets and
    what people wrote, so that only its method is shown."""

    method: Literal["GET", "POST", "DELETE"]
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Mapping[str, object] | None = field(default=None, repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
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
    """Never try again; `reason` is for the operator. `opted_out`: the person wants to hear no more."""

    reason: str
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Paused:
    """The whole account must not send until somebody has acted, or for so many seconds; the message waits."""

    after: float
    reason: str


@dataclass(frozen=True, slots=True)
class OutsideWindow:
    """Only an approved template may be sent to this person now."""

    reason: str


Outcome = Delivered | Retry | Rejected | Paused | OutsideWindow


@dataclass(frozen=True, slots=True)
class MediaLink:
    """Where a file sent by a person can be had; `headers` authorise the download and are sent to this URL's origin only,
    not to another one that it redirects to."""

    url: str = field(repr=False)
    mime: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


# --- credentials ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Need:
    """A secret an account of this channel has. `rotates`: two values may be valid at once. `about`: what it is and where
    the owner finds it, for `usher channel add`."""

    name: str
    about: str
    rotates: bool = False
    required: bool = True


@dataclass(frozen=True, slots=True)
class Probe:
    """A request that shows whether credentials work, and how to read its answer: None when all is well, else what is
    wrong and what to do."""

    about: str
    call: HttpCall
    explain: Callable[[HttpAnswer], str | None]


class Channel(Protocol):
    """A channel adapter: pure functions over these values."""

    @property
    def name(self) -> str:
        """The channel's name: module name, subject token and `ChannelAddress.channel`."""

    @property
    def capabilities(self) -> Capabilities:
        """What the channel can show."""

    @property
    def needs(self) -> tuple[Need, ...]:
        """The secrets of an account."""

    def challenge(self, query: Mapping[str, str], account: ChannelAccount | None) -> str:
        """The answer to the provider's handshake with our URL. Raises `NotAuthentic`."""

    def verify(self, request: RawRequest) -> None:
        """Raises `NotAuthentic` unless the body was signed with one of the account's (else the installation's) secrets."""

    def parse(self, request: RawRequest) -> list[Inbound]:
        """Every item of the body, in order. Raises `Malformed`, never anything else."""

    def acknowledge(self, request: RawRequest) -> Acknowledgement:
        """The body of our 200."""

    def upload(self, message: MessageSent, account: ChannelAccount) -> HttpCall | None:
        """The request that must bring a file to the provider first, when the message has one."""

    def uploaded(self, answer: HttpAnswer) -> str | None:
        """The provider's id of an uploaded file; None when this answer has none (then `classify` it)."""

    def render(
        self, message: MessageSent, account: ChannelAccount, media_id: str | None = None
    ) -> list[HttpCall]:
        """The requests, in order, that deliver the message (several: a text longer than one message holds; none: there
        is nothing the channel could show)."""

    def classify(self, answer: HttpAnswer, tries: int) -> Outcome:
        """What an answer means; `tries` counts this one (1 is the first)."""

    def seen(self, address: str, provider_id: str, account: ChannelAccount) -> HttpCall | None:
        """The request that marks a person's message read and shows that we are typing; None: the channel has none."""

    def locate(self, media_id: str, account: ChannelAccount) -> HttpCall | MediaLink:
        """The request that asks where a person's file is, or the place itself. Raises `UsherError` for an id that is none."""

    def located(self, answer: HttpAnswer, account: ChannelAccount) -> MediaLink | None:
        """Where it is; None when it is gone. Raises `Transient` when asking again may help."""

    def trusts(self, url: str) -> bool:
        """True when a person's file may be fetched from this URL: the provider's, or where it keeps files."""

    def probes(self, account: ChannelAccount) -> tuple[Probe, ...]:
        """What `usher channel check` asks the provider."""

    def connect(self, account: ChannelAccount, url: str) -> tuple[HttpCall, ...]:
        """The requests that tell the provider our URL (`usher channel add --connect`); none: the owner does it by hand."""


def load(name: str, settings: Settings) -> Channel:
    """The adapter in the module of this name. Raises `UsherError` when there is none, or it lacks a setting."""
    try:
        module = import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"{__name__}.{name}":
            raise
        raise UsherError(
            f"There is no channel {name!r}: look at USHER_CHANNELS and `usher channel add --help`."
        ) from None
    channel: Channel = module.create(settings)
    return channel
