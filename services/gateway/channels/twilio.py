"""Twilio, as SMS and WhatsApp have it in common: how it signs, what it sends, how it is asked, what its answers mean.

twilio.com/docs/messaging/api/message-resource and …/usage/webhooks, read November 2026. Twilio fetches files from public
URLs, and ours are not public: pictures and documents are said in words (caption and name). Twilio repeats a webhook at
most once, and only when it could not connect, unless the URL ends in `#rc=5&rp=all`: recommend it to the owner.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Self
from urllib.parse import quote, urlencode, urlsplit

import orjson

from services.gateway.channels import (
    Acknowledgement,
    Capabilities,
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
from services.gateway.channels import twilio_payloads as payloads
from services.gateway.channels.defaults import Plain, numbered_text
from services.gateway.channels.degrade import fitting, numbered
from services.gateway.channels.lenient import loads_object
from services.gateway.channels.text import cut, split
from services.gateway.channels.twilio_content import ANY_TYPE
from services.gateway.channels.twilio_errors import classify
from services.gateway.channels.twilio_signature import is_signed
from services.gateway.domain.account import ChannelAccount, MissingSecret
from shared.errors import UsherError
from shared.messages.conversation import MessageSent, TemplateBody, TextBody
from shared.settings import Settings

TEXT: Final = 1600
API: Final = "/2010-04-01/Accounts"
API_HOST: Final = "api.twilio.com"
STORES: Final = (
    ("mms.twiliocdn.com", "/"),
    ("media.twiliocdn.com", "/"),
    ("mcs.us1.twilio.com", "/"),
    ("s3-external-1.amazonaws.com", "/media.twiliocdn.com/"),
)
"""Where Twilio keeps files: host, and how the path begins. The API redirects there (307) with a signed link of four hours,
or to the bucket when the account does not enforce HTTP auth (help.twilio.com/articles/223183748)."""
NEEDS: Final = (
    Need(
        "auth_token", "Twilio Console → Account → API keys & tokens: the (primary) auth token", rotates=True
    ),
)
TEMPLATE: Final = "HX"
"""Begins the id of a content template."""


@dataclass(frozen=True)
class Twilio(Plain):
    """The adapter but for its name, capabilities and `prefix`: what addresses of the channel begin with."""

    api_url: str
    public_url: str
    name: str = "twilio"
    prefix: str = ""
    capabilities: Capabilities = field(default=numbered_text(TEXT))
    needs: tuple[Need, ...] = NEEDS

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Needs no secrets of the installation: each account has its own."""
        public = settings.public_url or f"http://{settings.http_host}:{settings.http_port}"
        return cls(settings.twilio_api_url.rstrip("/"), public.rstrip("/"))

    def verify(self, request: RawRequest) -> None:
        """See `Channel.verify`: `X-Twilio-Signature` by an auth token of the URL's account."""
        tokens = request.account.secrets.get("auth_token", ()) if request.account else ()
        if not is_signed(request, tokens):
            raise NotAuthentic

    def parse(self, request: RawRequest) -> list[Inbound]:
        """See `Channel.parse`."""
        return payloads.parse(request, self.prefix)

    def acknowledge(self, request: RawRequest) -> Acknowledgement:
        """TwiML that says nothing: answers go out by the API."""
        return Acknowledgement("<Response/>", "text/xml")

    def render(
        self, message: MessageSent, account: ChannelAccount, media_id: str | None = None
    ) -> list[HttpCall]:
        """See `Channel.render`: text in parts, choices numbered; a template where the channel has them."""
        contents = self.contents(message)
        url, headers = f"{self._account_url(account)}/Messages.json", _basic(account)
        common = {"To": self.prefix + message.to.user_id, "From": self.prefix + account.account_id}
        last = len(contents) - 1
        calls = []
        for part, content in enumerate(contents):
            callback = self._callback(message, account, part if part < last else None)
            form = {**common, **content, "StatusCallback": callback}
            calls.append(HttpCall("POST", url, headers, form=form))
        return calls

    def contents(self, message: MessageSent) -> list[Mapping[str, str]]:
        """What each request says: `Body`, or a template's `ContentSid` and `ContentVariables`."""
        body = fitting(message.body, self.capabilities)
        if isinstance(body, TemplateBody):
            if body.template.startswith(TEMPLATE):
                values = {str(n): cut(value, TEXT) for n, value in enumerate(body.parameters, 1)}
                variables = {"ContentVariables": orjson.dumps(values).decode()} if values else {}
                return [{"ContentSid": body.template, **variables}]
            body = TextBody(text=body.text)
        if not isinstance(body, TextBody):
            return []
        return [{"Body": part} for part in split(self.spelled(numbered(body.text, body.choices)), TEXT)]

    def spelled(self, text: str) -> str:
        """The text as the channel writes it."""
        return text

    def classify(self, answer: HttpAnswer, tries: int) -> Outcome:
        """See `Channel.classify`."""
        return classify(answer, tries)

    def locate(self, media_id: str, account: ChannelAccount) -> HttpCall | MediaLink:
        """See `Channel.locate`: the id is the URL, with the MIME type as its fragment."""
        url, _, mime = media_id.partition("#")
        if not self.trusts(url):
            raise UsherError("This is not the address of a file at Twilio.")
        return MediaLink(url, mime or ANY_TYPE, _basic(account) if self._is_api(url) else {})

    def trusts(self, url: str) -> bool:
        """See `Channel.trusts`: the API, and where Twilio keeps files, over TLS. Of another API than Twilio's own (an
        emulator), any port of its host."""
        if self._is_api(url):
            return True
        try:
            ours, theirs = urlsplit(self.api_url), urlsplit(url)
            is_beside = (theirs.scheme, theirs.hostname) == (ours.scheme, ours.hostname)
        except ValueError:
            return False
        if is_beside and ours.hostname != API_HOST and "@" not in theirs.netloc:
            return True
        return theirs.scheme == "https" and any(
            theirs.netloc == host and theirs.path.startswith(path) for host, path in STORES
        )

    def _is_api(self, url: str) -> bool:
        """Whether this is the API's own place, which gets our credentials."""
        try:
            ours, theirs = urlsplit(self.api_url), urlsplit(url)
        except ValueError:
            return False
        return (theirs.scheme, theirs.netloc) in ((ours.scheme, ours.netloc), ("https", API_HOST))

    def probes(self, account: ChannelAccount) -> tuple[Probe, ...]:
        """See `Channel.probes`: is the account there, and active?"""
        call = HttpCall("GET", f"{self._account_url(account)}.json", _basic(account))
        return (Probe("the Account SID and the auth token", call, _explain_account),)

    def webhook_url(self, account: ChannelAccount) -> str:
        """Where Twilio must send what people write to this account's number."""
        return f"{self.public_url}/webhooks/{self.name}/{account.account_id}"

    def _callback(self, message: MessageSent, account: ChannelAccount, part: int | None) -> str:
        """Our own id travels in the URL, which the signature covers, so each status tells what it is about."""
        ours = {"delivery": str(message.message_id), **({} if part is None else {"part": str(part)})}
        return f"{self.webhook_url(account)}?{urlencode(ours)}"

    def _account_url(self, account: ChannelAccount) -> str:
        if not account.owner_id:
            raise MissingSecret(
                f"The {self.name} account {account.account_id} has no Account SID: add it as the owner's id with "
                f"`usher channel add {self.name} {account.account_id}`."
            )
        return f"{self.api_url}{API}/{quote(account.owner_id, safe='')}"


