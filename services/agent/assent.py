"""Does the customer's message say yes to exactly one thing that was shown? A tap, a yes, a pick; anything else is none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from services.agent.carried import names, plain
from services.agent.evidence import Json, Option
from services.agent.language import Grain, Intent, Preference, Understanding, understand
from services.agent.language.folding import fold
from services.agent.offline.cues import cues_of
from services.agent.offline.texts import LANGUAGES

_LAST = -1
_ACTING = ("book:", "cancel:", "move:", "wait:", "offer:")
_SHORT = 4
_HALF_DAY = timedelta(hours=12)
_ANY_DAY = datetime(2026, 1, 1, 12)
_GO = re.compile(
    r"\b(?:(?:book|take|reserve|want|have|cancel|move) (?:it|that|this|them)(?: one)?|go ahead|do it|"
    r"reserv[ae](?:la|lo|melo|mela)?|(?:(?<=^)|(?<=[.!,] ))confirm\w*|resérvala|adelante|cógela|hazlo|cancélala|"
    r"pode (?:marcar|reservar|cancelar)|marca|marque|quero esse|pode ser|cancela|"
    r"réservez|réserve|vas-y|allez-y|je (?:la|le) prends|annule[zr]?|"
    r"buch(?:e|en)? (?:es|das|sie|ihn|bitte)|nehme? ich|ich nehme|mach(?:en)? (?:das|sie)|bitte buchen|stornier\w*|absagen|"
    r"l[ao] quiero|quero (?:sim|ess[ae])|je (?:la|le) veux|(?:ich )?will ich|l[ao] voglio|"
    r"prenot\w*|va bene|la prendo|lo prendo|procedi|annulla\w*|disdici\w*)\b",
    re.IGNORECASE,
)
_WAIT = re.compile(
    r"(?:^|[,.!;\n]\s*)(?:oh |but |no,? )*(?:wait|hold on|stop|not yet|espera|un momento|aguarda|espere|attend[sz]?|"
    r"attendez|warte|moment|stopp|halt|aspetta|aspetti|fermo)\b",
    re.IGNORECASE,
)
_US = re.compile(r"\b(?:for|of us|para|pour|für|per|noi|nous|nosotr[oa]s|nós|uns)\b", re.IGNORECASE)
"""Both of us is how many come, not how many are booked."""
_PLEASE = re.compile(
    r"^\W*(?:can|could|will|would) you\b|\bplease\b|\b(?:puedes|puede|podrías|podría|pode|poderia|consegue|peux-tu|tu peux|"
    r"pouvez-vous|vous pouvez|pourriez|kannst du|können sie|könnten sie|puoi|può|potresti|potrebbe)\b",
    re.IGNORECASE,
)
_OTHER_ACTS = frozenset({Intent.CANCEL, Intent.RESCHEDULE})
_YES = re.compile(r"^\W*(?:yes|yep|yeah|sí|sì|sim|oui|ja|si(?=\s*(?:[,.!]|$)))(?!\w)", re.IGNORECASE)
_YES_ELSEWHERE = frozenset({
    "tak", "да", "da", "ano", "igen", "evet", "ναι", "はい", "お願いします", "好", "好的", "是", "是的", "네", "نعم", "हाँ",
    "ok", "okay", "okey", "oki", "👍", "✅", "👌", "yes", "y", "si", "sí", "sim", "oui", "ja", "ja gerne", "ja bitte",
})  # fmt: skip
"""A whole message that means yes where the language itself is not understood."""


@dataclass(frozen=True, slots=True)
class Message:
    """What the customer said in this turn; `choice_id` when it was a tap. `now`: the business's wall clock (naive)."""

    said: str
    choice_id: str | None = None
    language: str | None = None
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """The thing to be agreed to: the choices that stand for it, what tools told of it (`view`), for how many people.

    `acts`: a message that asks for the act itself ("cancel it") is a yes.
    """

    choice_ids: frozenset[str]
    view: Json
    party_size: int | None = None
    acts: Intent | None = None


def tapped(message: Message, candidate: Candidate, options: Sequence[Option]) -> bool:
    """Whether one of these options, which stands for it, was tapped."""
    shown = {option.choice_id for option in options}
    return message.choice_id in candidate.choice_ids & shown


def says_yes(message: Message, candidate: Candidate, others: Sequence[Option], *, newest: bool) -> bool:
    """Whether the words are a yes to it. `others`: what else could be picked in that reply, itself included, in order.

    `newest`: it is our last reply; only then does a bare yes count.
    """
    told = _told(message)
    if told is None or _takes_back(message, _heard(message)):
        return False
    message = replace(message, said=told)
    heard = _heard(message)
    if _whole(told) in _YES_ELSEWHERE and Intent.DENY not in heard.intents:
        return newest and _only(candidate, others)
    agrees = Intent.AFFIRM in heard.intents or bool(_YES.search(told))
    acts = _cued("book_it", message, heard) or bool(_GO.search(told)) or candidate.acts in heard.intents
    if Intent.DENY in heard.intents and not agrees:
        return False
    if not agrees and any(other in heard.intents for other in _OTHER_ACTS - {candidate.acts}):
        return False
    brief = len(told.split()) <= _SHORT + 1
    if (brief or agrees) and len(_real(others)) != 1 and _cued("both", message, heard):
        return not _US.search(told)
    if heard.party_size is not None and candidate.party_size not in (None, heard.party_size):
        return False
    if heard.choice is not None:
        return _is_numbered(heard.choice, candidate, others)
    if contradicts(heard, candidate.view, message.now):
        return False
    if singled_out(heard, told, candidate.view) or _is_compared(heard.preference, candidate, others):
        return True
    return (acts or (agrees and newest)) and _only(candidate, others)


