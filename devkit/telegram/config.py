"""Which bots, people and timings does the emulator run with? One frozen value, from one JSON file."""

from typing import Annotated

from pydantic import Field, SecretStr

from devkit.emulator.values import Frozen

MEBIBYTE = 1024 * 1024
Id = Annotated[int, Field(gt=0, lt=2**52)]


class Bot(Frozen):
    """One bot (for Usher: one channel account). Its id is what stands before the colon of `token`."""

    token: SecretStr
    username: str = "usher_test_bot"
    first_name: str = "Usher"

    @property
    def id(self) -> int:
        """The bot's id."""
        return int(self.token.get_secret_value().partition(":")[0])


class Person(Frozen):
    """One person; `id` is also the id of their private chat with every bot. `deactivated`: the account was deleted."""

    id: Id
    first_name: str = Field(min_length=1, max_length=64)
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    deactivated: bool = False


class EmulatorConfig(Frozen):
    """Everything the emulator needs. Times are seconds, sizes bytes.

    - `limits`: Telegram's 429: `per_second` messages of a bot, one per `chat_seconds` to a chat with `chat_burst`
      borrowed ones. Off, everything is taken at once.
    - `retry_unit`: the first repeat of a webhook comes at once, the next after 2, 4, 8, … of these, at most 60 to 120;
      0 repeats without pauses. `keep_hours`: how long an update is tried; a tap only `callback_seconds`.
    - `require_https`: refuse webhooks over plain HTTP and on other ports than 443, 80, 88 and 8443, as Telegram does.
    - `max_upload`, `max_download`: sizes of files that bots may send and fetch.
    """

    bots: tuple[Bot, ...] = Field(min_length=1)
    people: tuple[Person, ...] = ()
    host: str = "127.0.0.1"
    port: int = Field(default=8091, ge=0, le=65535)
    limits: bool = True
    per_second: float = Field(default=30, gt=0)
    chat_seconds: float = Field(default=1, gt=0)
    chat_burst: int = Field(default=3, ge=1)
    webhook_timeout: float = Field(default=60, gt=0)
    retry_unit: float = Field(default=1, ge=0)
    keep_hours: float = Field(default=24, gt=0)
    callback_seconds: float = Field(default=150, gt=0)
    require_https: bool = False
    max_upload: int = Field(default=50 * MEBIBYTE, ge=1)
    max_download: int = Field(default=20 * MEBIBYTE, ge=1)
    seed: int | None = None
