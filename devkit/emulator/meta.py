"""What do Meta's webhooks have in common, WhatsApp's and Messenger's? How they are signed, and tried again until accepted."""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal

import aiohttp
from pydantic import Field, SecretStr, StringConstraints

from devkit.emulator.faults import FaultBox
from devkit.emulator.sending import Sender
from devkit.emulator.values import Frozen

log = logging.getLogger(__name__)

Digits = Annotated[str, StringConstraints(pattern=r"^\d{5,20}$")]
Signing = Literal["good", "bad", "none"]
RETRIES: Final = (0, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 28800)
"""Seconds between tries, about: at once, then less and less often; the last one repeats."""
REORDER_AMONG: Final = 8


class MetaConfig(Frozen):
    """How webhooks of Meta's go out. Times are seconds.

    - `app_secret` signs them.
    - `retry_schedule_seconds`: delays between tries of one webhook; the last one repeats. `max_attempts` None: never give
      up. `compress`: retry as Meta does instead, at once and then less and less often for days, so many times faster.
    """

    gives_up_seconds: ClassVar[float]

    app_secret: SecretStr
    api_version: Annotated[str, StringConstraints(pattern=r"^v\d+\.\d+$")] = "v23.0"
    host: str = "127.0.0.1"
    window_hours: float = Field(default=24, ge=0)
    retry_schedule_seconds: tuple[Annotated[float, Field(ge=0)], ...] = Field(
        default=(0.2, 0.5, 1, 2, 5), min_length=1
    )
    webhook_timeout_seconds: float = Field(default=10, gt=0)
    webhook_concurrency: int = Field(default=64, ge=1)
    max_attempts: int | None = Field(default=None, ge=1)
    auto_read: bool = False
    seed: int | None = None
    compress: float | None = Field(default=None, gt=0)

    def retry_after(self, attempt: int, waited: float) -> float | None:
        """Seconds until the try after so many; None to give up. `waited`: seconds since the first."""
        if self.compress is None:
            schedule = self.retry_schedule_seconds
            return None if attempt == self.max_attempts else schedule[min(attempt, len(schedule)) - 1]
        if waited > self.gives_up_seconds / self.compress:
            return None
        return RETRIES[min(attempt, len(RETRIES)) - 1] / self.compress


@dataclass(slots=True)
class Counts:
    """What was sent since the start: POSTs, tries again, repeats, and updates accepted or given up."""

    posts: int = 0
    retries: int = 0
    repeats: int = 0
    accepted: int = 0
    given_up: int = 0


def signature(secret: str, raw: bytes) -> str:
    """The value of `X-Hub-Signature-256`: HMAC-SHA256 over the exact bytes of the body."""
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


class MetaSender(Sender):
    """Posts signed bodies, at most `webhook_concurrency` at a time."""

    def __init__(
        self,
        config: MetaConfig,
        faults: FaultBox[Any, Any, Any],  # Any: whatever goes wrong there; `drop_answers` is among it
        counts: Counts,
    ) -> None:
        super().__init__(timeout=config.webhook_timeout_seconds, connections=config.webhook_concurrency * 2)
        self._settings = config
        self._answers = faults
        self._slots = asyncio.Semaphore(config.webhook_concurrency)
        self.counts = counts

    async def until_accepted(self, try_once: Callable[[], Awaitable[int]]) -> bool:
        """Try until the answer is 200, or this is given up. `try_once` gives the HTTP status (0: no answer)."""
        loop = asyncio.get_running_loop()
        began, attempt = loop.time(), 0
        while True:
            status = await try_once()
            if status == 200 and not self._answers.take("drop_answers"):
                return True
            attempt += 1
            delay = self._settings.retry_after(attempt, loop.time() - began)
            if delay is None:
                log.warning("webhook given up after %d tries, last answer %s", attempt, status or "none")
                return False
            level = logging.WARNING if attempt == 1 else logging.DEBUG
            log.log(level, "webhook not accepted (answer: %s), next try in %.1f s", status or "none", delay)
            self.counts.retries += 1
            await asyncio.sleep(delay)

    async def post_once(self, url: str, raw: bytes, signing: Signing = "good") -> int:
        """POST these bytes once; the gateway's HTTP status, or 0 when there was no answer in time."""
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
        if signing != "none":
            secret = self._settings.app_secret.get_secret_value()
            headers["X-Hub-Signature-256"] = signature(secret + "!" * (signing == "bad"), raw)
        self.counts.posts += 1
        try:
            async with self.client.post(url, data=raw, headers=headers) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0

    async def post(self, url: str, raw: bytes, signing: Signing = "good") -> int:
        """`post_once`, when there is a free connection."""
        async with self._slots:
            return await self.post_once(url, raw, signing)
