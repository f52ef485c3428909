"""Who turned out to be the same person, and who is to be forgotten: booking decides it, others that keep words follow.

Jobs, one for each service that has to do something: so each confirms its own, and none is taken for done by another.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.messages.envelope import Message, Value


class Identity(Value):
    """Under which name a channel knows a person (`shared.messages.conversation.ChannelAddress`)."""

    channel: str
    user_id: str


class MergePeople(Message):
    """Job: these customers are this one from now on; what they said of themselves goes there. `at` (aware): since when.

    `merged` are all that have become this customer so far, so one such job does not need the ones before it.
    """

    name: ClassVar[str] = "merge_people"

    merged: tuple[UUID, ...]
    survivor: UUID
    at: datetime


class ForgetPerson(Message):
    """Job: forget what these customers (one person) said before `at` (aware), whichever of their identities they used."""

    name: ClassVar[str] = "forget_person"

    customer_ids: tuple[UUID, ...]
    identities: tuple[Identity, ...] = ()
    at: datetime
