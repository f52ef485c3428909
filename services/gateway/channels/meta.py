"""What do Messenger and Instagram have in common? Meta's signature, envelope, Send API, errors (v23.0, read Nov 2026).

developers.facebook.com/docs/messenger-platform and …/documentation/business-messaging/instagram-messaging. The two are
told apart by `Look`, `Reader` and a few words in messenger.py and instagram.py.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Final
from urllib.parse import urlsplit

from services.gateway.channels import (
    Capabilities,
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
from services.gateway.channels.defaults import Plain
from services.gateway.channels.lenient import loads_object, text_of
from services.gateway.channels.meta_checks import identity, subscription
from services.gateway.channels.meta_content import mime_of
from services.gateway.channels.meta_errors import classify
from services.gateway.channels.meta_payloads import Reader
from services.gateway.channels.meta_render import Look, upload_form
from services.gateway.domain.account import ChannelAccount
from shared.errors import UsherError
from shared.messages.conversation import DocumentBody, ImageBody, MessageSent
from shared.settings import Settings

NEEDS: Final = (
    Need(
        "page_token",
        "the page's access token, one that does not expire: App dashboard → Messenger (or Instagram) → Settings → "
        "Access tokens",
    ),
    Need(
        "app_secret",
        "signs webhooks: App dashboard → Settings → Basic. Only for an app of the business's own; else the "
        "installation's USHER_WHATSAPP_APP_SECRET is used",
        rotates=True,
        required=False,
    ),
    Need(
        "verify_token",
        "a word of your choice that is typed into App dashboard → Webhooks. Only for an app of the business's own; "
        "else the installation's USHER_WHATSAPP_VERIFY_TOKEN is used",
        required=False,
    ),
)
MEDIA_HOSTS: Final = ("fbcdn.net", "fbsbx.com", "cdninstagram.com")
"""Whose subdomains Meta serves people's files from; no token of ours goes there."""
_PREFIX: Final = b"sha256="


