"""Which pages, profiles, secrets and timings does the emulator run with? One frozen value, from one JSON file."""

from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr, StringConstraints

from devkit.whatsapp.config import META_RETRIES, Digits, Frozen

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


class MessengerConfig(Frozen):
    """Everything the emulator needs. Times are seconds unless the name says otherwise.

    - `app_secret` signs webhooks; `app_id` is in echoes.
    - `public_url`: base of the links to people's files; without one, the host by which the control request came.
    - `calls_per_second`: sends of one account (over: 613); None: any number.
    - `auto_read`: people read at once.
    - `retry_schedule_seconds`: delays between tries of one webhook; the last one repeats. `max_attempts` None: never give
      up. `compress`: as Meta does instead, at once and then less and less often for 36 hours, so many times faster.
    """

    accounts: tuple[Account, ...] = Field(min_length=1)
    app_secret: SecretStr
    app_id: Digits = "100000000000042"
    api_version: Annotated[str, StringConstraints(pattern=r"^v\d+\.\d+$")] = "v23.0"
    public_url: str | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8093, ge=0, le=65535)
    window_hours: float = Field(default=24, ge=0)
    calls_per_second: int | None = Field(default=None, ge=1)
    auto_read: bool = False
    retry_schedule_seconds: tuple[Annotated[float, Field(ge=0)], ...] = Field(
        default=(0.2, 0.5, 1, 2, 5), min_length=1
    )
    max_attempts: int | None = Field(default=None, ge=1)
    compress: float | None = Field(default=None, gt=0)
    webhook_timeout_seconds: float = Field(default=5, gt=0)
    webhook_concurrency: int = Field(default=64, ge=1)
    seed: int | None = None

    def account(self, account_id: str) -> Account | None:
        """The account of this id."""
        return next((one for one in self.accounts if one.account_id == account_id), None)

    def retry_after(self, attempt: int, waited: float) -> float | None:
        """Seconds until the try after so many; None to give up. `waited`: seconds since the first."""
        if self.compress is None:
            schedule = self.retry_schedule_seconds
            return None if attempt == self.max_attempts else schedule[min(attempt, len(schedule)) - 1]
        if waited > GIVES_UP_SECONDS / self.compress:
            return None
        return META_RETRIES[min(attempt, len(META_RETRIES)) - 1] / self.compress
