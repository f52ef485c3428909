"""How is a document said in one way only? So that two ways to say the same thing are no difference."""

from __future__ import annotations

from datetime import datetime

from services.booking.document.parts import SchedulePart, ServicePart, TenantPart
from services.booking.domain.schedule import parse_dates


def normal(tenant: TenantPart) -> TenantPart:
    """The tenant with inner lists whose order means nothing in one order, and all dates in the tenant's zone."""
    codes = tuple(promo.model_copy(update={"code": promo.key}) for promo in tenant.promo_codes)
    return tenant.model_copy(
        update={
            "services": tuple(_service(part) for part in tenant.services),
            "schedules": tuple(_schedule(part, tenant.timezone) for part in tenant.schedules),
            "promo_codes": codes,
        }
    )


def _service(part: ServicePart) -> ServicePart:
    needs = [tuple(sorted({need} if isinstance(need, str) else set(need))) for need in part.needs]
    return part.model_copy(
        update={
            "staff": tuple(sorted(set(part.staff))),
            "needs": tuple(need[0] if len(need) == 1 else need for need in needs if need),
        }
    )


def _schedule(part: SchedulePart, zone: str) -> SchedulePart:
    extra = tuple(m for m in parse_dates(part.extra, zone) if isinstance(m, datetime))
    return part.model_copy(
        update={
            "excluded": parse_dates(part.excluded, zone),
            "extra": extra,
            "times": tuple(sorted({*part.times} - {part.starts})),
        }
    )
