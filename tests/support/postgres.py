"""A Postgres server of its own, for as long as a block lasts."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from pipelines.embedded.ports import free_port

#: initdb refuses to run as root.
ACCOUNT = "postgres" if os.geteuid() == 0 else None
PASSWORD = "p@ss/word"  # noqa: S105 - characters that must be quoted in an address
QUOTED = "p%40ss%2Fword"


def find_program(name):
    """Return where a program of Postgres lies, None on a machine without one."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    found = str(installed[0]) if installed else shutil.which(name)
    return found if found and os.access(found, os.X_OK) else None


@contextmanager
def postgres_server():
    """Start a server on loopback; give the address of an empty database."""
    # Not below pytest's folder: nobody else may enter that one.
    folder = Path(tempfile.mkdtemp(prefix="manchete-postgres-"))
    secret = folder / "password"
    secret.write_text(PASSWORD)
    if ACCOUNT:
        shutil.chown(folder, ACCOUNT)
        shutil.chown(secret, ACCOUNT)
    port = free_port()
    login = ["--username=manchete", f"--pwfile={secret}", "--auth=scram-sha-256"]
    try:
        _run("initdb", "--no-sync", "--encoding=UTF8", *login, f"--pgdata={folder / 'data'}")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        server = ["--pgdata", str(folder / "data"), "--log", str(folder / "log"), "--wait"]
        _run("pg_ctl", "start", *server, "--options", options)
        try:
            yield f"postgresql://manchete:{QUOTED}@127.0.0.1:{port}/postgres"
        finally:
            _run("pg_ctl", "stop", *server[:2], "--mode=immediate", "--wait")
    finally:
        shutil.rmtree(folder)


def _run(program, *arguments):
    subprocess.run(
        [find_program(program), *arguments], user=ACCOUNT, cwd="/", check=True, stdout=subprocess.DEVNULL
    )
