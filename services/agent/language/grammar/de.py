"""How does German differ from the rules all languages share? Its own rules, by the stage they run in."""

from __future__ import annotations

from services.agent.language.grammar import SHARED
from services.agent.language.grammar.days import NOT_THIS_RULES
from services.agent.language.grammar.de_clocks import CLOCK_RULES_DE, HOURS_DE, PART_RULES_DE
from services.agent.language.grammar.de_days import (
    AFTER_DATED_DE,
    DATED_RULES_DE,
    DAY_AND_LENGTH_DE,
    DAY_RULES_DE,
    LENGTH_RULES_DE,
    NEGATION_RULES_DE,
    PERIOD_RULES_DE,
    SPAN_RULES_DE,
)
from services.agent.language.grammar.de_it import inserted, without
from services.agent.language.grammar.de_it_clocks import AFTERNOON_RULE
from services.agent.language.grammar.stages import Changes, Hooks, Stage

# "im März 2 Termine" is no date: the day of month stands before its month.
_DATED = without(SHARED[Stage.DATED], "M=month (slash|comma|dash)?", "D=numeric_date (?!of? a? hour_u) (unit")
# An hour is never said bare before its day: "quattro sabato" are four on Saturday.
_BARE = without(SHARED[Stage.BARE], "(?=(on the?)? day)")
# "ca. 2 Stunden", "circa 2 ore" are a length.
_CLOCKS = without(SHARED[Stage.CLOCKS], "(?<=at/hours_the) H=h24 hour_u")
_DAYS = inserted(SHARED[Stage.DAYS], "(in|plus)", DAY_AND_LENGTH_DE)

RULES: Hooks = {
    Stage.CLOCKS: Changes(instead=(*CLOCK_RULES_DE, *_CLOCKS)),
    Stage.DATED: Changes(instead=(*DATED_RULES_DE, *_DATED, *AFTER_DATED_DE)),
    Stage.LENGTHS: Changes(before=LENGTH_RULES_DE),
    Stage.DAYS: Changes(instead=(*NOT_THIS_RULES, *DAY_RULES_DE, *_DAYS)),
    Stage.PERIODS: Changes(before=PERIOD_RULES_DE),
    Stage.BARE: Changes(instead=(*PART_RULES_DE, *_BARE)),
    Stage.SPANS: Changes(before=SPAN_RULES_DE),
    Stage.NEGATIONS: Changes(after=(*NEGATION_RULES_DE, AFTERNOON_RULE, *HOURS_DE)),
}
TAG_SETS = (frozenset({"correct"}), frozenset({"opaque"}))
