"""How much may be sent, how big, how often and until when? Meta's limits on files, rates and the service
window."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from devkit.whatsapp.config import Template
from devkit.whatsapp.errors import GraphError

MEBIBYTE: Final = 1024 * 1024
MEDIA_URL_SECONDS: Final = 300
TYPING_SECONDS: Final = 25
PAIR_INTERVAL_SECONDS: Final = 6.0
PAIR_BURST: Final = 45
# ~100 MB documents plus the multipart wrapping around them.
MAX_REQUEST_BYTES: Final = 101 * MEBIBYTE

_OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA_BYTES: Final[Mapping[str, int]] = {
    **dict.fromkeys(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), 16 * MEBIBYTE),
    **dict.fromkeys(("image/jpeg", "image/png"), 5 * MEBIBYTE),
    **dict.fromkeys(("video/mp4", "video/3gpp"), 16 * MEBIBYTE),
    **dict.fromkeys(
        (
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            f"{_OFFICE}.wordprocessingml.document",
            f"{_OFFICE}.spreadsheetml.sheet",
            f"{_OFFICE}.presentationml.presentation",
            "text/plain",
        ),
        100 * MEBIBYTE,
    ),
    "image/webp": 500 * 1024,
}
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "audio": ("audio/",),
    "image": ("image/jpeg", "image/png"),
    "video": ("video/",),
    "sticker": ("image/webp",),
    "document": ("application/", "text/", "image/", "video/", "audio/"),
}
_PLACEHOLDER: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def check_upload(mime_type: str, size: int) -> None:
    """Raise GraphError: 100 for a type Meta does not take, 131053 for an empty or too big file."""
    plain = mime_type.split(";")[0].strip().lower()
    allowed = MEDIA_BYTES.get(plain)
    if allowed is None:
        known = ", ".join(sorted(MEDIA_BYTES))
        details = (
            f"Param file must be a file with one of the following types: {known}. Received: {mime_type!r}."
        )
        # What chat systems learn late: the type of a voice note is "audio/ogg; codecs=opus".
        raise GraphError(131053 if plain == "audio/opus" else 100, details)
    if not 0 < size <= allowed:
        raise GraphError(131053, f"File size must be between 1 and {allowed} bytes for {plain}; got {size}.")


def check_use(kind: str, mime_type: str) -> None:
    """Raise GraphError 131053 when a file of this type cannot be sent as `kind` (`audio`, `document`, …)."""
    if not mime_type.startswith(_KINDS[kind]):
        raise GraphError(131053, f"A file of type {mime_type!r} cannot be sent as {kind}.")


def window_is_open(last_message_at: float | None, now: float, window_hours: float) -> bool:
    """True while the customer's last message (unix seconds, None = never wrote) is younger than the
    window."""
    return last_message_at is not None and now - last_message_at <= window_hours * 3600


def admit(due: float, now: float, interval: float, burst: int) -> float | None:
    """One more send under a rate with a borrowed burst: the new `due` to remember, or None when it is over
    the limit.

    `due` (unix seconds, 0 at first) is when the debt of what was sent is paid; each send adds `interval`
    seconds, and `burst` sends may be owed at once.
    """
    new_due = max(due, now) + interval
    return new_due if new_due - now <= interval * burst else None


def find_template(templates: Sequence[Template], content: Mapping[str, object]) -> Template | None:
    """The approved template a send names; None when no list of templates was configured (then all are
    approved).

    Raises GraphError 132001 when it is not among them, 132000 when the number of its body parameters is
    wrong.
    """
    if not templates:
        return None
    name, language = content["name"], content["language"]
    code = language.get("code") if isinstance(language, Mapping) else None
    for template in templates:
        if (template.name, template.language) == (name, code):
            expected, given = len(set(_PLACEHOLDER.findall(template.body))), len(body_parameters(content))
            if expected != given:
                raise GraphError(
                    132000,
                    f"body: number of localizable_params ({given}) does not match the expected number of "
                    f"params ({expected})",
                )
            return template
    raise GraphError(132001, f"template name ({name}) does not exist in {code}")


def body_parameters(content: Mapping[str, object]) -> list[Mapping[str, object]]:
    """The parameters of a template send's body component, in order."""
    components = content.get("components") or ()
    assert isinstance(components, Sequence)
    for component in components:
        if isinstance(component, Mapping) and str(component.get("type")).lower() == "body":
            return list(component.get("parameters") or ())
    return []


def fill(template_body: str, parameters: Sequence[Mapping[str, object]]) -> str:
    """The template's words with its parameters in place, by `parameter_name` or by position."""
    by_name = {
        str(parameter.get("parameter_name", position)): parameter
        for position, parameter in enumerate(parameters, 1)
    }

    def shown(match: re.Match[str]) -> str:
        parameter = by_name.get(match[1])
        return match[0] if parameter is None else parameter_text(parameter)

    return _PLACEHOLDER.sub(shown, template_body)


def parameter_text(parameter: Mapping[str, object]) -> str:
    """What a reader sees of one template parameter."""
    kind = str(parameter.get("type", "text"))
    value = parameter.get(kind, "")
    return str(value.get("fallback_value", kind)) if isinstance(value, Mapping) else str(value)