def asks_to_wait(message: Message) -> bool:
    """Whether the words ask for the waiting list."""
    heard = _heard(message)
    return message.choice_id is None and (
        Intent.WAITLIST in heard.intents or _cued("waitlist", message, heard)
    )


def _told(message: Message) -> str | None:
    """What is said outside of questions; a question that asks us to do it ("can you book it?") counts as said.

    None when everything is a question.
    """
    said = message.said.strip()
    if "?" not in said:
        return said
    parts = [part.strip() for part in re.findall(r"[^.?!\n]+[.?!]*", said) if part.strip()]
    told = [part for part in parts if "?" not in part or (_PLEASE.search(part) and _GO.search(part))]
    return " ".join(told) or None


def _cued(kind: str, message: Message, heard: Understanding) -> bool:
    """Whether the words have a phrase of this kind, in the language they seem to be in or the conversation's."""
    said, tried = fold(message.said.lower()), {heard.language, (message.language or "").split("-")[0].lower()}
    return any(cues_of(language).find(kind, said) for language in sorted(tried & set(LANGUAGES)))


def _takes_back(message: Message, heard: Understanding) -> bool:
    """Whether a yes is taken back at once: "wait", "better not", or a no among messages that came together."""
    if _WAIT.search(message.said) or any(_cued(k, message, heard) for k in ("better_not", "never_mind")):
        return True
    lines = [line for line in message.said.splitlines() if line.strip()]
    return len(lines) > 1 and any(
        Intent.DENY in heard.intents and Intent.AFFIRM not in heard.intents
        for heard in (_heard(replace(message, said=line)) for line in lines)
    )


def _heard(message: Message) -> Understanding:
    """The message in the conversation's language, or in the one that it seems to be written in."""
    now = message.now or _ANY_DAY
    heard = _understood(message.said, now, None)
    if heard.intents or message.language is None:
        return heard
    return _understood(message.said, now, message.language)


@lru_cache(maxsize=512)
def _understood(said: str, now: datetime, language: str | None) -> Understanding:
    return understand(said, now, language=language)


def _whole(said: str) -> str:
    return said.casefold().strip(" .!,;:¡\n")


def _real(options: Sequence[Option]) -> list[Option]:
    """What can be picked; "no, thanks" cannot."""
    return [
        option
        for option in options
        if option.choice_id.startswith(_ACTING) and not option.choice_id.endswith(":no")
    ]


def _only(candidate: Candidate, options: Sequence[Option]) -> bool:
    """Whether a bare yes means this: it is the only option, or the first and called yes."""
    real = _real(options)
    if not real:
        return True
    if len({option.choice_id for option in real}) == 1:
        return real[0].choice_id in candidate.choice_ids
    first = real[0]
    title = _understood(first.title, _ANY_DAY, None)
    is_yes = Intent.AFFIRM in title.intents or plain(first.title).split()[:1] in (
        [["yes"], ["si"], ["si,"], ["sim"], ["sim,"], ["oui"], ["oui,"], ["ja"], ["ja,"], ["yes,"]]
    )
    return is_yes and first.choice_id in candidate.choice_ids


def _is_numbered(choice: int, candidate: Candidate, options: Sequence[Option]) -> bool:
    real = _real(options)
    if not real:
        return True  # a list in words: the model has read which one it is
    place = len(real) if choice == _LAST else choice
    return 1 <= place <= len(real) and real[place - 1].choice_id in candidate.choice_ids


def _is_compared(preference: Preference | None, candidate: Candidate, options: Sequence[Option]) -> bool:
    """ "the later one" of two, "either": the model has compared them; there must be something to compare."""
    if preference in (None, Preference.OTHER):
        return False
    return not _real(options) or any(o.choice_id in candidate.choice_ids for o in _real(options))


def singled_out(heard: Understanding, said: str, view: Json) -> bool:
    """Whether a short message names it: by its time, its person or its kind."""
    starts = _starts(view)
    if starts is not None and _is_clock(heard) and heard.start is not None:
        return heard.start.time() == starts.time() or (
            heard.half_day_guessed and (heard.start + _HALF_DAY).time() == starts.time()
        )
    brief = len(said.split()) <= _SHORT + 1
    staff, service = str(view.get("staff") or ""), str(view.get("service") or "")
    return brief and ((bool(staff) and names(said, staff)) or (bool(service) and names(said, service)))


def contradicts(heard: Understanding, view: Json, now: datetime | None) -> bool:
    """Whether the message says a time or a day that it is not: "yes, but at 8"."""
    starts = _starts(view)
    if starts is None or heard.start is None:
        return False
    if _is_clock(heard):
        clocks = {heard.start.time()} | (
            {(heard.start + _HALF_DAY).time()} if heard.half_day_guessed else set()
        )
        if starts.time() not in clocks:
            return True
    if now is None or heard.time_only or heard.grain not in (Grain.DAY, Grain.HOUR, Grain.MINUTE):
        return False
    days = {heard.start.date(), *(day.date() for day in heard.also_days)}
    return starts.date() not in days


def _is_clock(heard: Understanding) -> bool:
    return heard.grain in (Grain.MINUTE, Grain.HOUR) and (
        heard.end is None or (heard.start is not None and heard.end - heard.start <= timedelta(minutes=1))
    )


def _starts(view: Json) -> datetime | None:
    starts = view.get("starts")
    return datetime.fromisoformat(starts) if isinstance(starts, str) else None
