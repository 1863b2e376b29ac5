"""A PostgreSQL server of a test's own; as root it runs as `postgres`, for it refuses to run as root."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from tests.support.tools import find_tool


@contextmanager
def running_postgres(port, user, password):
    """Give a server on loopback with an empty database named after its user."""
    # Not below the test's own folder, which nobody but its owner may enter.
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    owner = pwd.getpwnam("postgres").pw_name if os.getuid() == 0 else None
    secret = folder / "password"
    secret.write_text(password)
    if owner:
        shutil.chown(folder, owner)
        shutil.chown(secret, owner)
    data = folder / "data"
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"

    def do(name, *arguments):
        subprocess.run(
            [find_tool(name), *arguments], user=owner, cwd=folder, check=True, stdout=subprocess.DEVNULL
        )

    do("initdb", "-D", str(data), "-U", user, f"--pwfile={secret}", "-A", "scram-sha-256", "--no-sync")
    do("pg_ctl", "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        address = f"postgresql://{user}:{password}@127.0.0.1:{port}/postgres"
        subprocess.run([find_tool("psql"), address, "-qc", f"CREATE DATABASE {user}"], check=True)
        yield
    finally:
        do("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)
