"""What people say to a business and what it says to them: owned by the gateway, free of any channel's formats."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, JsonValue

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


class MediaContent(Value):
    """A picture, video, document or sticker; its bytes are fetched through the gateway by `media_id`."""

    kind: Literal["media"] = "media"
    media: Literal["image", "video", "document", "sticker"]
    media_id: str
    mime: str
    sha256: str | None = None  # base64, as the channel gives it
    filename: str | None = None
    caption: str | None = None


class LocationContent(Value):
    """A place: degrees (WGS 84), with name and address when the person chose one from the map."""

    kind: Literal["location"] = "location"
    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None


class ContactCard(Value):
    """One person of an address book: the name shown and the phone numbers as written."""

    name: str
    phones: tuple[str, ...] = ()


class ContactsContent(Value):
    """Cards from the address book; also the answer to a `ContactRequestBody`."""

    kind: Literal["contacts"] = "contacts"
    contacts: tuple[ContactCard, ...]


class ReactionContent(Value):
    """An emoji put on one of our messages (`provider_id`); None takes it away."""

    kind: Literal["reaction"] = "reaction"
    provider_id: str
    emoji: str | None = None


class FlowContent(Value):
    """A filled-in form of the channel (WhatsApp flow): `answers` as it came, empty when it could not be read."""

    kind: Literal["flow"] = "flow"
    token: str | None = None
    answers: dict[str, JsonValue] = Field(default_factory=dict)


class OrderItem(Value):
    """A line of an order: `price` as the channel wrote it (a decimal number of `currency`)."""

    product_id: str
    quantity: int
    price: str | None = None
    currency: str | None = None


class OrderContent(Value):
    """A shopping cart of the channel's catalogue."""

    kind: Literal["order"] = "order"
    catalog_id: str | None = None
    items: tuple[OrderItem, ...] = ()
    text: str | None = None


class EditContent(Value):
    """The person changed what they wrote in `provider_id`; `text` is how it reads now (None: no words)."""

    kind: Literal["edit"] = "edit"
    provider_id: str
    text: str | None = None


class RevokeContent(Value):
    """The person took `provider_id` back."""

    kind: Literal["revoke"] = "revoke"
    provider_id: str


class EchoContent(Value):
    """The business itself wrote to the person, by hand, in the channel's own app: a human has taken over."""

    kind: Literal["echo"] = "echo"
    text: str | None = None


class UnsupportedContent(Value):
    """Something the channel itself does not pass on (a poll, a pinned message): its word and code for it."""

    kind: Literal["unsupported"] = "unsupported"
    type: str
    code: int | None = None


class OtherContent(Value):
    """Anything we have no reader for (yet): `type` is the channel's word for it, `text` a caption or name if any."""

    kind: Literal["other"] = "other"
    type: str
    text: str | None = None


Content = Annotated[
    TextContent
    | ChoiceContent
    | VoiceContent
    | MediaContent
    | LocationContent
    | ContactsContent
    | ReactionContent
    | FlowContent
    | OrderContent
    | EditContent
    | RevokeContent
    | EchoContent
    | UnsupportedContent
    | OtherContent,
    Field(discriminator="kind"),
]


class Referral(Value):
    """The advertisement or link that began the conversation."""

    source: str  # ad, post, link, …
    source_id: str | None = None
    url: str | None = None
    headline: str | None = None
    click_id: str | None = None


class MessageReceived(Message):
    """A person's message, verified and deduplicated. `message_id` is ours (derived from the provider's id)."""

    name: ClassVar[str] = "message_received"

    message_id: UUID
    conversation_id: UUID
    sender: ChannelAddress
    provider_id: str
    sent_at: datetime
    content: Content
    quoted: str | None = None  # the provider's id of the message this one answers or quotes
    referral: Referral | None = None


class Choice(Value):
    """One thing the person can tap. `title` is at most 20 characters on a button, 24 on a list row."""

    choice_id: str
    title: str
    description: str | None = None


