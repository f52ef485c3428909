"""How does all of Usher run on one machine? Servers, migrations, and a process per service, watched."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Self

from shared.settings import OPS_PORTS, Settings
from usher.child import Child, ChildSpec, LineSink, Progress
from usher.configured import with_secrets_key
from usher.embedded import EmbeddedServers, Ports, ServerError
from usher.embedded.ports import LOOPBACK, is_free
from usher.environment import child_environment
from usher.watched import WatchedServers

SERVICES = tuple(OPS_PORTS)
READY_SECONDS = 60.0


def say_nothing(_sentence: str) -> None:
    """The progress callback for callers that want no sentences."""


def drop_line(_name: str, _line: str) -> None:
    """The line sink for callers that do not want the children's output."""


def service_child(
    settings: Settings, service: str, *, name: str | None = None, ops_port: int | None = None
) -> ChildSpec:
    """`python -m usher run <service>` as a child; `name` and `ops_port` make a second instance possible."""
    port = ops_port or ops_port_of(settings, service)
    host = LOOPBACK if settings.ops_host in ("0.0.0.0", "::", "") else settings.ops_host  # noqa: S104
    return ChildSpec(
        name=name or service,
        arguments=("-m", "usher", "run", service),
        environment={"USHER_OPS_PORT": str(port)},
        ready_url=f"http://{host}:{port}/health/ready",
    )


def service_children(settings: Settings, services: Sequence[str]) -> list[ChildSpec]:
    """What `usher up` starts of these services: one of each, of booking as many as are set (`booking-2`, …)."""
    found = []
    for service in services:
        found.append(service_child(settings, service))
        for number in range(2, settings.booking_instances + 1 if service == "booking" else 0):
            port = ops_port_of(settings, service, number)
            found.append(service_child(settings, service, name=f"{service}-{number}", ops_port=port))
    return found


def ops_port_of(settings: Settings, service: str, number: int = 1) -> int:
    """Its /health port: the service's default, or `ops_port` plus its place in the list when that is set; that of its
    second instance is ten further on, and so on."""
    first = settings.ops_port + SERVICES.index(service) if settings.ops_port else OPS_PORTS[service]
    return first + 10 * (number - 1)


def missing_servers(settings: Settings) -> set[str]:
    """The servers that no URL is configured for, by name."""
    urls = {"postgres": settings.database_url, "nats": settings.nats_url, "redis": settings.redis_url}
    return {name for name, url in urls.items() if not url}


