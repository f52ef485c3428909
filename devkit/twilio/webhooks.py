"""How do webhooks reach the gateway? Signed forms, hardly ever sent again: Twilio's own rules, and its overrides.

By default one more try, and only after a failure to connect. `#rc=N&rp=policies` at the end of the URL asks for N more
tries (at most 5) after `ct` (no connection), `rt` (no answer in time), `4xx`, `5xx` or `all`; 15 seconds for all of them.
"""

import asyncio
import logging
import uuid
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urldefrag, urlencode

import aiohttp
from yarl import URL

from devkit.emulator.meta import Signing
from devkit.emulator.sending import Sender
from devkit.twilio.config import TwilioConfig
from devkit.twilio.faults import FaultBox
from devkit.twilio.signing import signature

log = logging.getLogger(__name__)

TOKEN_HEADER: Final = "I-Twilio-Idempotency-Token"
_MOST_RETRIES: Final = 5


@dataclass(slots=True)
class Counts:
    """What was sent since the start: POSTs, those of them that were tries again, and how webhooks ended."""

    posts: int = 0
    retries: int = 0
    accepted: int = 0
    given_up: int = 0


@dataclass(frozen=True, slots=True)
class Retries:
    """What a URL's fragment asks for: `count` more tries after one of `policies`."""

    count: int
    policies: frozenset[str]

    @classmethod
    def of(cls, fragment: str) -> "Retries":
        """Read a fragment; what it does not say, or says wrongly, is as by default."""
        asked = parse_qs(fragment)
        count, policies = asked.get("rc", ["1"])[0], asked.get("rp", ["ct"])[0]
        number = min(int(count), _MOST_RETRIES) if count.isdigit() else 1
        return cls(number, frozenset(policies.split(",")))

    def cover(self, outcome: str) -> bool:
        """True when this outcome (`ct`, `rt`, `4xx`, `5xx`) is tried again."""
        return bool(self.policies & {outcome, "all"})


class Webhooks(Sender):
    """Owns the connection to the gateway. `start()` before the first webhook, `close()` at the end."""

    def __init__(self, config: TwilioConfig, faults: FaultBox) -> None:
        # Twilio's time is for all tries of a webhook together (`send`).
        super().__init__(timeout=None, connections=config.webhook_concurrency * 2)
        self._config = config
        self._faults = faults
        self._slots = asyncio.Semaphore(config.webhook_concurrency)
        self.counts = Counts()

    def do(self, work: Coroutine[None, None, None]) -> None:
        """Do this in the background; the emulator is not idle until it is done."""
        self.begin()
        self.spawn(work).add_done_callback(lambda _: self.done())

    async def send(self, url: str, form: Mapping[str, str]) -> tuple[int, int]:
        """Post until it is taken or the URL's retries are used up: the last HTTP status (0: none) and the tries."""
        bare, fragment = urldefrag(url)
        retries, token, tries, status = Retries.of(fragment), str(uuid.uuid4()), 0, 0
        try:
            async with asyncio.timeout(self._config.webhook_timeout_seconds):
                while True:
                    status, outcome = await self.post(bare, form, token=token)
                    tries += 1
                    if outcome == "ok" or tries > retries.count or not retries.cover(outcome):
                        break
                    self.counts.retries += 1
                    await asyncio.sleep(self._config.retry_pause_seconds)
        except TimeoutError:
            status, outcome, tries = 0, "rt", tries + 1
        self.counts.accepted += outcome == "ok"
        self.counts.given_up += outcome != "ok"
        if outcome != "ok":
            log.warning("webhook given up after %d tries: HTTP %s", tries, status or "none")
        return status, tries

    async def post(
        self, url: str, form: Mapping[str, str], *, token: str, signing: Signing = "good"
    ) -> tuple[int, str]:
        """Post once: the HTTP status (0: no answer) and the outcome (`ok`, `ct`, `rt`, `4xx`, `5xx`)."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "User-Agent": "TwilioProxy/1.1",
            TOKEN_HEADER: token,
        }
        if signing != "none":
            secret = self._config.auth_token.get_secret_value()
            headers["X-Twilio-Signature"] = signature(secret + "!" * (signing == "bad"), url, form)
        self.counts.posts += 1
        try:
            # The URL travels as it was given: its signature covers each byte.
            async with (
                self._slots,
                self.client.post(
                    URL(url, encoded=True), data=urlencode(form).encode(), headers=headers
                ) as answer,
            ):
                await answer.read()
                status = answer.status
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return 0, "ct"
        except (aiohttp.ClientError, OSError):
            return 0, "rt"
        if self._faults.take("drop_answers"):
            return 0, "rt"
        return status, "ok" if status < 400 else f"{status // 100}xx"
