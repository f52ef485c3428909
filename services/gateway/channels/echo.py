"""Echo: the smallest real channel, the one to copy. Any program that can send and receive JSON over HTTP can use it.

In: `POST /webhooks/echo/<account>` of {"id", "from", "text"} with `X-Echo-Signature: <hex HMAC-SHA256 of the body>`.
Out: `POST` of {"id", "to", "text"} to the account's setting `url`, with its token; answered 2xx. (No vendor: this is all.)
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import orjson

from services.gateway.channels import (
    Capabilities,
    Channel,
    Delivered,
    EventIn,
    HttpAnswer,
    HttpCall,
    Inbound,
    Malformed,
    MessageIn,
    Need,
    NotAuthentic,
    Outcome,
    Paused,
    RawRequest,
    Rejected,
    Retry,
)
from services.gateway.channels.defaults import Plain, numbered_text
from services.gateway.channels.degrade import fitting, numbered
from services.gateway.channels.text import split
from services.gateway.domain.account import ChannelAccount
from services.gateway.domain.backoff import backoff
from shared.errors import UsherError
from shared.messages.conversation import MessageSent, TextBody, TextContent
from shared.settings import Settings

CAPABILITIES: Final = numbered_text(1000)
NEEDS: Final = (
    Need("secret", "signs what is sent to us: choose one, give it to the other program", rotates=True),
    Need("token", "what we show the other program when we send: it chooses one"),
)


@dataclass(frozen=True)
class Echo(Plain):
    """The adapter; what it does not have is said in `Plain`."""

    name: str = "echo"
    capabilities: Capabilities = CAPABILITIES
    needs: tuple[Need, ...] = NEEDS

    @classmethod
    def from_settings(cls, settings: Settings) -> Echo:
        """Nothing of the installation is needed: all is in the account."""
        return cls()

    def verify(self, request: RawRequest) -> None:
        """See `Channel.verify`: over the raw bytes, in constant time, against every secret in force."""
        given = request.headers.get("X-Echo-Signature", "").encode("utf-8", "surrogatepass")
        secrets = request.account.secrets.get("secret", ()) if request.account else ()
        ours = [hmac.digest(one.encode(), request.body, "sha256").hex().encode() for one in secrets if one]
        if not any(hmac.compare_digest(given, one) for one in ours):
            raise NotAuthentic

    def parse(self, request: RawRequest) -> list[Inbound]:
        """See `Channel.parse`: one item a body."""
        try:
            item = orjson.loads(request.body)
        except orjson.JSONDecodeError:
            item = None
        if request.account is None or not isinstance(item, dict) or not (key := _text(item, "id")):
            raise Malformed('{"id": …, "from": …, "text": …} was expected, at the URL of an account.')
        account_id, user_id, text = request.account.account_id, _text(item, "from"), _text(item, "text")
        if not user_id or not text:
            return [EventIn(account_id, None, key, "other", request.body)]
        said = TextContent(text=text)
        return [MessageIn(account_id, key, user_id, None, None, request.received_at, said, request.body)]

    def render(
        self, message: MessageSent, account: ChannelAccount, media_id: str | None = None
    ) -> list[HttpCall]:
        """See `Channel.render`: text, in parts where it is too long; choices are numbered."""
        body, url = fitting(message.body, CAPABILITIES), account.settings.get("url")
        headers, to = {"Authorization": f"Bearer {account.secret('token')}"}, message.to.user_id
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise UsherError(
                f"Account {account.account_id} has no `url`: `usher channel add --setting url=…`."
            )
        if not isinstance(body, TextBody):
            return []
        return [
            HttpCall("POST", url, headers, {"id": f"{message.message_id}:{part}", "to": to, "text": text})
            for part, text in enumerate(split(numbered(body.text, body.choices), CAPABILITIES.text))
        ]

    def classify(self, answer: HttpAnswer, tries: int) -> Outcome:
        """See `Channel.classify`."""
        reason = f"the other program answered {answer.status}"
        if 200 <= answer.status < 300:
            return Delivered(None)
        if answer.status == 429 or answer.status >= 500:
            return Retry(answer.retry_after or backoff(tries), reason, unclear=answer.status >= 500)
        refused = Paused(300.0, f"{reason}: is its token right? `usher channel rotate` changes it.")
        return refused if answer.status in (401, 403) else Rejected(reason)


def _text(item: Mapping[str, object], name: str) -> str:
    """A text without NUL (PostgreSQL has none); empty when there is none."""
    value = item.get(name)
    return value.replace("\x00", "").strip() if isinstance(value, str) else ""


create: Callable[[Settings], Channel] = Echo.from_settings
