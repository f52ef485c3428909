"""Real PostgreSQL, NATS and Redis from PyPI wheels, as child processes of ours: the embedded default."""

from usher.embedded.errors import ServerError
from usher.embedded.nats import Nats
from usher.embedded.postgres import Postgres
from usher.embedded.redis import Redis
from usher.embedded.server import Server
from usher.embedded.servers import ALL, EmbeddedServers, Ports, Urls

__all__ = ["ALL", "EmbeddedServers", "Nats", "Ports", "Postgres", "Redis", "Server", "ServerError", "Urls"]
