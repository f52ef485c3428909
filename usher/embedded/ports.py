"""Which TCP port may a server take? Checks a wanted one, chooses a free one."""

from __future__ import annotations

import random
import socket

LOOPBACK = "127.0.0.1"
# Below the kernel's ephemeral range: a client that reconnects to a dead server's port inside that range
# may be given the same port as its own, connects to itself, and keeps the server from coming back.
CHOICES = range(20_000, 32_000)


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on this port of a local IPv4 address now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def choose(count: int = 1) -> int:
    """A loopback port nobody listens on (the first of `count` in a row).

    Raises OSError when two hundred guesses were all taken.
    """
    for port in random.sample(CHOICES, 200):
        if all(is_free(port + offset) for offset in range(count)):
            return port
    raise OSError("no free port between 20000 and 32000")