class TextBody(Value):
    """Text, and the choices offered with it (≤ 3 become buttons, more become a list, or numbered text where the
    channel has neither). `label` is what a list's button says; the channel's own word when None."""

    kind: Literal["text"] = "text"
    text: str
    choices: tuple[Choice, ...] = ()
    label: str | None = None


class DocumentBody(Value):
    """A file with its caption. The bytes are in the object store; `file.job` makes them again if they are lost."""

    kind: Literal["document"] = "document"
    file: FileRef
    filename: str
    caption: str | None = None


class ImageBody(Value):
    """A picture (JPEG or PNG) with its caption."""

    kind: Literal["image"] = "image"
    file: FileRef
    caption: str | None = None


class VoiceBody(Value):
    """A voice note (OGG/Opus, mono); `text` says the same where the channel has none."""

    kind: Literal["voice"] = "voice"
    file: FileRef
    text: str


class LinkBody(Value):
    """Text with one button that opens `url` (https)."""

    kind: Literal["link"] = "link"
    text: str
    label: str
    url: str


class LocationRequestBody(Value):
    """Asks where the person is, with the channel's own button."""

    kind: Literal["location_request"] = "location_request"
    text: str


class ContactRequestBody(Value):
    """Asks for the person's phone number, with the channel's own button."""

    kind: Literal["contact_request"] = "contact_request"
    text: str


class ReactionBody(Value):
    """An emoji on a message of the person's (`provider_id`); an empty one takes it away."""

    kind: Literal["reaction"] = "reaction"
    provider_id: str
    emoji: str


class TemplateBody(Value):
    """A message approved by the channel beforehand; `text` says the same where the channel needs none."""

    kind: Literal["template"] = "template"
    template: str
    language: str  # as the channel writes it (en, pt_BR)
    parameters: tuple[str, ...] = ()
    text: str


class PageBody(Value):
    """The rest of the choices of an earlier message (`of`), from number `offset` (0 is the first) on."""

    kind: Literal["page"] = "page"
    of: UUID
    offset: int


Body = Annotated[
    TextBody
    | DocumentBody
    | ImageBody
    | VoiceBody
    | LinkBody
    | LocationRequestBody
    | ContactRequestBody
    | ReactionBody
    | TemplateBody
    | PageBody,
    Field(discriminator="kind"),
]


class MessageSent(Message):
    """A message to be delivered to a person, exactly once: `message_id` is the delivery's id for ever."""

    name: ClassVar[str] = "message_sent"

    message_id: UUID
    conversation_id: UUID
    to: ChannelAddress
    purpose: str  # reply, booking_confirmed, booking_cancelled, receipt, …
    body: Body
    in_reply_to: str | None = None  # the provider's id of the message that is answered
    language: str | None = None  # of the words (BCP 47), for those that the channel adds
    customer_id: UUID | None = None  # who the person is over all channels, when the sender knows
    values: dict[str, str] = Field(
        default_factory=dict
    )  # facts of the message by name, for templates (service, time, reference, …)


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


class ShowTyping(Message):
    """Question to the gateway that nobody waits for an answer to: show this person that we are typing.

    `provider_id`: their message that is being answered.
    """

    name: ClassVar[str] = "show_typing"

    conversation_id: UUID
    channel: str
    account_id: str
    user_id: str
    provider_id: str


class TypingShown(Value):
    """Answer to `ShowTyping`: whether it will be tried."""

    shown: bool = False


class ConversationHandedOver(Message):
    """A person of the business is called to a conversation, or answers in it: the agent is silent `until` then.

    `reason`: asked, stuck, rule, by_hand or operator.
    """

    name: ClassVar[str] = "conversation_handed_over"

    handoff_id: UUID
    conversation_id: UUID
    reason: str
    note: str | None = None
    at: datetime
    until: datetime
