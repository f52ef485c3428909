"""Which pages, profiles, secrets and timings does the emulator run with? One frozen value, from one JSON file."""

from typing import ClassVar, Final, Literal

from pydantic import Field, SecretStr

from devkit.emulator.meta import Digits, MetaConfig
from devkit.emulator.values import Frozen

Platform = Literal["messenger", "instagram"]
GIVES_UP_SECONDS: Final = 36 * 3600
"""Meta tries a webhook again for so long."""
ALL_FIELDS: Final = (
    "messages",
    "messaging_postbacks",
    "message_echoes",
    "message_deliveries",
    "message_reads",
)


class Account(Frozen):
    """One page, or one Instagram professional account with the token of the page it is linked to. What people write to it
    goes to `webhook_url`; `subscribed` are the fields of which the page tells the app."""

    account_id: Digits
    page_token: SecretStr
    webhook_url: str
    platform: Platform = "messenger"
    name: str = "A page"
    subscribed: tuple[str, ...] = ALL_FIELDS


class MessengerConfig(MetaConfig):
    """Everything the emulator needs. Times are seconds unless the name says otherwise.

    - `app_id` is in echoes. How webhooks are signed and tried again: see `MetaConfig`.
    - `public_url`: base of the links to people's files; without one, the host by which the control request came.
    - `calls_per_second`: sends of one account (over: 613); None: any number.
    - `auto_read`: people read at once.
    """

    gives_up_seconds: ClassVar[float] = GIVES_UP_SECONDS

    accounts: tuple[Account, ...] = Field(min_length=1)
    app_id: Digits = "100000000000042"
    public_url: str | None = None
    port: int = Field(default=8093, ge=0, le=65535)
    calls_per_second: int | None = Field(default=None, ge=1)
    webhook_timeout_seconds: float = Field(default=5, gt=0)

    def account(self, account_id: str) -> Account | None:
        """The account of this id."""
        return next((one for one in self.accounts if one.account_id == account_id), None)
