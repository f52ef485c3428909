"""What does the contract need to know of a channel? The small configuration that a test class gives, and its helpers."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar, Final, NamedTuple
from uuid import UUID

from multidict import CIMultiDict, CIMultiDictProxy
from pydantic import BaseModel

from services.gateway.channels import Channel, HttpAnswer, HttpCall, Inbound, MessageIn, RawRequest, load
from services.gateway.channels.text import Length, units
from services.gateway.domain.account import ChannelAccount
from shared.messages.conversation import Body, ChannelAddress, MessageSent
from shared.messages.media import FileRef
from shared.settings import Settings

NOW: Final = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TENANT: Final = UUID("11111111-1111-4111-8111-111111111111")
MESSAGE: Final = UUID("22222222-2222-4222-8222-222222222222")
CONVERSATION: Final = UUID("33333333-3333-4333-8333-333333333333")
FIXTURES: Final = Path(__file__).parents[3] / "fixtures"
RECORDED: Final = Path(__file__).parents[5] / "shared" / "data"
GOLDEN: Final = ".golden.json"


class Shown(NamedTuple):
    """A text of a request: `what` it is, and how long it may be. What the person reads as words is `text`."""

    what: str
    text: str
    limit: int
    length: Length = units


class Tap(NamedTuple):
    """Something of a request that the person can tap, and what they see on it."""

    choice_id: str
    title: str


class ChannelCase:
    """Says how to test one channel: a test class inherits a contract and fills this in.

    In:  `name`, `account`, `signing_secret`, `signed`, `unknown_kind`; where needed `encode`, `account_for`, `regroup`.
    Out: `name`, `account`, `success`, `shown`, `taps`; where needed `user_id`, `reads`.
    """

    name: ClassVar[str]
    """The channel's name."""
    signing_secret: ClassVar[str]
    """The name of the secret that webhooks are verified with; `account()` has two values of it."""
    covers_body: ClassVar[bool] = True
    """False: the provider sends a secret along and signs nothing (Telegram)."""
    exact_body: ClassVar[bool] = True
    """False: the signature covers what the body says, so its bytes may differ when they say the same (Twilio)."""
    recorded: ClassVar[str | None] = None
    """The folder of `../shared/data` with payloads of this channel, when there is one."""
    recorded_unreadable: ClassVar[frozenset[str]] = frozenset()
    """Files of it that hold items no adapter can read (placeholders, say)."""
    user_id: ClassVar[str] = "351910000001"
    """A person's id on this channel."""
    success: ClassVar[HttpAnswer]
    """What the provider answers when it has taken a message."""
    refused: ClassVar[tuple[HttpAnswer, ...]] = (HttpAnswer(401, b"{}"), HttpAnswer(403, b"{}"))
    """Answers that refuse us."""
    url_schemes: ClassVar[tuple[str, ...]] = ("http://", "https://")
    """What the URLs of requests begin with."""

    def settings(self) -> Settings:
        """Settings of an installation with this channel."""
        return Settings.model_validate(
            {
                "channels": self.name,
                "public_url": "https://usher.example",
                "whatsapp_app_secret": "installation-app-secret",
                "whatsapp_verify_token": "installation-verify-token",
                "whatsapp_access_token": "installation-access-token",
            }
        )

    def channel(self) -> Channel:
        """The adapter, as the gateway gets it."""
        return load(self.name, self.settings())

    def account(self) -> ChannelAccount:
        """An account with all its secrets; two values of `signing_secret`, the newest first."""
        raise NotImplementedError

    # --- in -------------------------------------------------------------------------------------------

    def signed(self, body: bytes, account: ChannelAccount) -> RawRequest:
        """The request that carries this body, signed as the provider signs, with the account's newest secret."""
        raise NotImplementedError

    def unknown_kind(self) -> bytes:
        """A good body whose item is of a kind that nobody knows yet."""
        raise NotImplementedError

    def encode(self, path: Path) -> bytes:
        """The body that a payload file stands for: the file's bytes, unless the provider does not send JSON."""
        return path.read_bytes()

    def account_for(self, body: bytes) -> ChannelAccount:
        """The account that a payload was sent to, when payloads tell."""
        return self.account()

    def regroup(self, body: bytes) -> list[bytes]:
        """The items of a batch in bodies of their own; the body itself where the channel has no batches."""
        return [body]

    # --- out ------------------------------------------------------------------------------------------

    def shown(self, call: HttpCall) -> list[Shown]:
        """Every text of a request that the channel limits; `what` is "text" for the words of the message."""
        raise NotImplementedError

    def taps(self, call: HttpCall) -> list[Tap]:
        """What can be tapped in a request, in order; empty where choices are numbered."""
        raise NotImplementedError

    def reads(self, text: str) -> str:
        """A text as this channel spells it (Twilio writes plain quotes for curly ones)."""
        return text

    # --- for all --------------------------------------------------------------------------------------

    def secrets(self) -> list[str]:
        """Every secret value that must never be seen."""
        return [value for values in self.account().secrets.values() for value in values]

    def payloads(self) -> list[Path]:
        """Our own payloads."""
        found = (FIXTURES / self.name).iterdir() if (FIXTURES / self.name).is_dir() else iter(())
        return sorted(path for path in found if not path.name.endswith(GOLDEN))

    def message(self, body: Body, *, values: Mapping[str, str] | None = None) -> MessageSent:
        """A message to `user_id`."""
        return MessageSent(
            tenant_id=TENANT,
            message_id=MESSAGE,
            conversation_id=CONVERSATION,
            to=ChannelAddress(channel=self.name, account_id=self.account().account_id, user_id=self.user_id),
            purpose="reply",
            body=body,
            values=dict(values or {}),
        )


def headers(**named: str) -> Mapping[str, str]:
    """Headers as the gateway hands them on: by name in any case (`X_Hub_Signature_256` is `X-Hub-Signature-256`)."""
    return CIMultiDictProxy(CIMultiDict({name.replace("_", "-"): value for name, value in named.items()}))


def a_file(mime: str) -> FileRef:
    """A file in the object store."""
    return FileRef(bucket="files", key="receipts/1", mime=mime, size=3, sha256="0" * 64)


def key_of(item: Inbound) -> tuple[str, ...]:
    """What an item is deduplicated by."""
    kind = type(item).__name__
    account = item.account_id or ""
    match kind:
        case "MessageIn":
            return kind, account, getattr(item, "provider_id", "")
        case "Unreadable":
            return kind, account, getattr(item, "reason", "")
        case _:
            return kind, account, getattr(item, "key", "")


def golden(items: list[Inbound]) -> str:
    """The items as JSON for review; `raw` is left out, and so is everything that is as it would be by default."""
    return json.dumps([_plain(item) for item in items], indent=2, ensure_ascii=False) + "\n"


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [f for f in dataclasses.fields(value) if f.name != "raw"]
        told = {f.name: getattr(value, f.name) for f in fields if getattr(value, f.name) != f.default}
        return {"is": type(value).__name__, **{name: _plain(found) for name, found in told.items()}}
    if isinstance(value, MessageIn):
        given = value._asdict().items()
        told = {name: one for name, one in given if name != "raw" and not _is_default(name, one)}
        return {"is": "MessageIn", **{name: _plain(found) for name, found in told.items()}}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _is_default(name: str, value: object) -> bool:
    defaults = MessageIn._field_defaults
    return name in defaults and defaults[name] == value
