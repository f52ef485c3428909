"""In which language are results over MCP? In the one that the caller asks for, if we speak it; else in the business's. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from services.agent.offline.texts import LANGUAGES, words_in
from services.agent.offline.texts import spoken as nearest
from shared.errors import UsherError
from shared.messages.booking import RefusalCode

HEADER = "accept-language"
_REFUSALS = frozenset(code.value for code in RefusalCode)


class LanguageUnknown(UsherError):
    """We do not speak that language."""


def chosen(tag: str) -> str | None:
    """The language (BCP 47) that was set; None when none was. Raises `LanguageUnknown` for one that we do not speak."""
    tag = tag.strip().replace("_", "-")
    if tag and not _speaks(tag):
        raise LanguageUnknown(
            f"We do not speak {tag!r}. There are: {', '.join(LANGUAGES)} (or a region's, en-US)."
        )
    return tag or None


def accepted(header: str | None) -> str | None:
    """The language of an `Accept-Language` header (RFC 9110) that is wanted most and that we speak; None: the business's."""
    ranked = sorted(_ranges(header or ""), key=lambda each: -each[1])  # stable: the first of equals wins
    for tag, quality in ranked:
        if quality <= 0 or tag == "*":
            return None
        if _speaks(tag):
            return tag
    return None


def in_words(answer: Mapping[str, JsonValue], language: str) -> dict[str, JsonValue]:
    """The answer with booking's reason for a refusal in this language (BCP 47); in English it is booking's own sentence."""
    code, speaks = str(answer.get("code") or ""), nearest(language, language)
    if code not in _REFUSALS or speaks == "en":
        return dict(answer)
    words = words_in(speaks, language)
    return {**answer, "sentence": words(f"refused.{code}" if f"refused.{code}" in words else "refused")}


def _ranges(header: str) -> Iterator[tuple[str, float]]:
    for part in header.split(",")[:20]:
        tag, _, weight = part.partition(";")
        name, _, value = weight.strip().partition("=")
        try:
            quality = float(value) if name.strip().lower() == "q" else 1.0
        except ValueError:
            continue
        if tag.strip():
            yield tag.strip(), quality


def _speaks(tag: str) -> bool:
    return tag.split("-")[0].lower() in LANGUAGES
