"""When is a place of the business open, counting what holds for all of its places? Closures and holidays add up."""

from __future__ import annotations

import orjson

from services.booking.domain.availability import LocationHours


def hours_of(settings: str, closures: str | None) -> LocationHours | None:
    """The hours of a location (None: no location is said) of a business; None when nothing is closed.

    `settings`: the column `tenants.settings`; `closures`: the column `locations.closures`. Both as JSON. The location's
    own opening hours win over the business's; what either closes is closed; a day that either keeps open is no holiday.
    """
    general = LocationHours.model_validate(orjson.loads(settings).get("hours", {}))
    own = LocationHours() if closures is None else LocationHours.model_validate_json(closures)
    both = LocationHours(
        opening=own.opening or general.opening,
        closures=(*general.closures, *own.closures),
        holidays=tuple(dict.fromkeys((*general.holidays, *own.holidays))),
        open_on=tuple(dict.fromkeys((*general.open_on, *own.open_on))),
    )
    return None if both == LocationHours() else both