@dataclass(frozen=True)
class MetaChannel(Plain):
    """What both adapters do; a subclass says what it is called and how it looks.

    `secrets` and `verify_token` are the installation's own app's: for accounts that bring none.
    """

    secrets: Sequence[str] = field(repr=False)
    verify_token: str = field(repr=False)
    api_url: str

    name: ClassVar[str]
    look: ClassVar[Look]
    reader: ClassVar[Reader]
    platform: ClassVar[str | None] = None
    account_field: ClassVar[str]
    subscribed: ClassVar[tuple[str, ...]]

    @property
    def capabilities(self) -> Capabilities:
        """See `Channel.capabilities`."""
        return self.look.capabilities

    @property
    def needs(self) -> tuple[Need, ...]:
        """See `Channel.needs`."""
        return NEEDS

    def challenge(self, query: Mapping[str, str], account: ChannelAccount | None) -> str:
        """See `Channel.challenge`: `hub.challenge`, when the token is ours. It is not signed."""
        given = query.get("hub.verify_token", "").encode("utf-8", "surrogatepass")
        is_ours = False
        for token in _own(account, "verify_token") or (self.verify_token,):
            is_ours |= bool(token) and hmac.compare_digest(given, token.encode())
        if not is_ours or query.get("hub.mode") != "subscribe" or "hub.challenge" not in query:
            raise NotAuthentic("The verify token is not ours.")
        return query["hub.challenge"]

    def verify(self, request: RawRequest) -> None:
        """See `Channel.verify`: HMAC-SHA256 over the raw bytes, in constant time, against every secret in force."""
        given = request.headers.get("X-Hub-Signature-256", "").encode("utf-8", "surrogatepass")
        is_ours = False
        for secret in _own(request.account, "app_secret") or self.secrets:
            expected = _PREFIX + hmac.digest(secret.encode(), request.body, "sha256").hex().encode()
            is_ours |= bool(secret) and hmac.compare_digest(given, expected)
        if not is_ours:
            raise NotAuthentic

    def parse(self, request: RawRequest) -> list[Inbound]:
        """See `Channel.parse`."""
        account = request.account
        app_id = text_of(dict(account.settings), "app_id") if account else None
        only = account.account_id if account else None
        return self.reader.read(request.body, request.received_at, only, app_id)

    def upload(self, message: MessageSent, account: ChannelAccount) -> HttpCall | None:
        """See `Channel.upload`: files go up first, and may be sent for 90 days."""
        match self.look.shown(message):
            case DocumentBody() as body:
                kind, part = "file", FilePart(body.file, body.filename, "filedata")
            case ImageBody() as body:
                ending = "png" if body.file.mime == "image/png" else "jpg"
                kind, part = "image", FilePart(body.file, f"image.{ending}", "filedata")
            case _:
                return None
        url, form = f"{self.api_url}/me/message_attachments", upload_form(kind, self.platform)
        return HttpCall("POST", url, _bearer(account), form=form, file=part)

    def uploaded(self, answer: HttpAnswer) -> str | None:
        """See `Channel.uploaded`."""
        return text_of(loads_object(answer.body), "attachment_id") if answer.status == 200 else None

    def render(
        self, message: MessageSent, account: ChannelAccount, media_id: str | None = None
    ) -> list[HttpCall]:
        """See `Channel.render`. Replies quote nothing: the Send API documents no way to."""
        return [self._post(account, body) for body in self.look.render(message, media_id)]

    def classify(self, answer: HttpAnswer, tries: int) -> Outcome:
        """See `Channel.classify`."""
        return classify(answer, tries)

    def seen(self, address: str, provider_id: str, account: ChannelAccount) -> HttpCall | None:
        """See `Channel.seen`: shows that we are typing (20 s, or until we answer, which marks the message read)."""
        return self._post(account, {"recipient": {"id": address}, "sender_action": "typing_on"})

    def locate(self, media_id: str, account: ChannelAccount) -> MediaLink:
        """See `Channel.locate`: the id is the file's URL, which came in the webhook and lasts some days. Raises `UsherError`."""
        if not self.trusts(media_id):
            raise UsherError("This is not the address of a file that Meta keeps.")
        return MediaLink(media_id, mime_of(media_id, "application/octet-stream"))

    def trusts(self, url: str) -> bool:
        """See `Channel.trusts`: the configured API's own place, and Meta's servers of files over TLS."""
        try:
            ours, theirs = urlsplit(self.api_url), urlsplit(url)
        except ValueError:
            return False
        if (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc):
            return True
        is_theirs = any(theirs.netloc.endswith(f".{host}") for host in MEDIA_HOSTS)
        return theirs.scheme == "https" and is_theirs and "@" not in theirs.netloc

    def probes(self, account: ChannelAccount) -> tuple[Probe, ...]:
        """See `Channel.probes`: whose token it is, and whether the page still sends us what is written to it: Meta
        unsubscribes a page whose webhooks have failed for a while, and says so to nobody."""
        me, headers = f"{self.api_url}/me", _bearer(account)
        named = "id,name" if self.account_field == "id" else f"id,name,{self.account_field}"
        app_id = text_of(dict(account.settings), "app_id")
        return (
            Probe(
                "the page token, and whose it is",
                HttpCall("GET", f"{me}?fields={named}", headers),
                identity(account.account_id, self.account_field),
            ),
            Probe(
                "the page's subscription to our app",
                HttpCall("GET", f"{me}/subscribed_apps", headers),
                subscription(self.name, account.account_id, self.subscribed, app_id),
            ),
        )

    def connect(self, account: ChannelAccount, url: str) -> tuple[HttpCall, ...]:
        """See `Channel.connect`: subscribes the page to the app. The URL itself belongs to the app and is typed in by
        hand, with the verify token: App dashboard → Webhooks."""
        form = {"subscribed_fields": ",".join(self.subscribed)}
        return (HttpCall("POST", f"{self.api_url}/me/subscribed_apps", _bearer(account), form=form),)

    def _post(self, account: ChannelAccount, body: Mapping[str, object]) -> HttpCall:
        return HttpCall("POST", f"{self.api_url}/me/messages", _bearer(account), json=body)


def installation(settings: Settings) -> tuple[tuple[str, ...], str, str]:
    """App secrets and verify token of the installation's own Meta app (WhatsApp's and these are the same), API URL."""
    given = settings.whatsapp_app_secret.get_secret_value() if settings.whatsapp_app_secret else ""
    token = settings.whatsapp_verify_token.get_secret_value() if settings.whatsapp_verify_token else ""
    secrets = tuple(secret.strip() for secret in given.split(",") if secret.strip())
    return secrets, token, settings.meta_api_url.rstrip("/")


def _own(account: ChannelAccount | None, name: str) -> tuple[str, ...]:
    return account.secrets.get(name, ()) if account else ()


def _bearer(account: ChannelAccount) -> dict[str, str]:
    return {"Authorization": f"Bearer {account.secret('page_token')}"}
