"""What does news of the account mean for the operator? Plain sentences, how bad it is, and whether sending must stop.

What pauses an account: Meta has closed it or cut us off, it may not even answer people, or its quality is flagged
(every further message brings the ban nearer, so a person decides). A restriction of business-initiated messages pauses
nothing: answers may still go out, and templates are refused one by one by their own error code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from services.gateway.channels import AccountNotice, News, Unremarkable
from services.gateway.channels.lenient import Json, as_text, inner, instant, objects


def news_of(field: str, value: Json) -> News:
    """What a change of this field means: an `AccountNotice`, or nothing."""
    reader = _READERS.get(field)
    return reader(value) if reader else Unremarkable()


def _word(value: Json, key: str, otherwise: str = "?") -> str:
    return (as_text(value.get(key)) or otherwise)[:200]


# --- the account ----------------------------------------------------------------------------------------

_ACCOUNT: Final[dict[str, AccountNotice]] = {
    "ACCOUNT_DELETED": AccountNotice(
        "The WhatsApp Business account was deleted: nothing can be sent. Add another number with `usher channel add`.",
        "critical",
        pauses=True,
    ),
    "ACCOUNT_OFFBOARDED": AccountNotice(
        "The number was disconnected from the API in the WhatsApp Business app: nothing can be sent until it is "
        "connected again.",
        "critical",
        pauses=True,
    ),
    "ACCOUNT_RECONNECTED": AccountNotice("The number is connected to the API again.", clears=True),
    "PARTNER_REMOVED": AccountNotice(
        "The business took our access to its WhatsApp account away: nothing can be sent until it gives it back "
        "(Business settings → Accounts → WhatsApp accounts → Partners).",
        "critical",
        pauses=True,
    ),
    "PARTNER_ADDED": AccountNotice("We have access to the business's WhatsApp account.", clears=True),
    "PARTNER_APP_UNINSTALLED": AccountNotice(
        "The app was removed from the WhatsApp account: messages stop coming in. Connect it again with "
        "`usher channel add --connect`.",
        "critical",
    ),
    "PARTNER_APP_INSTALLED": AccountNotice("The app is installed on the WhatsApp account."),
}

_BAN: Final[dict[str, AccountNotice]] = {
    "SCHEDULE_FOR_DISABLE": AccountNotice(
        "Meta will disable the WhatsApp account: ask for a review in the Business Support Home before that.",
        "critical",
    ),
    "DISABLE": AccountNotice(
        "Meta has disabled the WhatsApp account: nothing can be sent. Ask for a review in the Business Support Home.",
        "critical",
        pauses=True,
    ),
    "REINSTATE": AccountNotice("Meta has enabled the WhatsApp account again.", clears=True),
}

_NO_ANSWERS: Final = "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"
_RESTRICTIONS: Final[dict[str, str]] = {
    "RESTRICTED_BIZ_INITIATED_MESSAGING": "it may not write first (reminders and other templates), only answer",
    _NO_ANSWERS: "it may not answer people",
    "RESTRICTED_ADD_PHONE_NUMBER_ACTION": "it may not add numbers",
}


def _account_update(value: Json) -> AccountNotice:
    event = _word(value, "event")
    if ban := _BAN.get(_word(inner(value, "ban_info"), "waba_ban_state")):
        return ban
    if event == "ACCOUNT_RESTRICTION":
        return _restriction(value)
    if event == "ACCOUNT_VIOLATION":
        kind = _word(inner(value, "violation_info"), "violation_type")
        return AccountNotice(
            f"Meta says the account broke its policy ({kind}): look at the Business Support Home before it is restricted.",
            "critical",
        )
    return _ACCOUNT.get(event) or AccountNotice(f"News of the WhatsApp account: {event}.")


def _restriction(value: Json) -> AccountNotice:
    kinds, until = [], None
    for restriction in objects(value, "restriction_info"):
        kinds.append(_word(restriction, "restriction_type"))
        until = instant(restriction.get("expiration")) or until
    what = "; ".join(_RESTRICTIONS.get(kind, kind) for kind in kinds) or "no details given"
    when = f" until {until:%Y-%m-%d %H:%M} UTC" if until else ""
    return AccountNotice(
        f"Meta restricts the WhatsApp account{when}: {what}. See the Business Support Home.",
        "critical",
        pauses=_NO_ANSWERS in kinds,
    )


def _alert(value: Json) -> AccountNotice:
    alert = inner(value, "alert_info")
    severity = _word(alert or value, "alert_severity")
    text = f"{_word(alert or value, 'alert_type')}: {_word(alert or value, 'alert_description', 'no details given')}"
    match severity:
        case "CRITICAL":
            return AccountNotice(f"WhatsApp alert {text}", "critical")
        case "WARNING":
            return AccountNotice(f"WhatsApp alert {text}", "warning")
    return AccountNotice(f"WhatsApp alert {text}")


def _review(value: Json) -> AccountNotice:
    decision = _word(value, "decision")
    if decision == "APPROVED":
        return AccountNotice("Meta has approved the WhatsApp account.")
    bad = decision == "REJECTED"
    return AccountNotice(
        f"Meta's review of the WhatsApp account: {decision}.", "critical" if bad else "warning"
    )


def _capability(value: Json) -> AccountNotice:
    limit = _word(
        value, "max_daily_conversations_per_business", _word(value, "max_daily_conversation_per_phone")
    )
    numbers = _word(value, "max_phone_numbers_per_waba", _word(value, "max_phone_numbers_per_business"))
    return AccountNotice(f"WhatsApp limits are now {limit} people a day and {numbers} numbers.")


def _security(value: Json) -> AccountNotice:
    event, number = _word(value, "event"), _word(value, "display_phone_number")
    return AccountNotice(
        f"Two-step verification of {number}: {event}. If nobody of the business did this, change the PIN now.",
        "warning",
    )


# --- its numbers ----------------------------------------------------------------------------------------


def _quality(value: Json) -> AccountNotice:
    event, number = _word(value, "event"), _word(value, "display_phone_number")
    limit = _word(value, "current_limit", _word(value, "max_daily_conversations_per_business"))
    match event:
        case "FLAGGED":
            return AccountNotice(
                f"The quality of {number} is low, people block or report it: sending is paused. See what it sends in the "
                "WhatsApp Manager, then `usher channel resume`.",
                "critical",
                pauses=True,
            )
        case "UNFLAGGED":
            return AccountNotice(f"The quality of {number} is good again.", clears=True)
        case "DOWNGRADE":
            return AccountNotice(f"{number} may write to fewer people a day now: {limit}.", "warning")
    return AccountNotice(f"{number}: {event.lower()}, limit {limit}.")


def _name(value: Json) -> AccountNotice:
    decision, number = _word(value, "decision"), _word(value, "display_phone_number")
    name = _word(value, "requested_verified_name")
    if decision == "APPROVED":
        return AccountNotice(f"The name “{name}” of {number} is approved.")
    reason = _word(value, "rejection_reason", "no reason given")
    return AccountNotice(f"The name “{name}” of {number}: {decision} ({reason}).", "warning")


# --- templates ------------------------------------------------------------------------------------------

_GOOD_TEMPLATE: Final = frozenset({"APPROVED", "REINSTATED", "UNARCHIVED"})


def _template(value: Json) -> str:
    return f"Template {_word(value, 'message_template_name')} ({_word(value, 'message_template_language')})"


def _template_status(value: Json) -> AccountNotice:
    event, reason = _word(value, "event"), as_text(value.get("reason"))
    details = as_text(inner(value, "rejection_info").get("reason")) or (reason if reason != "NONE" else None)
    text = f"{_template(value)} is {event.lower()}" + (f": {details[:300]}" if details else ".")
    return AccountNotice(text, "info" if event in _GOOD_TEMPLATE else "warning")


def _template_quality(value: Json) -> AccountNotice:
    score = _word(value, "new_quality_score")
    before = _word(value, "previous_quality_score")
    severity: Final = "warning" if score in ("YELLOW", "RED") else "info"
    return AccountNotice(f"{_template(value)}: quality {score}, was {before}.", severity)


def _template_category(value: Json) -> AccountNotice:
    category = _word(value, "new_category", _word(value, "correct_category"))
    return AccountNotice(f"{_template(value)} counts as {category} now, at that price.", "warning")


def _template_components(value: Json) -> AccountNotice:
    return AccountNotice(f"{_template(value)} was changed.")


_READERS: Final[dict[str, Callable[[Json], AccountNotice]]] = {
    "account_update": _account_update,
    "account_alerts": _alert,
    "account_review_update": _review,
    "business_capability_update": _capability,
    "security": _security,
    "phone_number_quality_update": _quality,
    "phone_number_name_update": _name,
    "message_template_status_update": _template_status,
    "message_template_quality_update": _template_quality,
    "message_template_components_update": _template_components,
    "template_category_update": _template_category,
}
