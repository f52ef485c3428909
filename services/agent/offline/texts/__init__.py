"""What does the offline model say? A table of sentences for each language, `texts/<language>.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Final

from babel import Locale

from shared.money import format_money

LANGUAGES: Final = ("en", "es", "pt", "fr", "de", "it")
DEFAULT: Final = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of a language; `tag` (BCP 47) is how prices are written."""

    language: str
    tag: str
    table: Mapping[str, str]

    def __call__(self, key: str, /, **values: object) -> str:
        """The sentence, filled in. Raises `KeyError` for one that there is not."""
        return self.table[key].format_map(values)

    def __contains__(self, key: str) -> bool:
        """Whether there is such a sentence."""
        return key in self.table

    def count(self, key: str, n: int, /, **values: object) -> str:
        """The sentence in the form for `n` things: `<key>.one`, or `<key>.other`."""
        form = plural(self.language, n)
        return self(f"{key}.{form}", n=n, **values)

    def listed(self, items: Sequence[str], last: str = "and") -> str:
        """`a, b and c`; `last` may be "or"."""
        if len(items) < 2:
            return "".join(items)
        return f"{', '.join(items[:-1])} {self(last)} {items[-1]}"

    def money(self, minor: int, currency: str) -> str:
        """An amount for people."""
        return format_money(minor, currency, self.tag)


@lru_cache(maxsize=64)
def words_in(language: str, home: str) -> Words:
    """The words of a language; prices as the business's own locale has them where it is the same language."""
    tag = home if home.lower().split("-")[0] == language else language
    return Words(language, tag, texts_of(language))


def spoken(language: str | None, home: str) -> str:
    """The language to answer in: what was spoken, else the business's, else English."""
    for tag in (language, home):
        code = (tag or "").lower().split("-")[0]
        if code in LANGUAGES:
            return code
    return DEFAULT


@lru_cache(maxsize=len(LANGUAGES))
def texts_of(language: str) -> Mapping[str, str]:
    """All sentences of a language."""
    table: Mapping[str, str] = import_module(f"{__name__}.{language}").TEXTS
    return table


@lru_cache(maxsize=512)
def plural(language: str, n: int) -> str:
    """The CLDR plural form of `n`: "one" or "other" ("many", of millions, reads like "other")."""
    form = str(Locale.parse(language).plural_form(n))
    return "one" if form == "one" else "other"
