"""How is the embedded nats-server configured? JetStream on disk, one user, loopback only."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Sequence
from pathlib import Path

from usher.embedded import binaries
from usher.embedded.credentials import private_write
from usher.embedded.ports import LOOPBACK
from usher.embedded.server import Progress, Server, quiet

USER = "usher"
STORE_LIMIT_BYTES = 10 * 1024**3
MEMORY_LIMIT_BYTES = 256 * 1024**2
MAX_PAYLOAD_BYTES = 8 * 1024**2


class Nats(Server):
    """nats-server with JetStream; its default `sync_interval`, because PostgreSQL is the ledger."""

    name = "NATS"
    port_setting = "USHER_NATS_PORT"
    url_setting = "USHER_NATS_URL"

    def __init__(self, folder: Path, password: str, port: int = 0, progress: Progress = quiet) -> None:
        """`password` is the one of the only user."""
        super().__init__(folder, port, progress)
        self._password = password

    @property
    def url(self) -> str:
        """`nats://usher:…@127.0.0.1:<port>`."""
        return f"nats://{USER}:{self._password}@{LOOPBACK}:{self.port}"

    @property
    def store(self) -> Path:
        """JetStream's folder: streams, consumers, objects."""
        return self.folder / "jetstream"

    def _prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        private_write(self.folder / "nats.conf", self._configuration())

    def _configuration(self) -> str:
        # A full disk makes JetStream refuse everything until it is restarted; its own limit fails cleanly.
        limit = min(STORE_LIMIT_BYTES, int(shutil.disk_usage(self.folder).free * 0.75))
        # NATS reads JSON as its configuration language, which settles every question of quoting.
        document = {
            "server_name": "usher",
            "host": LOOPBACK,
            "port": self.port,
            "max_payload": MAX_PAYLOAD_BYTES,
            "authorization": {"user": USER, "password": self._password},
            "jetstream": {
                "store_dir": str(self.store),
                "max_file_store": limit,
                "max_memory_store": MEMORY_LIMIT_BYTES,
            },
        }
        return json.dumps(document, indent=1)

    def _command(self) -> Sequence[str]:
        return [str(binaries.nats_server()), "-c", str(self.folder / "nats.conf")]

    def _answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=1) as connection:
                return connection.recv(5).startswith(b"INFO")
        except OSError:
            return False
