"""What has happened so far? Messages both ways, who said STOP, who wrote when, and files: all in memory."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import formatdate

from devkit.twilio.config import ChannelName


def new_sid(prefix: str) -> str:
    """An id as Twilio makes them: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


def count_segments(text: str) -> int:
    """Roughly what Twilio bills: by 160/153 ASCII characters or 70/67 UTF-16 units."""
    size, alone, joined = (
        (len(text), 160, 153) if text.isascii() else (len(text.encode("utf-16-le")) // 2, 70, 67)
    )
    return 1 if size <= alone else -(-size // joined)


@dataclass(slots=True)
class Message:
    """One message. `ours` is the account's number, `person` the other side, both without a channel's prefix.

    `arrived` says that the person has it; `history` is every status it had, in order. Times are unix seconds.
    """

    sid: str
    channel: ChannelName
    ours: str
    person: str
    outbound: bool
    body: str
    created_at: float
    status: str = "queued"
    callback: str | None = None
    content_sid: str | None = None
    content_variables: str | None = None
    error_code: int | None = None
    arrived: bool = False
    history: list[str] = field(default_factory=list)
    media: list[str] = field(default_factory=list)

    def address(self, number: str) -> str:
        """A number as this channel writes it."""
        return f"whatsapp:{number}" if self.channel == "whatsapp" else number

    def move(self, status: str) -> None:
        """The message has this status now."""
        self.status = status
        self.history.append(status)

    def resource(self, account_sid: str) -> dict[str, object]:
        """The Message resource of the REST API."""
        date = formatdate(self.created_at)
        path = f"/2010-04-01/Accounts/{account_sid}/Messages/{self.sid}"
        sender, receiver = (self.ours, self.person) if self.outbound else (self.person, self.ours)
        return {
            "account_sid": account_sid,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": date,
            "date_sent": date if self.arrived else None,
            "date_updated": date,
            "direction": "outbound-api" if self.outbound else "inbound",
            "error_code": self.error_code,
            "error_message": None,
            "from": self.address(sender),
            "messaging_service_sid": None,
            "num_media": str(len(self.media)),
            "num_segments": str(count_segments(self.body)),
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{path}/Media.json"},
            "to": self.address(receiver),
            "uri": f"{path}.json",
        }


@dataclass(frozen=True, slots=True)
class File:
    """A file that a person sent."""

    sid: str
    message_sid: str
    content_type: str
    data: bytes


class Store:
    """Everything there is. `last_wrote` and `blocked` are keyed by channel, our number and the person's."""

    def __init__(self) -> None:
        self.messages: dict[str, Message] = {}
        self.files: dict[str, File] = {}
        self.blocked: set[tuple[ChannelName, str, str]] = set()
        self.last_wrote: dict[tuple[ChannelName, str, str], float] = {}

    def sent_to(self, person: str | None = None) -> Iterator[Message]:
        """What the account sent, to this person or to anybody, oldest first."""
        return (one for one in self.messages.values() if one.outbound and person in (None, one.person))
