"""Which sentences do people say to a booking desk?

Templates only, no code: `language_model.py` samples sentences from them, from the rule "sentence" down. One template
a line (or more, between bars): words, `<rule>` references and `[optional]` parts. `3: words` counts three times as
much as a neighbour without a number. To teach the recogniser a phrase add a line; a word that CMUdict does not have
needs its sounds in `pronunciations.py`.
"""

from services.media.transcribe.phrases import moments, questions, replies, wishes
from services.media.transcribe.phrases.pronunciations import EXTRA_PRONUNCIATIONS

RULES: dict[str, str] = wishes.RULES | moments.RULES | questions.RULES | replies.RULES

__all__ = ["EXTRA_PRONUNCIATIONS", "RULES"]
