"""Which account, numbers, secrets and timings does the emulator run with? One frozen value, from one JSON file."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints

from devkit.emulator.values import Frozen

ChannelName = Literal["sms", "whatsapp"]
E164 = Annotated[str, StringConstraints(pattern=r"^\+\d{7,15}$")]
AccountSid = Annotated[str, StringConstraints(pattern=r"^AC[0-9a-f]{32}$")]


class Number(Frozen):
    """A sender of the account: a long code, or a WhatsApp sender. What people write to it goes to `webhook_url`.

    The URL may end in connection overrides as at Twilio: `#rc=2&rp=5xx,rt` (`webhooks.py`).
    """

    number: E164
    webhook_url: str
    channel: ChannelName = "sms"
    name: str = ""


class TwilioConfig(Frozen):
    """Everything the emulator needs. Times are seconds.

    - `long_code_per_second`: what an SMS number passes on, the rest waits; None: at once. `queue_limit`: how many may
      wait (over: 21611). `api_per_second`: requests of the account (over: 429 with 20429); None: any number.
    - `window_error`: a closed WhatsApp window (63016) shows in a later `status`, as at Twilio, or in the `response`.
    - `advanced_opt_out`: webhooks carry `OptOutType`, as with a Messaging Service that has it; on WhatsApp, STOP counts only
      then.
    - `auto_read`: people on WhatsApp read at once.
    - `webhook_timeout_seconds` is Twilio's 15 for all tries together; `retry_pause_seconds` lies between them.
    - `public_url`: base of media links; without one, the host by which the control request came.
    - `media_redirect`: a file's URL leads on (307) to a signed link on another port, as Twilio's do to its storage, which
      refuses requests with credentials. `media_port`: that port (0: any).
    """

    account_sid: AccountSid
    auth_token: SecretStr
    numbers: tuple[Number, ...] = Field(min_length=1)
    account_status: Literal["active", "suspended", "closed"] = "active"
    public_url: str | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8092, ge=0, le=65535)
    long_code_per_second: float | None = Field(default=1.0, gt=0)
    queue_limit: int = Field(default=36_000, ge=1)
    api_per_second: int | None = Field(default=None, ge=1)
    window_hours: float = Field(default=24, ge=0)
    window_error: Literal["response", "status"] = "status"
    advanced_opt_out: bool = False
    auto_read: bool = False
    webhook_timeout_seconds: float = Field(default=15, gt=0)
    webhook_concurrency: int = Field(default=64, ge=1)
    retry_pause_seconds: float = Field(default=0.1, ge=0)
    media_redirect: bool = False
    media_port: int = Field(default=0, ge=0, le=65535)
    seed: int | None = None
