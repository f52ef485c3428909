"""By which ids is a row of a filled database found again? The same rule for SQL and for Python: md5 of its numbers."""

from __future__ import annotations

import hashlib
from uuid import UUID


def md5_uuid(text: str) -> UUID:
    """What `md5(text)::uuid` is in PostgreSQL."""
    return UUID(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest())


def tenant_id(tenant: int) -> UUID:
    """The tenant with this number; 0 is the salon."""
    return md5_uuid(f"{tenant} tenant 0")


def customer_id(tenant: int, customer: int) -> UUID:
    """A tenant's customer."""
    return md5_uuid(f"{tenant} customer {customer}")


def session_id(tenant: int, session: int) -> UUID:
    """A tenant's session."""
    return md5_uuid(f"{tenant} session {session}")


def service_id(tenant: int, service: int) -> UUID:
    """A tenant's service; 4 is the one by appointment."""
    return md5_uuid(f"{tenant} service {service}")


def tenant_sql(tenant: str) -> str:
    """`tenant_id` as an SQL expression of a number."""
    return _sql(tenant, "tenant", "0")


def customer_sql(tenant: str, customer: str) -> str:
    """`customer_id` as an SQL expression of numbers."""
    return _sql(tenant, "customer", customer)


def session_sql(tenant: str, session: str) -> str:
    """`session_id` as an SQL expression of numbers."""
    return _sql(tenant, "session", session)


def service_sql(tenant: str, service: str) -> str:
    """`service_id` as an SQL expression of numbers."""
    return _sql(tenant, "service", service)


def staff_sql(tenant: str, staff: str) -> str:
    """A staff member's id as an SQL expression of numbers."""
    return _sql(tenant, "staff", staff)


def _sql(tenant: str, kind: str, number: str) -> str:
    return f"md5({tenant} || ' {kind} ' || ({number}))::uuid"
