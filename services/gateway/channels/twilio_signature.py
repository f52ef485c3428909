"""Did Twilio sign this request? X-Twilio-Signature over our public URL and the form, or over the URL and a hash of the body.

twilio.com/docs/usage/webhooks/webhooks-security, read November 2026. Pure; every comparison takes constant time.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qs, parse_qsl, urlsplit

from services.gateway.channels import RawRequest

HEADER: Final = "X-Twilio-Signature"
MOST_FIELDS: Final = 1000
"""A webhook of Twilio has some twenty; more are refused before anything is worked out."""
_NETLOC: Final = re.compile(r"(?P<scheme>https?)://(?P<netloc>[^/?#]*)", re.IGNORECASE)
_PORT: Final = re.compile(r":\d*$")


def is_signed(request: RawRequest, tokens: Sequence[str]) -> bool:
    """True when one of these auth tokens signed the request. Empty tokens sign nothing."""
    given = request.headers.get(HEADER, "").encode("utf-8", "surrogatepass")
    content = _signed_content(request)
    if content is None:
        return False
    found = False
    for token in tokens:
        for url in spellings(request.url):
            text = url.encode("utf-8", "surrogateescape") + content
            expected = b64encode(hmac.digest(token.encode(), text, "sha1"))
            found |= bool(token) and hmac.compare_digest(given, expected)
    return found


def fields(body: bytes, errors: str = "replace") -> list[tuple[str, str]] | None:
    """The fields of a form in their order, empty values kept; None when there are too many."""
    text = body.decode("utf-8", errors)
    try:
        return parse_qsl(text, keep_blank_values=True, errors=errors, max_num_fields=MOST_FIELDS)
    except ValueError:
        return None


def spellings(url: str) -> tuple[str, ...]:
    """The URL as it is, without its port, and with the standard one: Twilio's signers do not agree on it."""
    found = _NETLOC.match(url)
    if found is None:
        return (url,)
    rest, netloc = url[found.end() :], found["netloc"]
    bare = netloc if netloc.endswith("]") else _PORT.sub("", netloc)
    standard = "443" if found["scheme"].lower() == "https" else "80"
    netlocs = dict.fromkeys((netloc, bare, f"{bare}:{standard}"))
    return tuple(f"{found['scheme']}://{spelling}{rest}" for spelling in netlocs)


def _signed_content(request: RawRequest) -> bytes | None:
    """What follows the URL in the signed text: nothing for a body with its hash in the URL, else the form, by name.

    None when the hash is not the body's, or the form cannot be one of Twilio's.
    """
    announced = _body_hash(request.url)
    if announced is not None:
        actual = sha256(request.body).hexdigest().encode()
        matches = hmac.compare_digest(announced.lower().encode("utf-8", "replace"), actual)
        return b"" if matches else None
    form = fields(request.body, "surrogateescape")
    if form is None:
        return None
    # A repeated field counts once for each value; the bytes are those that were sent, whatever they encode.
    return b"".join(f"{name}{value}".encode("utf-8", "surrogateescape") for name, value in sorted(set(form)))


def _body_hash(url: str) -> str | None:
    try:
        values = parse_qs(urlsplit(url).query, max_num_fields=MOST_FIELDS).get("bodySHA256")
    except ValueError:
        return None
    return values[0] if values else None