class Supervisor:
    """`usher up` as an object: `async with Supervisor(settings) as running: …`.

    Names in `kill` and `restart`: the services, the extra `children`, and `postgres`, `nats`, `redis` where
    started here. `start` raises ServerError, ChildError or UsherError, each one sentence; `stop` then ends
    whatever had started. A child or server that dies is started again, unless `kill` did it.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        children: Sequence[ChildSpec] = (),
        services: Sequence[str] = SERVICES,
        progress: Progress = say_nothing,
        on_line: LineSink = drop_line,
    ) -> None:
        """Starts nothing. `on_line(name, line)` gets what children print, `progress` our sentences."""
        self.settings = settings
        self._services = tuple(services)
        self._extra = tuple(children)
        self._progress = progress
        self._on_line = on_line
        ports = Ports(settings.postgres_port, settings.nats_port, settings.redis_port)
        self._servers = WatchedServers(settings.data_dir, ports, missing_servers(settings), progress)
        self._children: dict[str, Child] = {}

    async def __aenter__(self) -> Self:
        """Start all, or nothing."""
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop all."""
        await self.stop()

    # --- the whole ---------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the servers that no URL names, migrate, start the children, return when all are ready."""
        await self.start_servers()
        await self.start_children()

    async def start_servers(self) -> None:
        """The first half of `start`: the servers run and are migrated; `settings` has their URLs."""
        self._check_ports()
        await self._ready_servers()
        await self._migrate()

    async def start_children(self) -> None:
        """The second half of `start` (between them a demo loads its tenants)."""
        environment = child_environment(self.settings)
        for spec in [*service_children(self.settings, self._services), *self._extra]:
            self._children[spec.name] = Child(spec, environment, self._on_line, self._progress)
        for child in self._children.values():
            await child.start()
        await self._wait_ready()

    async def stop(self) -> None:
        """Stop children, then Redis, NATS, PostgreSQL; right after a half-finished `start`, too."""
        await asyncio.gather(*(child.stop() for child in self._children.values()))
        self._children.clear()
        await self._servers.stop()

    def kill_now(self) -> None:
        """SIGKILL every process at once and return; the supervisor is of no use afterwards."""
        for child in self._children.values():
            child.kill_now()
        self._servers.kill_now()

    # --- one of them -------------------------------------------------------------------------

    @property
    def names(self) -> tuple[str, ...]:
        """What `kill` and `restart` know."""
        return (*self._servers.names, *self._children)

    @property
    def embedded(self) -> EmbeddedServers | None:
        """The servers started here (their urls, `sql`), while they run."""
        return self._servers.embedded

    def child(self, name: str) -> Child:
        """The child of this name: its pid, whether it runs, its last line. Raises KeyError."""
        return self._children[name]

    async def add(self, spec: ChildSpec) -> None:
        """Start one more child and return when it is ready. Raises ChildError."""
        child = Child(spec, child_environment(self.settings), self._on_line, self._progress)
        self._children[spec.name] = child
        await child.start()
        await child.wait_ready(READY_SECONDS)

    async def kill(self, name: str) -> None:
        """SIGKILL this one; it stays down until `restart`. Raises KeyError for an unknown name."""
        if name in self._servers.names:
            await self._servers.kill(name)
        else:
            await self._children[name].kill()

    async def restart(self, name: str, *, wipe: bool = False) -> None:
        """Start this one again (stopped first when it runs) and return when it is ready.

        `wipe` deletes a server's store before. Raises KeyError, ServerError or ChildError.
        """
        if name in self._servers.names:
            await self._servers.restart(name, wipe=wipe)
            return
        child = self._children[name]
        await child.stop()
        await child.start()
        await child.wait_ready(READY_SECONDS)

    # --- inside ------------------------------------------------------------------------------

    def _check_ports(self) -> None:
        """A taken port is told before anything starts, by the setting that changes it. Raises ServerError."""
        wanted = [
            (
                self.settings.ops_host,
                int(spec.environment["USHER_OPS_PORT"]),
                f"{spec.name}'s /health",
                "USHER_OPS_PORT",
            )
            for spec in service_children(self.settings, self._services)
        ]
        if "gateway" in self._services:
            wanted.insert(
                0, (self.settings.http_host, self.settings.http_port, "the gateway", "USHER_HTTP_PORT")
            )
        for host, port, what, setting in wanted:
            if not is_free(port, host):
                raise ServerError(
                    f"Port {port} for {what} is taken: stop what listens there (another Usher?), "
                    f"or set {setting} to a free port."
                )

    async def _ready_servers(self) -> None:
        missing = missing_servers(self.settings)
        if missing:
            self._progress(f"starting {', '.join(sorted(missing))} (data in {self.settings.data_dir})")
        urls = await self._servers.start()
        self.settings = self.settings.model_copy(update=urls.settings())
        if self.embedded is not None:
            self.settings = with_secrets_key(self.settings, self.embedded.secrets_key)

    async def _migrate(self) -> None:
        if not self._services:  # only extra children: they bring their own
            return
        owner, app = self.settings.database_owner_url, self.settings.database_url
        if not owner or not app:
            self._progress("USHER_DATABASE_OWNER_URL is not set: migrations are not applied from here")
            return
        from shared.migrate import migrate

        revisions = await migrate(owner, app)
        self._progress(
            "migrated " + ", ".join(f"{name} to {revision}" for name, revision in revisions.items())
        )

    async def _wait_ready(self) -> None:
        async def one(child: Child) -> None:
            await child.wait_ready(READY_SECONDS)
            self._progress(f"{child.name} is ready")

        waiting = [asyncio.create_task(one(child)) for child in self._children.values()]
        try:
            await asyncio.gather(*waiting)
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
