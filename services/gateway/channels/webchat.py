"""Web chat: our own channel, a `<script>` on a business's page that talks to the gateway over a WebSocket.

No vendor: docs/web-chat.md is the reference (2026-11-22). A message is delivered when its row says so, and open sockets
are then told (`services/gateway/webchat`); so a request is one to ourselves, `local:webchat/<conversation>`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal
from urllib.parse import quote
from uuid import UUID

import orjson
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from services.gateway.channels import (
    Capabilities,
    Delivered,
    HttpAnswer,
    HttpCall,
    Inbound,
    Malformed,
    MediaLink,
    MessageIn,
    Need,
    NotAuthentic,
    Outcome,
    RawRequest,
    Rejected,
    Retry,
)
from services.gateway.channels.defaults import Plain
from services.gateway.channels.degrade import fitting
from services.gateway.channels.text import cut
from services.gateway.domain.account import ChannelAccount
from services.gateway.domain.backoff import backoff
from shared import ids
from shared.errors import UsherError
from shared.messages.conversation import (
    Choice,
    ChoiceContent,
    Content,
    DocumentBody,
    ImageBody,
    LinkBody,
    MediaContent,
    MessageSent,
    TextBody,
    TextContent,
    VoiceBody,
    VoiceContent,
)
from shared.messages.media import FileRef
from shared.settings import Settings

NAME: Final = "webchat"
UPLOADS: Final = f"local:{NAME}/uploads/"
"""Begins the URL of a visitor's file: `<tenant>/<account>/<file>` follow."""
SECRET: Final = "visitor_secret"  # noqa: S105  # the secret's name
MOST_TEXT: Final = 4096
"""Characters of one message of a visitor."""
_AS_LONG_AS_IT_IS: Final = 1024 * 1024  # the bus carries no longer message

CAPABILITIES: Final = Capabilities(
    text=_AS_LONG_AS_IT_IS,
    button_text=_AS_LONG_AS_IT_IS,
    buttons=_AS_LONG_AS_IT_IS,
    button_title=200,
    list_text=_AS_LONG_AS_IT_IS,
    rows=_AS_LONG_AS_IT_IS,
    row_title=200,
    row_description=300,
    caption=_AS_LONG_AS_IT_IS,
    kinds=frozenset({"text", "document", "image", "voice", "link"}),
    per_second=1000.0,
)
NEEDS: Final = (
    Need(
        SECRET,
        "signs who a visitor is: at least 32 random characters (`openssl rand -hex 32`); your site may sign with it, too",
        rotates=True,
    ),
)
Frame = dict[str, object]


def _words(text: str) -> str:
    """A text without NUL (PostgreSQL has none) and outer white space. Raises ValueError when nothing is left."""
    if not (words := text.replace("\x00", "").strip()):
        raise ValueError("no words")
    return words


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class SaidText(_Frozen):
    """A visitor typed something; `id` is the page's own, the same whenever it sends this again."""

    type: Literal["message"]
    id: UUID
    text: Annotated[str, StringConstraints(max_length=MOST_TEXT), AfterValidator(_words)]


class SaidChoice(_Frozen):
    """A visitor tapped a choice."""

    type: Literal["choice"]
    id: UUID
    choice_id: Annotated[str, StringConstraints(max_length=256), AfterValidator(_words)]
    title: Annotated[str, StringConstraints(max_length=300), AfterValidator(_words)]


class SaidFile(_Frozen):
    """A visitor sent a file, which is stored under `key`; written by the gateway only. `sha256` in hex."""

    type: Literal["file"]
    id: UUID
    key: UUID
    mime: str
    name: str
    sha256: str


Said = Annotated[SaidText | SaidChoice | SaidFile, Field(discriminator="type")]


class Kept(_Frozen):
    """What is kept of a visitor's message, to be read again by a replay: who, when (by our clock), what."""

    visitor: str
    name: str | None = None
    phone: str | None = None
    at: AwareDatetime
    said: Said


