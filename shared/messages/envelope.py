"""What every message on the bus has in common."""

from __future__ import annotations

from typing import ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen part of a message. Unknown fields are ignored, so adding an optional one is not breaking."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Message(Value):
    """A frozen message of one tenant.

    `name` is the word used everywhere for it (subject token, column, log line); `version` grows only with
    a breaking change, which then gets a new name (`…_v2`) beside the old one.
    """

    name: ClassVar[str]
    version: ClassVar[int] = 1

    tenant_id: UUID

    def encode(self) -> bytes:
        """This message as UTF-8 JSON."""
        return self.model_dump_json(exclude_none=True).encode()

    @classmethod
    def decode(cls, data: bytes | str) -> Self:
        """Read a message back. Raises pydantic's `ValidationError` on anything else."""
        return cls.model_validate_json(data)
