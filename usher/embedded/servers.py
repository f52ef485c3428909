"""How do the three embedded servers live together? One data folder, one owner, started side by side."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

from usher.embedded.credentials import FILE, Credentials, load, load_or_create
from usher.embedded.errors import ServerError
from usher.embedded.nats import Nats
from usher.embedded.postgres import Postgres
from usher.embedded.redis import Redis
from usher.embedded.server import Progress, Server, quiet

ALL = frozenset({"postgres", "nats", "redis"})


@dataclass(frozen=True)
class Ports:
    """TCP ports on the loopback interface; 0 takes a free one."""

    postgres: int = 0
    nats: int = 0
    redis: int = 0


@dataclass(frozen=True)
class Urls:
    """Where the embedded servers are reached (with passwords: never print them); None for one not ours."""

    database_url: str | None = field(default=None, repr=False)
    database_owner_url: str | None = field(default=None, repr=False)
    nats_url: str | None = field(default=None, repr=False)
    redis_url: str | None = field(default=None, repr=False)

    def settings(self) -> dict[str, str]:
        """The same as keyword arguments of `Settings`, without those that are None."""
        return {key: value for key, value in vars(self).items() if value is not None}

    def environment(self) -> dict[str, str]:
        """The same as `USHER_*` variables."""
        return {f"USHER_{key.upper()}": value for key, value in self.settings().items()}


class EmbeddedServers:
    """PostgreSQL, NATS and Redis (or those named in `only`) below one folder that one process owns at a time.

    `start` and `stop` block; from async code call them with `asyncio.to_thread`. Failures raise ServerError.
    """

    def __init__(
        self,
        folder: Path,
        ports: Ports | None = None,
        progress: Progress = quiet,
        only: Collection[str] = ALL,
    ) -> None:
        """Take the folder (made when missing). Raises ServerError when another process has it."""
        wanted = ports or Ports()
        self.folder = folder.absolute()
        self._progress = progress
        self._lock = _own(self.folder)
        try:
            credentials = self._credentials()
        except ServerError:
            self._lock.close()
            raise
        self.secrets_key = credentials.secrets_key
        self.postgres = Postgres(self.folder / "postgres", credentials, wanted.postgres, progress)
        self.nats = Nats(self.folder / "nats", credentials.nats, wanted.nats, progress)
        self.redis = Redis(self.folder / "redis", credentials.redis, wanted.redis, progress)
        self._only = frozenset(only)

    def _credentials(self) -> Credentials:
        path = self.folder / FILE
        if (self.folder / "postgres" / "data").exists() and not path.exists():
            raise ServerError(
                f"{path} with the passwords of the data in {self.folder} is gone: put it back, "
                "or move that folder away to start empty."
            )
        try:
            return load_or_create(self.folder)
        except (OSError, ValueError, KeyError) as error:
            raise ServerError(f"{path} cannot be read: move the folder {self.folder} away.") from error

    def named(self) -> dict[str, Server]:
        """Those we run by name (`postgres`, `nats`, `redis`), in the order in which they are stopped."""
        named: dict[str, Server] = {"redis": self.redis, "nats": self.nats, "postgres": self.postgres}
        return {name: server for name, server in named.items() if name in self._only}

    def __iter__(self) -> Iterator[Server]:
        """The same without the names."""
        return iter(self.named().values())

    def __enter__(self) -> Self:
        """Start all."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop all and let go of the folder."""
        self.close()

    def start(self) -> None:
        """Start all side by side; when one fails the others are stopped and its ServerError is raised."""
        servers = list(self)
        if not servers:
            return
        with ThreadPoolExecutor(len(servers)) as pool:
            started = [(server, pool.submit(server.start)) for server in servers]
        failures = [failure for _, each in started if (failure := each.exception()) is not None]
        if failures:
            self.stop()
            raise failures[0]
        for server in servers:
            self._progress(f"{server.name} runs on port {server.port}")

    def stop(self) -> None:
        """Stop Redis, then NATS, then PostgreSQL. The folder stays ours: `start` works again."""
        for server in self:
            server.stop()

    def kill(self) -> None:
        """SIGKILL all of them."""
        for server in self:
            server.kill()

    def close(self) -> None:
        """Stop all and let another process have the folder; the object is of no use afterwards."""
        self.stop()
        self._lock.close()

    def urls(self) -> Urls:
        """Where to connect; known before the start."""
        urls: dict[str, str] = {}
        if "postgres" in self._only:
            urls |= {"database_url": self.postgres.url, "database_owner_url": self.postgres.owner_url}
        if "nats" in self._only:
            urls["nats_url"] = self.nats.url
        if "redis" in self._only:
            urls["redis_url"] = self.redis.url
        return Urls(**urls)


def running_urls(folder: Path, ports: Ports) -> Urls:
    """Where the embedded servers of this folder are reached, of those that run now; empty when none does.

    For other processes than the owner; all of `ports` must be the owner's. Raises OSError when the
    credentials cannot be read.
    """
    folder = folder.absolute()
    if not (folder / FILE).exists():
        return Urls()
    credentials = load(folder)
    postgres = Postgres(folder / "postgres", credentials, ports.postgres)
    nats = Nats(folder / "nats", credentials.nats, ports.nats)
    redis = Redis(folder / "redis", credentials.redis, ports.redis)
    up = [server for server in (postgres, nats, redis) if server.seen_running]
    return Urls(
        database_url=postgres.url if postgres in up else None,
        database_owner_url=postgres.owner_url if postgres in up else None,
        nats_url=nats.url if nats in up else None,
        redis_url=redis.url if redis in up else None,
    )


def kept_secrets_key(folder: Path) -> str | None:
    """The USHER_SECRETS_KEY that `usher up` made in this folder; None when there is none.

    Raises OSError when the credentials cannot be read.
    """
    try:
        return load(folder).secrets_key or None
    except FileNotFoundError:
        return None


def _own(folder: Path) -> IO[str]:
    """Lock the folder for this process; the lock goes when the file is closed or the process ends."""
    # Root's PostgreSQL runs as somebody else, who must be able to walk through.
    mode = 0o711 if os.geteuid() == 0 else 0o700
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=mode)
        lock = (folder / "lock").open("a+")
    except OSError as error:
        raise ServerError(
            f"The data folder {folder} cannot be used ({error.strerror}): set USHER_DATA_DIR to another."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise ServerError(
            f"Another Usher (process {holder}) runs on {folder}: stop it, or set USHER_DATA_DIR to another."
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
