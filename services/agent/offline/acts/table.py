"""Which questions are answered by which script?"""

from __future__ import annotations

from collections.abc import Callable

from services.agent.language import Intent
from services.agent.offline.acts import bookings, find, info
from services.agent.offline.scene import Scene
from services.agent.offline.script import Script

Act = Callable[[Scene], Script]
"""What answers a message, or the part of it that a scene is of."""

INFO: dict[Intent, Act] = {
    Intent.STAFF_INFO: info.staff,
    Intent.BUSINESS_INFO: info.business,
    Intent.PRICE: find.price,
    Intent.TALK_TO_HUMAN: info.human,
    Intent.MY_BOOKINGS: bookings.show,
}
