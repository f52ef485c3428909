"""How is the reason of a recommendation said? A table of phrases; a new language is one more row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date

from services.agent.tools.render import locale_of
from services.agent.tools.taste import Because, Visit


@dataclass(frozen=True, slots=True)
class Reasons:
    """Phrases; `{what}` is a service, `{who}` a person, `{day}` a weekday."""

    liked_all: str
    liked_staff: str
    liked_day: str
    liked: str
    asked_for: str
    popular: str


_EN = Reasons(
    liked_all="because you liked {who}'s {day} {what}",
    liked_staff="because you liked {what} with {who}",
    liked_day="because you came to {what} on a {day}",
    liked="because you liked {what}",
    asked_for="because it is what you said you prefer",
    popular="because many people book it",
)
_REASONS = {
    "en": _EN,
    "es": Reasons(
        liked_all="porque te gustó {what} del {day} con {who}",
        liked_staff="porque te gustó {what} con {who}",
        liked_day="porque viniste a {what} un {day}",
        liked="porque te gustó {what}",
        asked_for="porque es lo que nos dijiste que prefieres",
        popular="porque mucha gente lo reserva",
    ),
    "pt": Reasons(
        liked_all="porque gostou de {what} de {day} com {who}",
        liked_staff="porque gostou de {what} com {who}",
        liked_day="porque veio a {what} ({day})",
        liked="porque gostou de {what}",
        asked_for="porque é o que nos disse que prefere",
        popular="porque muita gente reserva",
    ),
    "fr": Reasons(
        liked_all="parce que vous avez aimé {what} du {day} avec {who}",
        liked_staff="parce que vous avez aimé {what} avec {who}",
        liked_day="parce que vous êtes venu à {what} un {day}",
        liked="parce que vous avez aimé {what}",
        asked_for="parce que c’est ce que vous préférez",
        popular="parce que beaucoup le réservent",
    ),
    "de": Reasons(
        liked_all="weil Ihnen {what} am {day} mit {who} gefallen hat",
        liked_staff="weil Ihnen {what} mit {who} gefallen hat",
        liked_day="weil Sie am {day} bei {what} waren",
        liked="weil Ihnen {what} gefallen hat",
        asked_for="weil Sie gesagt haben, dass Sie das mögen",
        popular="weil viele es buchen",
    ),
    "it": Reasons(
        liked_all="perché ti è piaciuto {what} di {day} con {who}",
        liked_staff="perché ti è piaciuto {what} con {who}",
        liked_day="perché sei venuto a {what} di {day}",
        liked="perché ti è piaciuto {what}",
        asked_for="perché è quello che preferisci",
        popular="perché molti lo prenotano",
    ),
}


def reason_of(one: Visit, because: tuple[Because, ...], like: Visit | None, language: str) -> str:
    """Why this is recommended, as a part of a sentence; only what is true of it and of that earlier visit."""
    said = _REASONS.get(language.split("-")[0].lower(), _EN)
    if like is None or because[0] == "preference":
        return said.popular if "popular" in because else said.asked_for
    who = like.staff if like.staff_id is not None and like.staff_id == one.staff_id else None
    what = like.service if like.service_id == one.service_id else one.service
    words = {"what": what, "who": who, "day": _weekday(like.starts, language)}
    same_day = like.starts.weekday() == one.starts.weekday()
    if like.service_id != one.service_id:
        return said.liked_staff.format(**{**words, "what": like.service}) if who else said.asked_for
    if who:
        return (said.liked_all if same_day else said.liked_staff).format(**words)
    return (said.liked_day if same_day else said.liked).format(**words)


def _weekday(moment: datetime, language: str) -> str:
    return format_date(moment, "EEEE", locale=locale_of(language))
