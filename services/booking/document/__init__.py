"""What may a studio's document say? Its parts, reading and checking it, and what differs between two of it.

`parts`: the shape. `reading`: a mapping becomes values, or all its mistakes. `marks`: where in a file each value is.
`writing`: values become a mapping or YAML again. `difference`: what an import would change.
"""

from services.booking.document.fields import FIRST_DAY
from services.booking.document.mistakes import InvalidDocument, Mistake
from services.booking.document.parts import (
    Document,
    LocationPart,
    ResourcePart,
    SchedulePart,
    ServicePart,
    StaffPart,
    TenantPart,
)
from services.booking.document.reading import read_document

__all__ = [
    "FIRST_DAY",
    "Document",
    "InvalidDocument",
    "LocationPart",
    "Mistake",
    "ResourcePart",
    "SchedulePart",
    "ServicePart",
    "StaffPart",
    "TenantPart",
    "read_document",
]
