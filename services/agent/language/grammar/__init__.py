"""In which order do the rules run? Earlier rules win: written dates before bare numbers, days before hours.

The rules in the modules named after what they read are shared by all languages; `grammar/<language>.py` may hold RULES
of its own by stage. A rule over a tag that a language has no word for never matches there.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from services.agent.language import lexicon
from services.agent.language.cascade import Alphabet, Cascade, Rule
from services.agent.language.grammar import postposed
from services.agent.language.grammar.clocks import BARE_RULES, CLOCK_RULES, NUMBER_RULES, PART_RULES
from services.agent.language.grammar.dated import DATED_RULES
from services.agent.language.grammar.days import DAY_RULES, LENGTH_RULES
from services.agent.language.grammar.periods import PERIOD_RULES, WEEK_OF_MONTH_RULES
from services.agent.language.grammar.spans import EARLY_RANGE_RULES, NEGATION_RULES, SPAN_RULES
from services.agent.language.grammar.stages import Changes, Hooks, Stage
from services.agent.language.lexer import LEXER_TAG_SETS
from services.agent.language.tokens import all_tag_sets

SHARED: dict[Stage, tuple[Rule, ...]] = {
    Stage.NUMBERS: NUMBER_RULES,
    Stage.CLOCKS: (*postposed.CLOCK_RULES, *CLOCK_RULES),
    Stage.WEEKS: WEEK_OF_MONTH_RULES,
    Stage.DATED: DATED_RULES,
    Stage.LENGTHS: LENGTH_RULES,
    Stage.DAYS: (*postposed.DAY_RULES, *DAY_RULES),
    Stage.PERIODS: (*postposed.PERIOD_RULES, *PERIOD_RULES),
    Stage.PARTS: PART_RULES,
    Stage.EARLY_RANGES: EARLY_RANGE_RULES,
    Stage.BARE: (*postposed.BARE_RULES, *BARE_RULES),
    Stage.SPANS: SPAN_RULES,
    Stage.NEGATIONS: NEGATION_RULES,
}


@lru_cache(maxsize=len(lexicon.LANGUAGES))
def cascade(language: str = "en") -> Cascade:
    """The compiled rules for a language. Raises KeyError for a language without a lexicon."""
    words = lexicon.load(language)
    own = _own(language)
    hooks: Hooks = getattr(own, "RULES", {})
    rules = [rule for stage in Stage for rule in hooks.get(stage, Changes()).around(SHARED[stage])]
    built: tuple[frozenset[str], ...] = getattr(own, "TAG_SETS", ())
    tag_sets = words.tag_sets() | all_tag_sets() | {*LEXER_TAG_SETS, *built}
    return Cascade(rules, Alphabet(tag_sets, lexicon.shared_tags()))


def _own(language: str) -> ModuleType | None:
    """`grammar/<language>.py`: RULES by stage, and TAG_SETS of tokens that those rules build; a language may lack it."""
    name = f"{__name__}.{language}"
    return import_module(name) if find_spec(name) else None
