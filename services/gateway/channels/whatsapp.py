"""WhatsApp Cloud API: how Meta signs, what it sends, what it accepts and what its answers mean (v23.0, read July 2026).

developers.facebook.com/docs/whatsapp/cloud-api; the facts with their sources are in the design notes on channels. What
comes in is read in whatsapp_payloads, what goes out is made in whatsapp_render, answers are judged in whatsapp_errors.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from services.gateway.channels import (
    Acknowledgement,
    Capabilities,
    Channel,
    FilePart,
    HttpAnswer,
    HttpCall,
    Inbound,
    MediaLink,
    Need,
    NotAuthentic,
    Outcome,
    Probe,
    RawRequest,
)
from services.gateway.channels import whatsapp_checks as checks
from services.gateway.channels.lenient import as_int, dump, inner, loads_object
from services.gateway.channels.whatsapp_errors import classify
from services.gateway.channels.whatsapp_payloads import parse_body
from services.gateway.channels.whatsapp_render import CAPABILITIES, render
from services.gateway.domain.account import ChannelAccount
from shared.errors import Transient, UsherError
from shared.messages.conversation import DocumentBody, ImageBody, MessageSent, VoiceBody
from shared.messages.media import FileRef
from shared.settings import Settings

META_HOSTS: Final = frozenset({"graph.facebook.com", "lookaside.fbsbx.com"})
VOICE_MIME: Final = "audio/ogg; codecs=opus"
"""Voice notes are refused under any other name of the same bytes."""
_PREFIX: Final = b"sha256="
_GONE: Final = frozenset({100, 131052})


class MissingSecret(UsherError):
    """The gateway does not start without the WhatsApp app secret: set USHER_WHATSAPP_APP_SECRET (App settings → Basic)."""


@dataclass(frozen=True)
class WhatsApp:
    """The adapter. Its secrets are the installation's, for accounts that have none of their own: `secrets` are the app
    secrets in force (two while rotating), the newest first."""

    secrets: Sequence[bytes] = field(repr=False)
    verify_token: bytes | None = field(repr=False)
    api_url: str
    access_token: str | None = field(default=None, repr=False)
    name: str = "whatsapp"
    capabilities: Capabilities = CAPABILITIES

    @classmethod
    def from_settings(cls, settings: Settings) -> WhatsApp:
        """Raises `MissingSecret` when there is no app secret."""
        given = settings.whatsapp_app_secret.get_secret_value() if settings.whatsapp_app_secret else ""
        secrets = [secret.strip().encode() for secret in given.split(",") if secret.strip()]
        if not secrets:
            raise MissingSecret
        verify = settings.whatsapp_verify_token.get_secret_value() if settings.whatsapp_verify_token else ""
        access = settings.whatsapp_access_token.get_secret_value() if settings.whatsapp_access_token else ""
        return cls(secrets, verify.encode() or None, settings.whatsapp_api_url.rstrip("/"), access or None)

    @property
    def needs(self) -> tuple[Need, ...]:
        """See `Channel.needs`: what the installation has, an account need not have."""
        return (
            Need(
                "app_secret",
                "signs the webhooks of the number's app (App settings → Basic); the installation's unless given",
                rotates=True,
                required=False,
            ),
            Need(
                "verify_token",
                "proves our webhook URL to Meta: choose one, type it in beside the URL (WhatsApp → Configuration)",
                required=self.verify_token is None,
            ),
            Need(
                "access_token",
                "lets us send: Business settings → System users → Generate token, with whatsapp_business_messaging and "
                "whatsapp_business_management",
                required=self.access_token is None,
            ),
        )

    # --- in -------------------------------------------------------------------------------------------

    def challenge(self, query: Mapping[str, str], account: ChannelAccount | None) -> str:
        """See `Channel.challenge`: `hub.challenge`, when the token is ours."""
        given = query.get("hub.verify_token", "").encode("utf-8", "surrogatepass")
        is_ours = False
        for token in _own(account, "verify_token") or ((self.verify_token,) if self.verify_token else ()):
            is_ours |= hmac.compare_digest(given, token)
        if not is_ours or query.get("hub.mode") != "subscribe" or "hub.challenge" not in query:
            raise NotAuthentic("The verify token is not ours.")
        return query["hub.challenge"]

    def verify(self, request: RawRequest) -> None:
        """See `Channel.verify`: HMAC-SHA256 over the raw bytes, in constant time."""
        given = request.headers.get("X-Hub-Signature-256", "").encode("utf-8", "surrogatepass")
        is_ours = False
        for secret in _own(request.account, "app_secret") or self.secrets:
            expected = _PREFIX + hmac.digest(secret, request.body, "sha256").hex().encode()
            is_ours |= hmac.compare_digest(given, expected)
        if not is_ours:
            raise NotAuthentic

    def parse(self, request: RawRequest) -> list[Inbound]:
        """See `Channel.parse`."""
        only = request.account.account_id if request.account else None
        return parse_body(request.body, request.received_at, only)

    def acknowledge(self, request: RawRequest) -> Acknowledgement:
        """See `Channel.acknowledge`: Meta looks at the 200 alone."""
        return Acknowledgement()

    # --- out ------------------------------------------------------------------------------------------

    def upload(self, message: MessageSent, account: ChannelAccount) -> HttpCall | None:
        """See `Channel.upload`: documents, pictures and voice notes go up first."""
        part = _file_part(message)
        if part is None:
            return None
        form = {"messaging_product": "whatsapp", "type": part.file.mime}
        return HttpCall(
            "POST", self._url(account.account_id, "media"), self._bearer(account), form=form, file=part
        )

    def uploaded(self, answer: HttpAnswer) -> str | None:
        """See `Channel.uploaded`."""
        media_id = loads_object(answer.body).get("id") if answer.status == 200 else None
        return media_id if isinstance(media_id, str) and media_id else None

    def render(
        self, message: MessageSent, account: ChannelAccount, media_id: str | None = None
    ) -> list[HttpCall]:
        """See `Channel.render`."""
        url, headers = self._url(account.account_id, "messages"), self._bearer(account)
        return [HttpCall("POST", url, headers, body) for body in render(message, media_id)]

    def classify(self, answer: HttpAnswer, tries: int) -> Outcome:
        """See `Channel.classify`."""
        return classify(answer, tries)

    def seen(self, address: str, provider_id: str, account: ChannelAccount) -> HttpCall | None:
        """See `Channel.seen`: Meta shows the typing for 25 seconds, or until we answer."""
        body = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": provider_id,
            "typing_indicator": {"type": "text"},
        }
        return HttpCall("POST", self._url(account.account_id, "messages"), self._bearer(account), body)

    # --- files ----------------------------------------------------------------------------------------

    def locate(self, media_id: str, account: ChannelAccount) -> HttpCall | MediaLink:
        """See `Channel.locate`. Raises `UsherError` when the id is none of Meta's (it becomes part of a URL)."""
        if not media_id.isascii() or not media_id.isalnum():
            raise UsherError("This is not the id of a media file.")
        return HttpCall("GET", self._url(media_id), self._bearer(account))

    def located(self, answer: HttpAnswer, account: ChannelAccount) -> MediaLink | None:
        """See `Channel.located`."""
        found = loads_object(answer.body)
        if answer.status == 200 and isinstance(url := found.get("url"), str):
            mime = str(found.get("mime_type") or "application/octet-stream")
            return MediaLink(url, mime, self._bearer(account))
        if answer.status in (404, 410) or as_int(inner(found, "error").get("code")) in _GONE:
            return None
        raise Transient(f"WhatsApp answered {answer.status} when asked for a media file.")

    def trusts(self, url: str) -> bool:
        """See `Channel.trusts`: the configured API's own host, and Meta's two over TLS."""
        try:
            ours, theirs = urlsplit(self.api_url), urlsplit(url)
        except ValueError:
            return False
        if (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc):
            return True
        return theirs.scheme == "https" and theirs.netloc in META_HOSTS

    # --- credentials ----------------------------------------------------------------------------------

    def probes(self, account: ChannelAccount) -> tuple[Probe, ...]:
        """See `Channel.probes`. Raises `MissingSecret` of the account without an access token."""
        app_secret = next(iter(_own(account, "app_secret") or self.secrets), b"").decode()
        return checks.probes(self.api_url, account, self._bearer(account), app_secret or None)

    def connect(self, account: ChannelAccount, url: str) -> tuple[HttpCall, ...]:
        """See `Channel.connect`: our app hears of the WhatsApp account. An account with a verify token of its own has its
        own URL, which is told for the account's news and for the number; else the app's own URL counts."""
        headers, tokens = self._bearer(account), _own(account, "verify_token")
        override = {"override_callback_uri": url, "verify_token": tokens[0].decode()} if tokens else {}
        calls = []
        # The token stands in the query, which the Graph API reads as it reads a body: URLs are never shown.
        if account.owner_id:
            apps = self._url(account.owner_id, "subscribed_apps")
            calls.append(HttpCall("POST", f"{apps}?{urlencode(override)}" if override else apps, headers))
        if override:
            query = urlencode({"webhook_configuration": dump(override).decode()})
            calls.append(HttpCall("POST", f"{self._url(account.account_id)}?{query}", headers))
        return tuple(calls)

    # --- helpers --------------------------------------------------------------------------------------

    def _url(self, *parts: str) -> str:
        return "/".join([self.api_url, *(quote(part, safe="") for part in parts)])

    def _bearer(self, account: ChannelAccount) -> Mapping[str, str]:
        """Raises `MissingSecret` when neither the account nor the installation has a token."""
        own = account.secrets.get("access_token")
        token = self.access_token if self.access_token and not own else account.secret("access_token")
        return {"Authorization": f"Bearer {token}"}


def _own(account: ChannelAccount | None, name: str) -> tuple[bytes, ...]:
    """The account's own values of a secret; none when the installation's count."""
    values = account.secrets.get(name, ()) if account else ()
    return tuple(value.encode() for value in values if value)


def _file_part(message: MessageSent) -> FilePart | None:
    match message.body:
        case DocumentBody(file=file, filename=filename):
            return FilePart(file, filename)
        case ImageBody(file=file):
            return FilePart(file, "image.png" if file.mime == "image/png" else "image.jpg")
        case VoiceBody(file=file):
            return FilePart(_named(file), "voice.ogg")
        case _:
            return None


def _named(file: FileRef) -> FileRef:
    return file.model_copy(update={"mime": VOICE_MIME})


create: Callable[[Settings], Channel] = WhatsApp.from_settings
