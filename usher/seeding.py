"""Whom does a seed document concern? Reads the file and hands it to each service that loads a part."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module, util
from pathlib import Path
from typing import Any

from shared.errors import UsherError
from shared.settings import Settings

SEEDING_SERVICES = ("booking", "gateway")


class SeedError(UsherError):
    """The seed file cannot be used."""


def load_document(file: Path) -> Mapping[str, Any]:
    """The mapping in this YAML (or JSON) file. Raises UsherError saying where it is none."""
    from usher.importing import parse, read

    return parse(read(file), str(file)).data


async def seed_all(document: Mapping[str, Any], settings: Settings) -> list[str]:
    """Call `services.<name>.seed.seed(document, settings)` where it exists; returns those services.

    Raises SeedError when none of them does, and what the services raise.
    """
    modules = {name: f"services.{name}.seed" for name in SEEDING_SERVICES}
    present = [name for name, module in modules.items() if util.find_spec(module) is not None]
    if not present:
        raise SeedError("No service of this installation loads seed files.")
    for name in present:
        await import_module(modules[name]).seed(_for(name, document), settings)
    return present


def _for(service: str, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Channel accounts are the gateway's: their secrets reach no other service."""
    tenants = document.get("tenants")
    if service == "gateway" or not isinstance(tenants, list):
        return document
    without = [
        {key: value for key, value in one.items() if key != "channels"} if isinstance(one, Mapping) else one
        for one in tenants
    ]
    return {**document, "tenants": without}
