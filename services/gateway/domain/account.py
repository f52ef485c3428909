"""What is known of a tenant's account with a channel: its ids, its secrets, its settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from shared.errors import UsherError


class MissingSecret(UsherError):
    """The channel account lacks a secret."""


@dataclass(frozen=True, slots=True)
class ChannelAccount:
    """A tenant's account with a channel.

    `account_id` is the business's side (WhatsApp: phone_number_id, Telegram: the bot's id, Twilio: the number,
    Messenger and Instagram: the page's or account's id, web chat: a name of its own), `owner_id` what it belongs to
    (WhatsApp: the WABA, Twilio: the AccountSid). `secrets` by name, the newest value first (two while rotating); they
    are encrypted at rest and never shown. `settings` are the operator's: `templates`, `rate_per_second`, …
    """

    tenant_id: UUID
    channel: str
    account_id: str
    owner_id: str | None = None
    display_number: str | None = None
    secrets: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    settings: Mapping[str, object] = field(default_factory=dict)

    def secret(self, name: str) -> str:
        """The newest value. Raises `MissingSecret` naming what is missing and how to add it."""
        values = self.secrets.get(name)
        if not values:
            raise MissingSecret(
                f"The {self.channel} account {self.account_id} has no {name}: "
                f"add it with `usher channel add {self.channel} {self.account_id}`."
            )
        return values[0]
