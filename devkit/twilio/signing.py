"""How does Twilio sign? Written after its documentation, independently of the gateway's own reading of it."""

import base64
import hashlib
import hmac
from collections.abc import Mapping


def signature(auth_token: str, url: str, form: Mapping[str, str]) -> str:
    """`X-Twilio-Signature` of a POST of this form to this URL (query string included, fragment not)."""
    mac = hmac.new(auth_token.encode("utf-8"), digestmod=hashlib.sha1)
    mac.update(url.encode("utf-8"))
    for name in sorted(form):
        mac.update(name.encode("utf-8"))
        mac.update(form[name].encode("utf-8"))
    return base64.b64encode(mac.digest()).decode("ascii")
