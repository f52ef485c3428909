"""What does a customer's message mean? Deterministic, pure, and the judge of every model's dates.

`understand` reads one message; `to_json` and `answer_lines` are its JSON form.
"""

from services.agent.language.catalogue import Catalogue, CatalogueEntry
from services.agent.language.jsonlines import answer_lines, to_json
from services.agent.language.understand import local_now, understand, warm
from services.agent.language.understanding import Intent, Preference, Understanding
from services.agent.language.values import Grain, Open

__all__ = [
    "Catalogue",
    "CatalogueEntry",
    "Grain",
    "Intent",
    "Open",
    "Preference",
    "Understanding",
    "answer_lines",
    "local_now",
    "to_json",
    "understand",
    "warm",
]
