"""Which TCP port may a server take? Checks a wanted one, chooses a free one."""

from __future__ import annotations

import random
import socket

LOOPBACK = "127.0.0.1"
# Below the kernel's ephemeral range: a client that reconnects to a dead server's port inside that range
# may be given the same port as its own, connects to itself, and keeps the server from coming back.
CHOICES = range(20_000, 32_000)


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def choose() -> int:
    """A loopback port nobody listens on. Raises OSError when two hundred guesses were all taken."""
    for port in random.sample(CHOICES, 200):
        if is_free(port):
            return port
    raise OSError("no free port between 20000 and 32000")
