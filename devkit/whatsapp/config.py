"""Which businesses, customers, secrets and timings does the emulator run with? One frozen value, from one
JSON file."""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import Field, SecretStr, StringConstraints

from devkit.emulator.meta import Digits, MetaConfig
from devkit.emulator.values import Frozen

WaId = Annotated[str, StringConstraints(pattern=r"^\d{7,15}$")]

META_GIVES_UP_SECONDS: Final = 7 * 86400


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


class EmulatorConfig(MetaConfig):
    """Everything the emulator needs. Times are seconds unless the name says otherwise.

    - `gateway_webhook_url`: where webhooks go, signed if `signing`; how they are tried again: see `MetaConfig`.
    - `access_token` is the Bearer token of the Graph side.
    - `public_url`: base of the media download links; without one, the host each request came in by.
    - `templates`: empty means every template name is approved and shown by name and parameters.
    - `window_error`: where 131047 and 131026 show: in the `response` (HTTP 400) or later as a `failed`
      `status`.
    - `pair_limit` / `throughput_per_second`: Meta's 131056 and 130429, off by default.
    - `auto_read`: the phone reads everything at once (for headless runs); otherwise `read` needs a phone
      that shows it.
    """

    gives_up_seconds: ClassVar[float] = META_GIVES_UP_SECONDS

    businesses: tuple[Business, ...] = Field(min_length=1)
    customers: tuple[Customer, ...] = ()
    templates: tuple[Template, ...] = ()
    gateway_webhook_url: str
    access_token: SecretStr
    public_url: str | None = None
    port: int = Field(default=8090, ge=0, le=65535)
    window_error: Literal["response", "status"] = "response"
    signing: bool = True
    pair_limit: bool = False
    throughput_per_second: int | None = Field(default=None, ge=1)
