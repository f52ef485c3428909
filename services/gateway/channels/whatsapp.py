"""WhatsApp Cloud API: how Meta signs, what it sends, what it accepts and what its answers mean (v23.0, read July 2026).

developers.facebook.com/docs/whatsapp/cloud-api; the facts with their sources are in the design notes on channels.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import orjson

from services.gateway.channels import (
    Capabilities,
    FilePart,
    HttpAnswer,
    HttpCall,
    Inbound,
    MediaLink,
    NotAuthentic,
    Outcome,
    RawRequest,
)
from services.gateway.channels.whatsapp_errors import classify
from services.gateway.channels.whatsapp_payloads import parse_body
from services.gateway.channels.whatsapp_render import CAPABILITIES, render
from shared.errors import Transient, UsherError
from shared.messages.conversation import DocumentBody, MessageSent
from shared.settings import Settings

META_HOSTS: Final = frozenset({"graph.facebook.com", "lookaside.fbsbx.com"})
_PREFIX: Final = b"sha256="


class MissingSecret(UsherError):
    """The gateway does not start without the WhatsApp app secret: set USHER_WHATSAPP_APP_SECRET (App settings → Basic)."""


@dataclass(frozen=True)
class WhatsApp:
    """The adapter. `secrets` are the app secrets in force (two while rotating), the newest first."""

    secrets: Sequence[bytes] = field(repr=False)
    verify_token: bytes | None = field(repr=False)
    api_url: str
    name: str = "whatsapp"
    capabilities: Capabilities = CAPABILITIES

    @classmethod
    def from_settings(cls, settings: Settings) -> WhatsApp:
        """Raises `MissingSecret` when there is no app secret."""
        given = settings.whatsapp_app_secret.get_secret_value() if settings.whatsapp_app_secret else ""
        secrets = [secret.strip().encode() for secret in given.split(",") if secret.strip()]
        if not secrets:
            raise MissingSecret
        token = settings.whatsapp_verify_token.get_secret_value() if settings.whatsapp_verify_token else ""
        return cls(secrets, token.encode() or None, settings.whatsapp_api_url.rstrip("/"))

    def challenge(self, query: Mapping[str, str]) -> str:
        """See `Channel.challenge`: `hub.challenge`, when the token is ours."""
        given = query.get("hub.verify_token", "").encode("utf-8", "surrogateescape")
        is_ours = bool(self.verify_token) and hmac.compare_digest(given, self.verify_token or b"")
        if not is_ours or query.get("hub.mode") != "subscribe" or "hub.challenge" not in query:
            raise NotAuthentic("The verify token is not ours.")
        return query["hub.challenge"]

    def verify(self, request: RawRequest) -> None:
        """See `Channel.verify`: HMAC-SHA256 over the raw bytes, in constant time."""
        given = request.headers.get("X-Hub-Signature-256", "").encode("utf-8", "surrogateescape")
        is_ours = False
        for secret in self.secrets:
            expected = _PREFIX + hmac.digest(secret, request.body, "sha256").hex().encode()
            is_ours |= hmac.compare_digest(given, expected)
        if not is_ours:
            raise NotAuthentic

    def parse(self, request: RawRequest) -> list[Inbound]:
        """See `Channel.parse`."""
        return parse_body(request.body, request.received_at)

    def upload(self, message: MessageSent) -> HttpCall | None:
        """See `Channel.upload`: documents go up first."""
        if not isinstance(message.body, DocumentBody):
            return None
        return HttpCall(
            "POST",
            f"/{message.to.account_id}/media",
            form={"messaging_product": "whatsapp", "type": message.body.file.mime},
            file=FilePart(message.body.file, message.body.filename),
        )

    def uploaded(self, answer: HttpAnswer) -> str | None:
        """See `Channel.uploaded`."""
        media_id = _json(answer).get("id") if answer.status == 200 else None
        return media_id if isinstance(media_id, str) and media_id else None

    def render(self, message: MessageSent, media_id: str | None = None) -> list[HttpCall]:
        """See `Channel.render`."""
        path = f"/{message.to.account_id}/messages"
        return [HttpCall("POST", path, json=body) for body in render(message, media_id)]

    def classify(self, answer: HttpAnswer, tries: int) -> Outcome:
        """See `Channel.classify`."""
        return classify(answer, tries)

    def locate(self, media_id: str) -> HttpCall:
        """See `Channel.locate`. Raises `UsherError` when the id is none of Meta's (it becomes part of a URL)."""
        if not media_id.isascii() or not media_id.isalnum():
            raise UsherError("This is not the id of a media file.")
        return HttpCall("GET", f"/{media_id}")

    def located(self, answer: HttpAnswer) -> MediaLink | None:
        """See `Channel.located`."""
        found = _json(answer)
        if answer.status == 200 and isinstance(url := found.get("url"), str):
            return MediaLink(url, str(found.get("mime_type") or "application/octet-stream"))
        if answer.status in (404, 410) or _error_code(found) in (100, 131052):
            return None
        raise Transient(f"WhatsApp answered {answer.status} when asked for a media file.")

    def trusts(self, url: str) -> bool:
        """See `Channel.trusts`: the configured API's own host, and Meta's two over TLS."""
        ours, theirs = urlsplit(self.api_url), urlsplit(url)
        if (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc):
            return True
        return theirs.scheme == "https" and theirs.netloc in META_HOSTS


def _json(answer: HttpAnswer) -> Mapping[str, object]:
    try:
        found = orjson.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _error_code(body: Mapping[str, object]) -> object:
    error = body.get("error")
    return error.get("code") if isinstance(error, dict) else None


create = WhatsApp.from_settings
