"""Does an adapter keep what every channel must keep? Inherit `ChannelContract` in `test_<channel>.py` and fill in the case.

`python -m tests.unit.gateway.channels.contract --write <channel>` writes what its payloads parse into (`*.golden.json`
beside them), for review; the tests then hold the adapter to it.
"""

from __future__ import annotations

import argparse
import os
from importlib import import_module

from shared.settings import CONFIG_FILE_VARIABLE
from tests.unit.gateway.channels.contract_case import GOLDEN, ChannelCase, Shown, Tap, golden, headers
from tests.unit.gateway.channels.contract_inbound import InboundContract
from tests.unit.gateway.channels.contract_outbound import OutboundContract

__all__ = ["ChannelCase", "ChannelContract", "InboundContract", "OutboundContract", "Shown", "Tap", "headers"]


class ChannelContract(InboundContract, OutboundContract):
    """Both halves: for every channel whose messages come as webhooks."""


def write(name: str) -> list[str]:
    """Writes the golden file of each payload of this channel; returns the names of those that changed."""
    module = import_module(f"tests.unit.gateway.channels.test_{name}")
    cases = [
        found
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, InboundContract)
    ]
    case = next(found for found in cases if getattr(found, "name", None) == name)()
    changed = []
    for path in case.payloads():
        body = case.encode(path)
        text = golden(case.channel().parse(case.signed(body, case.account_for(body))))
        beside = path.with_name(path.stem + GOLDEN)
        if not beside.exists() or beside.read_text("utf-8") != text:
            beside.write_text(text, "utf-8")
            changed.append(beside.name)
    return changed


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Write what a channel's payloads parse into.")
    parser.add_argument("--write", metavar="CHANNEL", required=True)
    os.environ[CONFIG_FILE_VARIABLE] = os.devnull
    changed = write(parser.parse_args().write)
    print("\n".join(f"written: {name}" for name in changed) or "nothing changed")


if __name__ == "__main__":
    main()
