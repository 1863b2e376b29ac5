"""A Postgres server of its own, for as long as a block lasts."""

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
PASSWORD = "p@ss/word"  # noqa: S105 - characters that must be quoted in an address
QUOTED = "p%40ss%2Fword"


def find_program(name):
    """Return where a program of Postgres lies, None on a machine without one."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    found = str(installed[0]) if installed else shutil.which(name)
    return found if found and os.access(found, os.X_OK) else None


class PostgresServer:
    """A server on loopback, its data below a folder."""

    def __init__(self, folder):
        self._folder, self._port = folder, find_free_port()
        self.address = f"postgresql://manchete:{QUOTED}@127.0.0.1:{self._port}/postgres"

    def make(self):
        secret = self._folder / "password"
        secret.write_text(PASSWORD)
        if ACCOUNT:
            shutil.chown(self._folder, ACCOUNT)
            shutil.chown(secret, ACCOUNT)
        login = ["--username=manchete", f"--pwfile={secret}", "--auth=scram-sha-256"]
        _run("initdb", "--no-sync", "--encoding=UTF8", *login, f"--pgdata={self._folder / 'data'}")

    def start(self):
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c fsync=off"
        options += f" -c unix_socket_directories={self._folder}"
        log = ["--log", str(self._folder / "log"), "--wait", "--options", options]
        _run("pg_ctl", "start", "--pgdata", str(self._folder / "data"), *log)

    def stop(self):
        _run("pg_ctl", "stop", "--pgdata", str(self._folder / "data"), "--mode=immediate", "--wait")

    def kill(self):
        """Kill -9 the server and all that it started."""
        main = psutil.Process(int((self._folder / "data" / "postmaster.pid").read_text().split()[0]))
        processes = [main, *main.children(recursive=True)]
        for each in processes:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        psutil.wait_procs(processes, 30)


@contextmanager
def running_postgres():
    """Start a server that can be killed and started again."""
    # Not below pytest's folder: nobody else may enter that one.
    folder = Path(tempfile.mkdtemp(prefix="manchete-postgres-"))
    server = PostgresServer(folder)
    try:
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


@contextmanager
def postgres_server():
    """Start a server on loopback; give the address of an empty database."""
    with running_postgres() as server:
        yield server.address


def own_database(server):
    """Make a user and an empty database of its own, as the compose file does; return its address."""
    execute(
        server,
        "DROP DATABASE IF EXISTS events WITH (FORCE)",
        "DROP ROLE IF EXISTS events",
        "CREATE ROLE events LOGIN PASSWORD 'secret'",
        "CREATE DATABASE events OWNER events",
    )
    return f"postgresql://events:secret@{server.rpartition('@')[2].replace('/postgres', '/events')}"


def execute(address, *orders):
    """Execute statements, each in a transaction of its own."""
    with closing(psycopg2.connect(address)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for order in orders:
                cursor.execute(order)


def _run(program, *arguments):
    subprocess.run(
        [find_program(program), *arguments], user=ACCOUNT, cwd="/", check=True, stdout=subprocess.DEVNULL
    )
