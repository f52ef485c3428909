"""The tools that answer questions about the business: `staff_info`, `business_info`."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from pydantic import Field

from services.agent.tools.asked import language_of
from services.agent.tools.matching import match, services_of, staff_of
from services.agent.tools.render import minutes_text
from services.agent.tools.spec import Args, Ports, Result, ToolCall, ToolSpec, TurnContext
from shared.messages.booking import Catalogue, ProductView, ServiceView
from shared.money import format_money


class StaffArgs(Args):
    """Arguments of `staff_info`."""

    who: str | None = Field(None, max_length=100, description="A staff member's name. Omit for everybody.")
    what: str | None = Field(
        None, max_length=100, description="Only those who give this service or kind of class, e.g. `yoga`."
    )


class BusinessArgs(Args):
    """Arguments of `business_info`."""

    what: str | None = Field(
        None, max_length=100, description="Only this service or kind of class. Omit for all."
    )


class StaffLine(Result):
    """Somebody who works here and what they give."""

    name: str
    role: str | None = None
    bio: str | None = None
    gives: tuple[str, ...] = ()


class StaffAnswer(Result):
    """Staff found; `problem` names the word that matched nothing, `offered` what there is instead."""

    staff: tuple[StaffLine, ...] = ()
    problem: str | None = None
    offered: tuple[str, ...] = ()


class ServiceLine(Result):
    """A service as the price list shows it."""

    name: str
    kind: str = "class"
    description: str | None = None
    minutes: int
    price: str
    staff: tuple[str, ...] = ()
    line: str


class ProductLine(Result):
    """A pass that can be bought at the business."""

    name: str
    kind: str
    price: str
    line: str


class BusinessAnswer(Result):
    """The business as customers know it; `problem` names a service it does not offer."""

    name: str
    address: str | None = None
    phone: str | None = None
    description: str | None = None
    opening_hours: str | None = None
    timezone: str
    services: tuple[ServiceLine, ...] = ()
    products: tuple[ProductLine, ...] = ()
    problem: str | None = None


async def staff_info(ports: Ports, context: TurnContext, args: StaffArgs, _call: ToolCall) -> StaffAnswer:
    """Who works here, or who gives a service."""
    catalogue = await ports.bookings.catalogue(context.tenant_id)
    chosen = {person.staff_id for person in catalogue.staff}
    if args.who:
        found = match(args.who, staff_of(catalogue))
        if not found:
            return StaffAnswer(problem=args.who, offered=tuple(p.name for p in catalogue.staff))
        chosen &= set(found)
    if args.what:
        services = match(args.what, services_of(catalogue))
        if not services:
            return StaffAnswer(problem=args.what, offered=tuple(s.name for s in catalogue.services))
        chosen &= {staff for s in catalogue.services if s.service_id in services for staff in s.staff_ids}
    return StaffAnswer(
        staff=tuple(
            StaffLine(name=p.name, role=p.role, bio=p.bio, gives=_given_by(p.staff_id, catalogue))
            for p in catalogue.staff
            if p.staff_id in chosen
        )
    )


async def business_info(
    ports: Ports, context: TurnContext, args: BusinessArgs, _call: ToolCall
) -> BusinessAnswer:
    """Where it is, when it is open, what it offers and at which price."""
    catalogue = await ports.bookings.catalogue(context.tenant_id)
    services: Sequence[ServiceView] = catalogue.services
    problem = None
    if args.what:
        found = match(args.what, services_of(catalogue))
        problem = None if found else args.what
        services = [s for s in services if s.service_id in found] or services
    business, language = catalogue.business, language_of(context, catalogue)
    return BusinessAnswer(
        name=business.business_name,
        address=business.address,
        phone=business.phone,
        description=business.description,
        opening_hours=business.opening_hours,
        timezone=business.timezone,
        services=tuple(_service_line(service, catalogue, language) for service in services),
        products=() if args.what else tuple(_product_line(p, language) for p in catalogue.products),
        problem=problem,
    )


def _product_line(product: ProductView, language: str) -> ProductLine:
    price = format_money(product.price, product.currency, language)
    return ProductLine(name=product.name, kind=product.kind, price=price, line=f"{product.name}, {price}")


def _service_line(service: ServiceView, catalogue: Catalogue, language: str) -> ServiceLine:
    price = format_money(service.price, service.currency, language)
    names = {person.staff_id: person.name for person in catalogue.staff}
    return ServiceLine(
        name=service.name,
        kind=service.kind,
        description=service.description,
        minutes=service.duration_minutes,
        price=price,
        staff=tuple(names[staff] for staff in service.staff_ids if staff in names),
        line=f"{service.name}, {minutes_text(service.duration_minutes, language)}, {price}",
    )


def _given_by(staff_id: UUID, catalogue: Catalogue) -> tuple[str, ...]:
    return tuple(service.name for service in catalogue.services if staff_id in service.staff_ids)


STAFF_INFO: ToolSpec[StaffArgs] = ToolSpec(
    name="staff_info",
    description="Who works at this business, what they give and who they are; filtered by name or by "
    "service.",
    args=StaffArgs,
    result=StaffAnswer,
    run=staff_info,
)

BUSINESS_INFO: ToolSpec[BusinessArgs] = ToolSpec(
    name="business_info",
    description="The business: address, phone, opening hours, and its services with duration and price.",
    args=BusinessArgs,
    result=BusinessAnswer,
    run=business_info,
)
