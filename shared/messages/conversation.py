"""What people say to a business and what it says to them: owned by the gateway, free of any channel's formats."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.messages.envelope import Message, Value
from shared.messages.media import FileRef


class ChannelAddress(Value):
    """Where a person is reached: `account_id` is the business's side (WhatsApp: phone_number_id), `user_id`
    the person's (WhatsApp: wa_id, else the BSUID). `phone` is E.164 when the channel tells it."""

    channel: str
    account_id: str
    user_id: str
    name: str | None = None
    phone: str | None = None


class TextContent(Value):
    """Words the person typed."""

    kind: Literal["text"] = "text"
    text: str


class ChoiceContent(Value):
    """A tapped button or list row: `choice_id` is the id we gave it, `title` what the person saw."""

    kind: Literal["choice"] = "choice"
    choice_id: str
    title: str


class VoiceContent(Value):
    """A voice note (or any audio file); its bytes are fetched through the gateway by `media_id`."""

    kind: Literal["voice"] = "voice"
    media_id: str
    mime: str
    sha256: str | None = None  # base64, as the channel gives it


class OtherContent(Value):
    """Anything else that was sent (image, location, reaction, contacts, order, unsupported, …): `type` is the
    channel's word for it, `text` a caption or name when there is one."""

    kind: Literal["other"] = "other"
    type: str
    text: str | None = None


Content = Annotated[TextContent | ChoiceContent | VoiceContent | OtherContent, Field(discriminator="kind")]


class MessageReceived(Message):
    """A person's message, verified and deduplicated. `message_id` is ours (derived from the provider's id)."""

    name: ClassVar[str] = "message_received"

    message_id: UUID
    conversation_id: UUID
    sender: ChannelAddress
    provider_id: str
    sent_at: datetime
    content: Content


class Choice(Value):
    """One thing the person can tap. `title` is at most 20 characters on a button, 24 on a list row."""

    choice_id: str
    title: str
    description: str | None = None


class TextBody(Value):
    """Text, and the choices offered with it (≤ 3 become buttons, more become a list)."""

    kind: Literal["text"] = "text"
    text: str
    choices: tuple[Choice, ...] = ()


class DocumentBody(Value):
    """A file with its caption. The bytes are in the object store; `file.job` makes them again if they are lost."""

    kind: Literal["document"] = "document"
    file: FileRef
    filename: str
    caption: str | None = None


Body = Annotated[TextBody | DocumentBody, Field(discriminator="kind")]


class MessageSent(Message):
    """A message to be delivered to a person, exactly once: `message_id` is the delivery's id for ever."""

    name: ClassVar[str] = "message_sent"

    message_id: UUID
    conversation_id: UUID
    to: ChannelAddress
    purpose: str  # reply, booking_confirmed, booking_cancelled, receipt, …
    body: Body
    in_reply_to: str | None = None  # the provider's id of the message that is answered


class FetchMedia(Message):
    """Query to the gateway: bring this media file of the channel into the object store."""

    name: ClassVar[str] = "fetch_media"

    channel: str
    account_id: str
    media_id: str
    sha256: str | None = None


class MediaFetched(Value):
    """Answer to `FetchMedia`: the file, or why it cannot be had (`gone`: never again; else ask again)."""

    file: FileRef | None = None
    error: str | None = None
    gone: bool = False
