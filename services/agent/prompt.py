"""What is a language model told before the conversation? A versioned file with the business's facts."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from string import Template

from services.agent.facts import Facts

VERSION = "agent_v2"


@lru_cache(maxsize=4)
def _template(version: str) -> Template:
    return Template((files("services.agent") / "prompts" / f"{version}.md").read_text(encoding="utf-8"))


def instructions(facts: Facts) -> str:
    """The instructions of this turn."""
    return _template(VERSION).substitute(
        business=facts.business.business_name,
        language=facts.business.language,
        timezone=facts.business.timezone,
        now=f"{facts.local_now:%A %d %B %Y, %H:%M}",
        services=", ".join(facts.services) or "none",
        staff=", ".join(facts.staff) or "none",
    )
