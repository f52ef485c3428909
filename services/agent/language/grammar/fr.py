"""How does French differ from the rules all languages share? It runs those it has in common with Portuguese instead."""

from __future__ import annotations

from services.agent.language.cascade import Rule
from services.agent.language.grammar.pt_fr_clocks import CLOCK_RULES, CLOSED, NUMBER_RULES, bare_hour
from services.agent.language.grammar.pt_fr_dated import DATED_RULES, MONTH_RULES
from services.agent.language.grammar.pt_fr_days import DAY_RULES, LENGTH_RULES, in_eight
from services.agent.language.grammar.pt_fr_periods import PERIOD_RULES
from services.agent.language.grammar.pt_fr_spans import (
    BARE_RULES,
    EARLY_RANGE_RULES,
    NEGATION_RULES,
    PART_RULES,
    SPAN_RULES,
)
from services.agent.language.grammar.stages import Changes, Hooks, Stage

# "à 8" without "heures" is an hour only beside a day: "on vient à 8" counts people.
_BARE = (Rule("(?<=weekday/reldays/partword) comma? at_shy H=h24 " + CLOSED, bare_hour),)

_IN_EIGHT = Rule("(W=weekday|from? R=reldays) in_eight (N=num (?!month)|F=long_length) day_u?", in_eight)

RULES: Hooks = {
    Stage.NUMBERS: Changes(instead=(*NUMBER_RULES, _IN_EIGHT)),
    Stage.CLOCKS: Changes(instead=(*CLOCK_RULES, *_BARE)),
    Stage.WEEKS: Changes(instead=()),
    Stage.DATED: Changes(instead=DATED_RULES),
    Stage.LENGTHS: Changes(instead=LENGTH_RULES),
    Stage.DAYS: Changes(instead=DAY_RULES),
    Stage.PERIODS: Changes(instead=(*MONTH_RULES, *PERIOD_RULES)),
    Stage.PARTS: Changes(instead=PART_RULES),
    Stage.EARLY_RANGES: Changes(instead=EARLY_RANGE_RULES),
    Stage.BARE: Changes(instead=BARE_RULES),
    Stage.SPANS: Changes(instead=SPAN_RULES),
    Stage.NEGATIONS: Changes(instead=NEGATION_RULES),
}