@dataclass(frozen=True)
class WebChat(Plain):
    """The adapter; what it does not have is said in `Plain`."""

    name: str = NAME
    capabilities: Capabilities = CAPABILITIES
    needs: tuple[Need, ...] = NEEDS

    @classmethod
    def from_settings(cls, settings: Settings) -> WebChat:
        """Nothing of the installation is needed: all is in the account."""
        return cls()

    def verify(self, request: RawRequest) -> None:
        """Visitors come by the socket, with a token: nobody is let in by a webhook. Raises `NotAuthentic`."""
        raise NotAuthentic("Web chat has a socket and no webhook.")

    def parse(self, request: RawRequest) -> list[Inbound]:
        """See `Channel.parse`: one `Kept`, of the visitor's account."""
        if request.account is None:
            raise Malformed("A web chat message needs the account it came to.")
        try:
            kept = Kept.model_validate_json(request.body)
        except ValidationError as error:
            raise Malformed(f"A web chat message has {error.error_count()} invalid fields.") from error
        return [_item(kept, request.account, request.body)]

    def render(
        self, message: MessageSent, account: ChannelAccount, media_id: str | None = None
    ) -> list[HttpCall]:
        """See `Channel.render`: one request to ourselves, or none when there is nothing to show."""
        frame = shown(message)
        if frame is None:
            return []
        return [
            _local(
                message.tenant_id, message.conversation_id, {"id": str(message.message_id), "message": frame}
            )
        ]

    def classify(self, answer: HttpAnswer, tries: int) -> Outcome:
        """See `Channel.classify`; the answers are `webchat.local.Local`'s."""
        if 200 <= answer.status < 300:
            return Delivered(None)
        reason = f"web chat answered {answer.status}"
        if answer.status == 429 or answer.status >= 500:
            return Retry(answer.retry_after or backoff(tries), reason, unclear=answer.status >= 500)
        return Rejected(reason)

    def seen(self, address: str, provider_id: str, account: ChannelAccount) -> HttpCall | None:
        """See `Channel.seen`: shows the page that we are typing."""
        conversation_id = ids.conversation_id_of(account.tenant_id, NAME, account.account_id, address)
        return _local(account.tenant_id, conversation_id, {"typing": True})

    def locate(self, media_id: str, account: ChannelAccount) -> MediaLink:
        """See `Channel.locate`: a file of ours, asked from ourselves; the id carries the MIME type as its fragment."""
        key, _, mime = media_id.partition("#")
        try:
            upload_id = UUID(key)
        except ValueError:
            raise UsherError("This is no file of a web chat.") from None
        url = f"{UPLOADS}{account.tenant_id}/{quote(account.account_id, safe='')}/{upload_id}"
        return MediaLink(url, mime or "application/octet-stream")

    def trusts(self, url: str) -> bool:
        """See `Channel.trusts`: what stays in this process."""
        return url.startswith(UPLOADS)


def shown(message: MessageSent) -> Frame | None:
    """What a page shows of a message: `text`, `choices`, `link`, `file`, `image` or `voice`; None when nothing."""
    match body := fitting(message.body, CAPABILITIES):
        case TextBody():
            frame: Frame = {"text": body.text, "choices": [_choice(choice) for choice in body.choices]}
            return frame | ({"label": body.label} if body.label else {})
        case LinkBody():
            return {"text": body.text, "link": {"label": cut(body.label, 200), "url": body.url}}
        case DocumentBody():
            return {"text": body.caption or "", "file": {"name": body.filename, **_file(body.file)}}
        case ImageBody():
            return {"text": body.caption or "", "image": _file(body.file)}
        case VoiceBody():
            return {"text": body.text, "voice": _file(body.file)}
        case _:
            return None


def file_of(message: MessageSent) -> tuple[FileRef, str] | None:
    """The message's file and the name it is saved under."""
    match message.body:
        case DocumentBody(file=file, filename=filename):
            return file, filename
        case ImageBody(file=file) | VoiceBody(file=file):
            return file, file.key.rsplit("/", 1)[-1] or "file"
        case _:
            return None


def kept(
    visitor: str, name: str | None, phone: str | None, at: datetime, said: SaidText | SaidChoice | SaidFile
) -> bytes:
    """The bytes that `WebChat.parse` reads (a `Kept`)."""
    frame = said.model_dump(mode="json")
    return orjson.dumps({"visitor": visitor, "name": name, "phone": phone, "at": at, "said": frame})


def _item(kept: Kept, account: ChannelAccount, raw: bytes) -> MessageIn:
    said = kept.said
    content = _content(said)
    key = f"{kept.visitor}:{said.id}"
    return MessageIn(account.account_id, key, kept.visitor, kept.name, kept.phone, kept.at, content, raw)


def _content(said: SaidText | SaidChoice | SaidFile) -> Content:
    match said:
        case SaidText():
            return TextContent(text=said.text)
        case SaidChoice():
            return ChoiceContent(choice_id=said.choice_id, title=said.title)
    media_id = str(said.key)
    if said.mime.startswith("audio/"):
        return VoiceContent(media_id=f"{media_id}#{said.mime}", mime=said.mime, sha256=said.sha256)
    return MediaContent(
        media="image" if said.mime.startswith("image/") else "document",
        media_id=f"{media_id}#{said.mime}",
        mime=said.mime,
        sha256=said.sha256,
        filename=said.name or None,
    )


def _choice(choice: Choice) -> Frame:
    title = cut(choice.title or choice.choice_id, CAPABILITIES.row_title)
    below = cut(choice.description, CAPABILITIES.row_description) if choice.description else None
    return {"id": choice.choice_id, "title": title, **({"description": below} if below else {})}


def _file(file: FileRef) -> Frame:
    return {"mime": file.mime, "size": file.size}


def _local(tenant_id: UUID, conversation_id: UUID, json: Frame) -> HttpCall:
    place = {"tenant": str(tenant_id), "conversation": str(conversation_id)}
    return HttpCall("POST", f"local:{NAME}/{conversation_id}", json=place | json)


create: Callable[[Settings], WebChat] = WebChat.from_settings
