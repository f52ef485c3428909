"""Which businesses, customers, secrets and timings does the emulator run with? One frozen value, from one
JSON file."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

Digits = Annotated[str, StringConstraints(pattern=r"^\d{5,20}$")]
WaId = Annotated[str, StringConstraints(pattern=r"^\d{7,15}$")]


META_RETRIES: Final = (0, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 28800)
"""Seconds between tries, about: at once, then less and less often; the last one repeats."""
META_GIVES_UP_SECONDS: Final = 7 * 86400


class Frozen(BaseModel):
    """Base of every value of the emulator: immutable, and a misspelled key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Business(Frozen):
    """One business number (for Usher: one tenant). `display_phone_number` is digits as people read them."""

    phone_number_id: Digits
    waba_id: Digits
    display_phone_number: str
    name: str


class Customer(Frozen):
    """One person with a phone. `wa_id` is the number in digits; `on_whatsapp=False` makes sends end as
    131026.

    `user_id` is the business-scoped id (`CC.…`): when set, webhooks carry it and `recipient` may name it.
    """

    wa_id: WaId
    name: str = Field(min_length=1, max_length=120)
    on_whatsapp: bool = True
    user_id: str | None = None


class Template(Frozen):
    """One approved message template; `{{1}}` or `{{name}}` in `body` are its parameters."""

    name: str = Field(max_length=512)
    language: str = "en"
    category: Literal["utility", "marketing", "authentication"] = "utility"
    header: str | None = None
    body: str = ""
    footer: str | None = None
    buttons: tuple[str, ...] = ()


class EmulatorConfig(Frozen):
    """Everything the emulator needs. Times are seconds unless the name says otherwise.

    - `gateway_webhook_url`: where webhooks go; `app_secret` signs them; `access_token` is the Bearer token
      of the Graph side.
    - `public_url`: base of the media download links; without one, the host each request came in by.
    - `templates`: empty means every template name is approved and shown by name and parameters.
    - `window_error`: where 131047 and 131026 show: in the `response` (HTTP 400) or later as a `failed`
      `status`.
    - `retry_schedule_seconds`: delays between tries of one webhook; the last one repeats. `max_attempts`
      None = never give up.
    - `compress`: retry as Meta does instead, at once and then less and less often for 7 days, so many times faster.
    - `pair_limit` / `throughput_per_second`: Meta's 131056 and 130429, off by default.
    - `auto_read`: the phone reads everything at once (for headless runs); otherwise `read` needs a phone
      that shows it.
    """

    businesses: tuple[Business, ...] = Field(min_length=1)
    customers: tuple[Customer, ...] = ()
    templates: tuple[Template, ...] = ()
    gateway_webhook_url: str
    app_secret: SecretStr
    access_token: SecretStr
    api_version: str = Field(default="v23.0", pattern=r"^v\d+\.\d+$")
    public_url: str | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8090, ge=0, le=65535)
    window_hours: float = Field(default=24, ge=0)
    window_error: Literal["response", "status"] = "response"
    retry_schedule_seconds: tuple[Annotated[float, Field(ge=0)], ...] = Field(
        default=(0.2, 0.5, 1, 2, 5), min_length=1
    )
    webhook_timeout_seconds: float = Field(default=10, gt=0)
    webhook_concurrency: int = Field(default=64, ge=1)
    max_attempts: int | None = Field(default=None, ge=1)
    signing: bool = True
    auto_read: bool = False
    pair_limit: bool = False
    throughput_per_second: int | None = Field(default=None, ge=1)
    seed: int | None = None
    compress: float | None = Field(default=None, gt=0)

    def retry_after(self, attempt: int, waited: float) -> float | None:
        """Seconds until the try after so many; None to give up. `waited`: seconds since the first."""
        if self.compress is None:
            schedule = self.retry_schedule_seconds
            return None if attempt == self.max_attempts else schedule[min(attempt, len(schedule)) - 1]
        if waited > META_GIVES_UP_SECONDS / self.compress:
            return None
        return META_RETRIES[min(attempt, len(META_RETRIES)) - 1] / self.compress
