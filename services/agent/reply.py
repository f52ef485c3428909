"""What does the agent say? The model's final answer, and the message it becomes."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, Field

from shared import ids
from shared.messages.conversation import Choice, MessageReceived, MessageSent, TextBody

MAX_CHOICES = 10
BUTTONS = 3
BUTTON_TITLE = 20
ROW_TITLE = 24
DESCRIPTION = 72
CHOICE_ID = 200
TEXT = 4000


class ReplyChoice(BaseModel):
    """Something the customer can tap instead of typing it."""

    choice_id: str = Field(description="What it stands for, e.g. `book:<session_id>:<party_size>`.")
    title: str = Field(description="What the customer sees, at most 20 characters.")
    description: str | None = Field(None, description="A second line, at most 72 characters.")


class Reply(BaseModel):
    """The answer to the customer. An empty `text` says nothing: after a booking or cancellation that was
    done, the
    confirmation comes by itself."""

    text: str = Field("", description="What to say, in the customer's language. Empty: say nothing.")
    choices: list[ReplyChoice] = Field(
        default_factory=list, description="At most 10 things the customer can tap; none for a free answer."
    )
    stuck: bool = Field(
        False, description="True only when you did not understand the customer or could not help."
    )

    @property
    def silent(self) -> bool:
        """Whether there is nothing to send."""
        return not self.text.strip()


def cut(text: str, limit: int) -> str:
    """`text`, shortened to `limit` characters with an ellipsis when it is longer."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def reply_id(message_id: UUID, number: int) -> UUID:
    """The id of the n-th reply to a message: the same however often the turn is run."""
    return ids.derive("reply", message_id, number)


def message_of(
    reply: Reply, message: MessageReceived, number: int, language: str | None = None
) -> MessageSent:
    """The reply, in this language (BCP 47), as a message to the customer, within every channel's limits."""
    choices = reply.choices[:MAX_CHOICES]
    limit = BUTTON_TITLE if len(choices) <= BUTTONS else ROW_TITLE
    return MessageSent(
        tenant_id=message.tenant_id,
        message_id=reply_id(message.message_id, number),
        conversation_id=message.conversation_id,
        to=message.sender,
        purpose="reply",
        body=TextBody(
            text=cut(reply.text.strip(), TEXT),
            choices=tuple(
                Choice(
                    choice_id=choice.choice_id[:CHOICE_ID],
                    title=cut(choice.title, limit),
                    description=cut(choice.description, DESCRIPTION) if choice.description else None,
                )
                for choice in choices
            ),
        ),
        in_reply_to=message.provider_id,
        language=language,
        customer_id=ids.customer_id_of(message.tenant_id, message.sender.channel, message.sender.user_id),
    )
