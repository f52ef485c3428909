"""How does Italian differ from the rules all languages share? Its own rules, by the stage they run in."""

from __future__ import annotations

from services.agent.language.grammar import SHARED
from services.agent.language.grammar.days import NOT_THIS_RULES
from services.agent.language.grammar.de_it import inserted, without
from services.agent.language.grammar.de_it_clocks import AFTERNOON_RULE
from services.agent.language.grammar.it_clocks import (
    BARE_RULES_IT,
    CLOCK_RULES_IT,
    EARLY_RANGES_IT,
    HOURS_IT,
    PART_RULES_IT,
)
from services.agent.language.grammar.it_days import (
    AFTER_WEEKDAYS_IT,
    BARE_DAYS_IT,
    DATED_RULES_IT,
    DAY_RULES_IT,
    LENGTH_RULES_IT,
    NEGATION_RULES_IT,
    PERIOD_RULES_IT,
    SPAN_RULES_IT,
)
from services.agent.language.grammar.stages import Changes, Hooks, Stage

# "a marzo 2 lezioni" is no date: the day of month stands before its month.
_DATED = without(SHARED[Stage.DATED], "M=month (slash|comma|dash)?")
# An hour is never said bare before its day: "quattro sabato" are four on Saturday.
_BARE = without(SHARED[Stage.BARE], "(?=(on the?)? day)")
# "ca. 2 Stunden", "circa 2 ore" are a length.
_CLOCKS = without(SHARED[Stage.CLOCKS], "(?<=at/hours_the) H=h24 hour_u")
_DAYS = inserted(SHARED[Stage.DAYS], "(in|plus)", AFTER_WEEKDAYS_IT)

RULES: Hooks = {
    Stage.CLOCKS: Changes(instead=(*CLOCK_RULES_IT, *_CLOCKS)),
    Stage.DATED: Changes(instead=(*DATED_RULES_IT, *_DATED, *BARE_DAYS_IT)),
    Stage.LENGTHS: Changes(before=LENGTH_RULES_IT),
    Stage.DAYS: Changes(instead=(*NOT_THIS_RULES, *DAY_RULES_IT, *_DAYS)),
    Stage.PERIODS: Changes(before=PERIOD_RULES_IT),
    Stage.PARTS: Changes(after=PART_RULES_IT),
    Stage.EARLY_RANGES: Changes(before=EARLY_RANGES_IT),
    Stage.BARE: Changes(instead=(*BARE_RULES_IT, *_BARE)),
    Stage.SPANS: Changes(before=SPAN_RULES_IT),
    Stage.NEGATIONS: Changes(before=NEGATION_RULES_IT, after=(AFTERNOON_RULE, *HOURS_IT)),
}
TAG_SETS = (frozenset({"opaque"}),)
