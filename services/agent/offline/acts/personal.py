"""What customers tell about themselves: what they prefer is remembered, or forgotten."""

from __future__ import annotations

from services.agent.language import Intent
from services.agent.offline.hearing import Heard
from services.agent.offline.scene import Scene
from services.agent.offline.script import Script, ask
from services.agent.offline.wanted import has_time
from services.agent.reply import Reply

_TOLD = 120


def preferences_of(heard: Heard) -> list[tuple[str, str]]:
    """What a message says the customer likes, as (key, value); nothing when it states no preference."""
    called = heard.cues.find("call_me", heard.folded)
    if called is not None and len(heard.folded) == len(heard.text):
        return [("name", heard.text[called.start(1) : called.end(1)].strip(" .!,"))]
    speak = heard.cues.find("speak", heard.folded)
    tongue = heard.cues.value("languages", heard.folded) if speak else None
    if tongue:
        return [("language", tongue)]
    if not heard.has("prefer") or "?" in heard.text:
        return []
    said = heard.said
    found = [("staff", said.staff)] if said.staff else []
    part = heard.cues.value("times_of_day", heard.folded)
    day = heard.cues.value("days", heard.folded)
    if part and not said.staff:
        found.append(("time_of_day", part))
    if day and not said.staff:
        found.append(("day", day))
    if said.service and not said.staff:
        found.append(("service", said.service))
    return [(key, value) for key, value in found if value]


def remembers(heard: Heard, *, choosing: bool = False) -> bool:
    """Whether the message states a preference rather than asks for a class now; `choosing`: something is on offer."""
    found = preferences_of(heard)
    if not found:
        return False
    if choosing and not heard.has("always"):
        return False  # "I prefer pilates" is about the class that is being looked for
    if heard.said.start is not None and heard.said.end is None:
        return False  # "I'd like it at half past two in the afternoon"
    wants = heard.said.intent in (Intent.CANCEL, Intent.RESCHEDULE)
    dated = has_time(heard.said) and not {key for key, _ in found} & {"time_of_day", "day"}
    return not wants and not dated


def remember(scene: Scene) -> Script:
    """Keep what was said, and say so."""
    found = preferences_of(scene.heard)
    done = True
    for key, value in found:
        answer = yield from ask("set_preference", key=key, value=value[:_TOLD])
        done = done and (answer or {}).get("status") == "done"
    if not done:
        return Reply(text=scene.words("not_kept"))
    return Reply(text=scene.words("noted", what=scene.words.listed([_shown(scene, *item) for item in found])))


def _shown(scene: Scene, key: str, value: str) -> str:
    said = f"value.{value}"
    return scene.words(said) if key in ("time_of_day", "day", "language") and said in scene.words else value


def forget(scene: Scene) -> Script:
    """Forget what is known of the customer's preferences, or the one that is named."""
    keys = [key for key, value in scene.facts.preferences if not scene.said.staff or key == "staff"]
    for key in keys:
        yield from ask("set_preference", key=key)
    return Reply(text=scene.words("forgotten" if keys else "nothing_known"))
