"""Do a page's credentials work, and does it send us what is written to it? How `usher channel check` reads the answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.gateway.channels import HttpAnswer
from services.gateway.channels.lenient import inner, loads_object, text_of
from services.gateway.channels.meta_errors import AUTH, TOKEN, error_of

Explain = Callable[[HttpAnswer], str | None]


def identity(account_id: str, account_field: str) -> Explain:
    """Reads `GET /me`: the token must be of this account (`account_field` "id": the page; else what is linked to it)."""

    def explain(answer: HttpAnswer) -> str | None:
        if wrong := refusal(answer):
            return wrong
        body = loads_object(answer.body)
        if account_field == "id":
            found = text_of(body, "id")
            if found == account_id:
                return None
            return f"The token is of page {found or '?'}, not of {account_id}: add the token of that page."
        found = text_of(inner(body, account_field), "id")
        if found == account_id:
            return None
        if found is None:
            return (
                "No Instagram professional account is linked to the token's page, or the token lacks "
                "instagram_basic: link it in the page's settings and make the token again."
            )
        return f"The page is linked to Instagram account {found}, not to {account_id}: use that id or that page's token."

    return explain


def subscription(channel: str, account_id: str, fields: Sequence[str], app_id: str | None) -> Explain:
    """Reads `GET /me/subscribed_apps`: our app must be there with all the fields that we need."""
    again = f"run `usher channel add {channel} {account_id} --connect` again"

    def explain(answer: HttpAnswer) -> str | None:
        if wrong := refusal(answer):
            return wrong
        data = loads_object(answer.body).get("data")
        apps = [app for app in data if isinstance(app, dict)] if isinstance(data, list) else []
        ours = [app for app in apps if app_id in (None, text_of(app, "id"))]
        if not ours:
            return (
                f"The page is not subscribed to our app (Meta does that after webhooks have failed): {again}."
            )
        missing = [set(fields) - set(_names(app.get("subscribed_fields"))) for app in ours]
        least = min(missing, key=len)
        return f"The page does not send {', '.join(sorted(least))}: {again}." if least else None

    return explain


def refusal(answer: HttpAnswer) -> str | None:
    """What is wrong when the answer is an error; None when it is none."""
    if answer.status == 200:
        return None
    code, _, said = error_of(loads_object(answer.body))
    if code in TOKEN or (code is None and answer.status == 401):
        return "The page token does not work (expired, or taken back): make a new one and `usher channel rotate` it."
    if code in AUTH:
        return f"A permission is missing ({code} {said}): the token needs pages_messaging and pages_manage_metadata."
    if answer.status == 429 or answer.status >= 500:
        return f"Meta answered {answer.status}: try again in a minute."
    return f"Meta answered {answer.status} {f'({code} {said})' if code is not None else ''}".strip() + "."


def _names(value: object) -> list[str]:
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []
