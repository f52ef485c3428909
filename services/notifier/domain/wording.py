"""Which words does a language use? The tables that there are, and which of them a language tag means."""

from __future__ import annotations

from collections.abc import Mapping

from services.notifier.domain.languages import de, en, es, fr, it, pt
from services.notifier.domain.wording_table import Wording

EN, PT = en.WORDING, pt.WORDING

WORDINGS: Mapping[str, Wording] = {
    module.WORDING.language: module.WORDING for module in (en, pt, es, fr, de, it)
}
"""Every language we speak, by its BCP 47 tag."""


def speaks(language: str | None) -> bool:
    """Whether there are words for this BCP 47 tag."""
    return language is not None and _found(language) is not None


def wording_for(language: str) -> Wording:
    """The words for a BCP 47 tag (`pt-PT`, `pt`): the tag's own table, else its language's, else English."""
    return _found(language) or EN


def _found(language: str) -> Wording | None:
    tag = language.replace("_", "-").lower()
    return WORDINGS.get(tag) or WORDINGS.get(tag.partition("-")[0])


__all__ = ["EN", "PT", "WORDINGS", "Wording", "speaks", "wording_for"]
