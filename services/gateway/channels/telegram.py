"""Telegram Bot API (core.telegram.org/bots/api and its server, tdlib/telegram-bot-api; read November 2026).

Telegram signs nothing: it sends a secret along that we gave it. So an update is as authentic as the way it came, TLS.
It reports neither delivery nor reading, and says nothing of ours back: after a lost answer nobody can tell (`echoes`).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

from services.gateway.channels import (
    Capabilities,
    HttpAnswer,
    HttpCall,
    Inbound,
    Malformed,
    MediaLink,
    Need,
    NotAuthentic,
    Outcome,
    Probe,
    RawRequest,
)
from services.gateway.channels import telegram_checks as checks
from services.gateway.channels.defaults import Plain
from services.gateway.channels.lenient import loads_object
from services.gateway.channels.telegram_errors import classify, description
from services.gateway.channels.telegram_payloads import CALLBACK, parse_update
from services.gateway.channels.telegram_render import CAPABILITIES, Request, render
from services.gateway.domain.account import ChannelAccount
from shared.errors import Transient, UsherError
from shared.messages.conversation import MessageSent
from shared.settings import Settings

NEEDS: Final = (
    Need("bot_token", "the bot's token, digits:letters: @BotFather → /mybots → the bot → API Token"),
    Need(
        "webhook_secret",
        "any 1 to 256 letters, digits, - and _ of your choice (32 random ones are good): Telegram sends it with "
        "every update, so that we know it is Telegram",
        rotates=True,
    ),
)
CONNECTIONS: Final = 40
"""Updates that Telegram brings at a time (its default); those of one chat come one after the other."""
_TOKEN: Final = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{1,100}")
_WEBHOOK_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
_FILE_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")
_FILE_PATH: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")
_MIMES: Final = {
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "pdf": "application/pdf",
}


@dataclass(frozen=True)
class Telegram(Plain):
    """The adapter; what it does not have is said in `Plain` (no handshake; files go along with their message)."""

    api_url: str
    public_url: str
    name: str = "telegram"
    capabilities: Capabilities = CAPABILITIES
    needs: tuple[Need, ...] = NEEDS

    @classmethod
    def from_settings(cls, settings: Settings) -> Telegram:
        """Nothing secret is the installation's: each bot has its own token."""
        public_url = settings.public_url or f"http://{settings.http_host}:{settings.http_port}"
        return cls(settings.telegram_api_url.rstrip("/"), public_url.rstrip("/"))

    def verify(self, request: RawRequest) -> None:
        """See `Channel.verify`: the secret we gave Telegram, in constant time, against every one in force."""
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "").encode("utf-8", "surrogatepass")
        is_ours = False
        for secret in request.account.secrets.get("webhook_secret", ()) if request.account else ():
            is_ours |= bool(secret) and hmac.compare_digest(given, secret.encode())
        if not is_ours:
            raise NotAuthentic

    def parse(self, request: RawRequest) -> list[Inbound]:
        """See `Channel.parse`: an update does not say to which bot it was sent, so the URL has to."""
        if request.account is None:
            raise Malformed("Telegram's updates come to the URL of an account: /webhooks/telegram/<bot id>.")
        return parse_update(request.body, request.account.account_id, request.received_at)

    def render(
        self, message: MessageSent, account: ChannelAccount, media_id: str | None = None
    ) -> list[HttpCall]:
        """See `Channel.render`."""
        return [self._call(account, request) for request in render(message)]

    def classify(self, answer: HttpAnswer, tries: int) -> Outcome:
        """See `Channel.classify`."""
        return classify(answer, tries)

    def seen(self, address: str, provider_id: str, account: ChannelAccount) -> HttpCall | None:
        """See `Channel.seen`: ends the waiting of a tapped button, or shows that we are typing (for 5 s); Telegram
        has no read receipts for bots."""
        if provider_id.startswith(CALLBACK):
            query_id = provider_id.removeprefix(CALLBACK)
            return self._call(account, Request("answerCallbackQuery", {"callback_query_id": query_id}))
        return self._call(account, Request("sendChatAction", {"chat_id": address, "action": "typing"}))

    def locate(self, media_id: str, account: ChannelAccount) -> HttpCall:
        """See `Channel.locate`. Raises `UsherError` when the id is none of Telegram's."""
        if not _FILE_ID.fullmatch(media_id):
            raise UsherError("This is not the id of a Telegram file.")
        return self._call(account, Request("getFile", {"file_id": media_id}))

    def located(self, answer: HttpAnswer, account: ChannelAccount) -> MediaLink | None:
        """See `Channel.located`: good for an hour at least. A file above 20 MB cannot be had by bots: None."""
        body = loads_object(answer.body)
        result = body.get("result")
        path = result.get("file_path") if isinstance(result, dict) else None
        if answer.status == 200 and isinstance(path, str) and _FILE_PATH.fullmatch(path):
            mime = _MIMES.get(path.rpartition(".")[2].lower(), "application/octet-stream")
            return MediaLink(f"{self.api_url}/file/bot{_token(account)}/{path}", mime)
        said = description(body)
        if answer.status == 400 and "temporarily unavailable" not in said:
            return None
        raise Transient(f"Telegram answered {answer.status} {said} when asked for a file.".replace("  ", " "))

    def trusts(self, url: str) -> bool:
        """See `Channel.trusts`: the Bot API's own place only."""
        try:
            ours, theirs = urlsplit(self.api_url), urlsplit(url)
        except ValueError:
            return False
        return bool(ours.netloc) and (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc)

    def probes(self, account: ChannelAccount) -> tuple[Probe, ...]:
        """See `Channel.probes`: is the token this bot's, and do its updates come to us?"""
        ours = f"{self.public_url}/webhooks/{self.name}/{account.account_id}"
        me, hook = (self._call(account, Request(method)) for method in ("getMe", "getWebhookInfo"))
        return (
            Probe("the bot token", me, lambda answer: checks.bot(answer, account.account_id)),
            Probe("the webhook", hook, lambda answer: checks.webhook(answer, ours, account.account_id)),
        )

    def connect(self, account: ChannelAccount, url: str) -> tuple[HttpCall, ...]:
        """See `Channel.connect`: updates that wait meanwhile are kept. Raises `UsherError` for a secret Telegram
        would not take."""
        secret = account.secret("webhook_secret")
        if not _WEBHOOK_SECRET.fullmatch(secret):
            raise UsherError(
                "Telegram takes a webhook_secret of 1 to 256 letters A-Z a-z, digits, - and _ only: choose another "
                f"with `usher channel rotate telegram {account.account_id}`."
            )
        parameters = {
            "url": url,
            "secret_token": secret,
            "allowed_updates": list(checks.UPDATES),
            "max_connections": CONNECTIONS,
        }
        # As a query: of a request its URL alone is never shown, and the secret is in here.
        query = urlencode(Request("setWebhook", parameters).form())
        return (HttpCall("POST", f"{self.api_url}/bot{_token(account)}/setWebhook?{query}"),)

    def _call(self, account: ChannelAccount, request: Request) -> HttpCall:
        url = f"{self.api_url}/bot{_token(account)}/{request.method}"
        if request.file is not None:
            return HttpCall("POST", url, form=request.form(), file=request.file)
        return HttpCall("POST", url, json=request.parameters)


def _token(account: ChannelAccount) -> str:
    """The token; it becomes a part of URLs, so it must look like one. Raises `UsherError`."""
    token = account.secret("bot_token").strip()
    if not _TOKEN.fullmatch(token):
        raise UsherError(
            "The bot_token does not look like one (digits:letters): copy it from @BotFather again, then "
            f"`usher channel add telegram {account.account_id}`."
        )
    return token


create: Callable[[Settings], Telegram] = Telegram.from_settings
