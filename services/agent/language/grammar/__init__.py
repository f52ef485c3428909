"""In which order do the rules run? Earlier rules win: written dates before bare numbers, days before hours."""

from __future__ import annotations

from functools import lru_cache

from services.agent.language import lexicon
from services.agent.language.cascade import Alphabet, Cascade, Rule
from services.agent.language.grammar.clocks import BARE_RULES, CLOCK_RULES, NUMBER_RULES, PART_RULES
from services.agent.language.grammar.dated import DATED_RULES
from services.agent.language.grammar.days import DAY_RULES, LENGTH_RULES
from services.agent.language.grammar.periods import PERIOD_RULES, WEEK_OF_MONTH_RULES
from services.agent.language.grammar.spans import EARLY_RANGE_RULES, NEGATION_RULES, SPAN_RULES
from services.agent.language.lexer import LEXER_TAG_SETS
from services.agent.language.tokens import all_tag_sets

RULES: tuple[Rule, ...] = (
    *NUMBER_RULES,
    *CLOCK_RULES,
    *WEEK_OF_MONTH_RULES,
    *DATED_RULES,
    *LENGTH_RULES,
    *DAY_RULES,
    *PERIOD_RULES,
    *PART_RULES,
    *EARLY_RANGE_RULES,
    *BARE_RULES,
    *SPAN_RULES,
    *NEGATION_RULES,
)


@lru_cache(maxsize=8)
def cascade(language: str = "en") -> Cascade:
    """The compiled rules for a language. Raises KeyError for a language without a lexicon."""
    words = lexicon.load(language)
    return Cascade(RULES, Alphabet(words.tag_sets() | all_tag_sets() | set(LEXER_TAG_SETS)))
