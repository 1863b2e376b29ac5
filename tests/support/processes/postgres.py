"""A temporary Postgres server."""

import os
import shutil
import subprocess
import tempfile
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psutil
import psycopg2

from pipelines.embedded.ports import find_free_port

#: initdb refuses to run as root.
ACCOUNT = "postgres" if os.geteuid() == 0 else None
PASSWORD = "p@ss/word"  # noqa: S105 - characters that must be quoted in a URL
QUOTED_PASSWORD = "p%40ss%2Fword"  # noqa: S105


def find_program(name):
    """Return the path of a Postgres program, None where it is not installed."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    path = str(installed[0]) if installed else shutil.which(name)
    return path if path and os.access(path, os.X_OK) else None


class PostgresServer:
    """A server on loopback.

    Args:
        folder: for its data.

    Attributes:
        address: URL of an empty database.
    """

    def __init__(self, folder):
        self._folder, self._port = folder, find_free_port()
        self.address = f"postgresql://manchete:{QUOTED_PASSWORD}@127.0.0.1:{self._port}/postgres"

    def create(self):
        """Create the data folder."""
        password = self._folder / "password"
        password.write_text(PASSWORD)
        if ACCOUNT:
            shutil.chown(self._folder, ACCOUNT)
            shutil.chown(password, ACCOUNT)
        login = ["--username=manchete", f"--pwfile={password}", "--auth=scram-sha-256"]
        _run("initdb", "--no-sync", "--encoding=UTF8", *login, f"--pgdata={self._folder / 'data'}")

    def start(self):
        """Start the server and wait until it accepts connections."""
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c fsync=off"
        options += f" -c unix_socket_directories={self._folder}"
        log = ["--log", str(self._folder / "log"), "--wait", "--options", options]
        _run("pg_ctl", "start", "--pgdata", str(self._folder / "data"), *log)

    def stop(self):
        """Stop the server."""
        _run("pg_ctl", "stop", "--pgdata", str(self._folder / "data"), "--mode=immediate", "--wait")

    def kill(self):
        """Send SIGKILL to the server and its children."""
        main = psutil.Process(int((self._folder / "data" / "postmaster.pid").read_text().split()[0]))
        processes = [main, *main.children(recursive=True)]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, 30)


@contextmanager
def run_postgres():
    """Run a server that can be killed and restarted; yield it."""
    # The account of the server cannot enter pytest's temporary folder.
    folder = Path(tempfile.mkdtemp(prefix="manchete-postgres-"))
    server = PostgresServer(folder)
    try:
        server.create()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


@contextmanager
def postgres_url():
    """Run a server; yield the URL of an empty database."""
    with run_postgres() as server:
        yield server.address


def create_events_database(server):
    """Recreate the database and user `events`, as in the compose file; return the URL."""
    execute(
        server,
        "DROP DATABASE IF EXISTS events WITH (FORCE)",
        "DROP ROLE IF EXISTS events",
        "CREATE ROLE events LOGIN PASSWORD 'secret'",
        "CREATE DATABASE events OWNER events",
    )
    return f"postgresql://events:secret@{server.rpartition('@')[2].replace('/postgres', '/events')}"


def execute(url, *statements):
    """Execute statements, each in a separate transaction."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def _run(program, *arguments):
    subprocess.run(
        [find_program(program), *arguments], user=ACCOUNT, cwd="/", check=True, stdout=subprocess.DEVNULL
    )
