"""How is the embedded redis-server configured? A cache: a password, loopback only, nothing on disk."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path

from usher.embedded import binaries
from usher.embedded.credentials import private_write
from usher.embedded.ports import LOOPBACK
from usher.embedded.server import Progress, Server, quiet

MEMORY_LIMIT = "256mb"


class Redis(Server):
    """redis-server without persistence; when its memory is full the oldest keys go."""

    name = "Redis"
    port_setting = "USHER_REDIS_PORT"
    url_setting = "USHER_REDIS_URL"

    def __init__(self, folder: Path, password: str, port: int = 0, progress: Progress = quiet) -> None:
        """`password` is the one of the default user."""
        super().__init__(folder, port, progress)
        self._password = password

    @property
    def url(self) -> str:
        """`redis://:…@127.0.0.1:<port>/0`."""
        return f"redis://:{self._password}@{LOOPBACK}:{self.port}/0"

    @property
    def store(self) -> Path:
        """A folder that stays empty: a start is always empty."""
        return self.folder / "dump"

    def _prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.store.mkdir(exist_ok=True, mode=0o700)
        private_write(self.folder / "redis.conf", self._configuration())

    def _configuration(self) -> str:
        lines = [
            f"bind {LOOPBACK}",
            f"port {self.port}",
            f"requirepass {self._password}",
            "daemonize no",
            'save ""',
            "appendonly no",
            f'dir "{self.store}"',
            f"maxmemory {MEMORY_LIMIT}",
            "maxmemory-policy allkeys-lru",
        ]
        return "\n".join(lines) + "\n"

    def _command(self) -> Sequence[str]:
        return [str(binaries.redis_server()), str(self.folder / "redis.conf")]

    def _answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(7).startswith(b"-NOAUTH")
        except OSError:
            return False
