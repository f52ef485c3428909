"""Contracts and plumbing that all services share: no business rules, no imports from services."""

import zoneinfo

# One time-zone database everywhere: the tzdata package, never the machine's own, which may know other rules.
zoneinfo.reset_tzpath(to=())