@dataclass(frozen=True)
class NumberProbe:
    """Asks whether the number is the account's, and sends what it receives to `webhook_url`."""

    number: str
    webhook_url: str

    def probe(self, account_url: str, account: ChannelAccount) -> Probe:
        """The probe."""
        query = urlencode({"PhoneNumber": self.number})
        call = HttpCall("GET", f"{account_url}/IncomingPhoneNumbers.json?{query}", _basic(account))
        return Probe("our number and its webhook", call, partial(_explain_number, self))


def _explain_account(answer: HttpAnswer) -> str | None:
    if answer.status in (401, 403):
        return (
            "Twilio refuses the auth token: copy Account SID and auth token again from the Console, then "
            "`usher channel rotate`."
        )
    if answer.status == 404:
        return "Twilio knows no account with this Account SID: it begins with AC and is on the Console's first page."
    if answer.status != 200:
        return f"Twilio answered {answer.status}: try again in a moment."
    status = loads_object(answer.body).get("status")
    return None if status == "active" else f"The Twilio account is {status or 'not active'}: see the Console."


def _explain_number(asked: NumberProbe, answer: HttpAnswer) -> str | None:
    if answer.status != 200:
        return f"Twilio answered {answer.status} when asked for the number: is the auth token right?"
    found = loads_object(answer.body).get("incoming_phone_numbers")
    numbers = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    ours = next((one for one in numbers if one.get("phone_number") == asked.number), None)
    if ours is None:
        return (
            f"{asked.number} is not a number of this Twilio account: buy it, or use the account that has it."
        )
    url = str(ours.get("sms_url") or "")
    if url.partition("#")[0] == asked.webhook_url and ours.get("sms_method", "POST") == "POST":
        return None
    return (
        f"Messages to {asked.number} do not come here: set “A message comes in” of the number to "
        f"{asked.webhook_url}#rc=5&rp=all with HTTP POST."
    )


def _basic(account: ChannelAccount) -> Mapping[str, str]:
    credentials = f"{account.owner_id}:{account.secret('auth_token')}".encode()
    return {"Authorization": f"Basic {b64encode(credentials).decode()}"}
