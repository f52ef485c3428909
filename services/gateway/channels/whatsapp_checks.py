"""Do the credentials of a WhatsApp number work, and is the number in order? Requests that show it, read in plain words."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final
from urllib.parse import quote, urlencode

from services.gateway.channels import HttpAnswer, HttpCall, Probe
from services.gateway.channels.lenient import Json, as_int, as_text, inner, loads_object, objects
from services.gateway.channels.whatsapp_errors import AUTH
from services.gateway.domain.account import ChannelAccount

FIELDS: Final = "display_phone_number,verified_name,quality_rating,name_status,status"

_STATUS: Final[dict[str, str]] = {
    "PENDING": "is not registered yet: register it in the WhatsApp Manager (Phone numbers)",
    "UNVERIFIED": "is not verified: verify it in the WhatsApp Manager (Phone numbers)",
    "DISCONNECTED": "is not connected to the API: register it in the WhatsApp Manager (Phone numbers)",
    "FLAGGED": "is flagged for its quality: people block or report it, so send less and only what they asked for",
    "RATE_LIMITED": "has reached its limit of people a day: wait, or raise the limit in the WhatsApp Manager",
    "RESTRICTED": "is restricted: ask for a review in the Business Support Home",
    "BANNED": "is banned: ask for a review in the Business Support Home",
    "MIGRATED": "was moved to another WhatsApp account: add it again from there",
    "DELETED": "was deleted: add another number",
}
_NAME: Final[dict[str, str]] = {
    "DECLINED": "was declined: choose another in the WhatsApp Manager",
    "EXPIRED": "has expired: register the number again",
    "NONE": "is missing: choose one in the WhatsApp Manager",
}
_WRONG_ID: Final = 100
_ASKED_TOO_OFTEN: Final = frozenset({4, 17, 32, 613, 80007, 80008})


def probes(
    base: str, account: ChannelAccount, headers: Mapping[str, str], app_secret: str | None
) -> tuple[Probe, ...]:
    """What is asked: the number itself, with proof that the app secret is the token's, and whether our app hears of it."""
    number = f"{base}/{quote(account.account_id, safe='')}"
    found = [
        Probe(
            f"number {account.account_id} and access token",
            HttpCall("GET", f"{number}?fields={FIELDS}", headers),
            partial(_explained, account.account_id, _number),
        )
    ]
    if app_secret:
        token = headers["Authorization"].removeprefix("Bearer ")
        proof = hmac.digest(app_secret.encode(), token.encode(), "sha256").hex()
        query = urlencode({"fields": "id", "appsecret_proof": proof})
        found.append(
            Probe(
                "app secret",
                HttpCall("GET", f"{number}?{query}", headers),
                partial(_explained, account.account_id, _nothing),
            )
        )
    if account.owner_id:
        url = f"{base}/{quote(account.owner_id, safe='')}/subscribed_apps"
        found.append(
            Probe(
                f"webhooks of WhatsApp account {account.owner_id}",
                HttpCall("GET", url, headers),
                partial(_explained, account.account_id, _subscribed),
            )
        )
    return tuple(found)


def _explained(account_id: str, read: Callable[[Json], str | None], answer: HttpAnswer) -> str | None:
    """What is wrong; `read` looks at an answer that is no error."""
    body = loads_object(answer.body)
    if 200 <= answer.status < 300:
        return read(body)
    error = inner(body, "error")
    code, said = as_int(error.get("code")), as_text(error.get("message")) or ""
    title = said.removeprefix(f"(#{code})").strip()[:200]
    if "appsecret_proof" in said:
        return (
            "The app secret is not that of the app the access token was made for: copy it from the app's settings "
            f"(Basic), then `usher channel rotate whatsapp {account_id}`."
        )
    if code in (0, 190) or (code is None and answer.status == 401):
        return (
            "The access token is wrong or has expired: make a lasting one (Business settings → System users → Generate "
            "token, with whatsapp_business_messaging and whatsapp_business_management), then `usher channel rotate "
            f"whatsapp {account_id}`."
        )
    if code in AUTH or (code is None and answer.status == 403):
        return (
            "The access token may not do this: its system user needs the WhatsApp account as an asset, and the token the "
            f"permissions whatsapp_business_messaging and whatsapp_business_management. Meta says: {code} {title}".strip()
        )
    if code == _WRONG_ID:
        return (
            "Meta knows no such id, or the token may not see it: compare phone number id and account id with the app's "
            f"WhatsApp → API setup. Meta says: {title}"
        )
    if code in _ASKED_TOO_OFTEN or answer.status == 429:
        return "Meta was asked too often: try again in an hour."
    if code is None:
        return (
            f"Meta answered HTTP {answer.status} without a reason: try again, and look at whatsapp_api_url."
        )
    return f"Meta refuses: {code} {title}".strip()


def _number(body: Json) -> str | None:
    number = as_text(body.get("display_phone_number")) or "The number"
    status, name = as_text(body.get("status")), as_text(body.get("name_status"))
    problems = []
    if status is not None and status != "CONNECTED":
        problems.append(f"{number} {_STATUS.get(status, f'has the status {status}')}.")
    if as_text(body.get("quality_rating")) == "RED":
        problems.append(
            f"The quality of {number} is low: people block or report it, so send less and only what they asked for."
        )
    if name in _NAME:
        problems.append(f"The name shown for {number} {_NAME[name]}.")
    return " ".join(problems) or None


def _subscribed(body: Json) -> str | None:
    if objects(body, "data"):
        return None
    return "No app hears of this account's messages: connect ours with `usher channel add --connect`."


def _nothing(_body: Json) -> str | None:
    return None
