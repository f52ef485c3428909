"""Does docs/studio-yaml.md name every field, and does its example work?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from services.booking.document import parts, read_document
from services.booking.document.marks import read_source
from services.booking.domain.availability import Availability, LocationHours
from services.booking.domain.availability.limits import Limits
from services.booking.domain.money import policy as money_policy
from services.booking.domain.money import rules
from services.booking.domain.policy import (
    CustomerLimits,
    MinimumAttendance,
    Question,
    ServicePolicy,
    WaitlistPolicy,
)

PAGE = (Path(__file__).parents[3] / "docs" / "studio-yaml.md").read_text()

DESCRIBED: tuple[type[BaseModel], ...] = (
    parts.TenantPart, parts.LocationPart, parts.ResourcePart, parts.StaffPart, parts.ServicePart, parts.SchedulePart,
    parts.PackPart, parts.MembershipPart, parts.GiftCardPart, parts.PromoPart, ServicePolicy, WaitlistPolicy,
    CustomerLimits, MinimumAttendance, Question, Availability, LocationHours, Limits, money_policy.CancellationPolicy,
    money_policy.CancellationTier, rules.Pricing, rules.PeakHours, rules.EarlyBird, rules.LastMinute, rules.Occupancy,
    rules.Charge, rules.Prepayment,
)  # fmt: skip


@pytest.mark.parametrize("model", DESCRIBED, ids=lambda model: model.__name__)
def test_every_field_is_on_the_page(model: type[BaseModel]) -> None:
    fields = {field.alias or name for name, field in model.model_fields.items()}
    assert [name for name in sorted(fields) if f"`{name}`" not in PAGE] == []


def test_the_example_of_the_page_is_a_document() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert read_document(read_source(example, "page").data).tenants[0].schedules[0].starts.hour == 19
