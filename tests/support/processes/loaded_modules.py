"""Serves a data root over HTTP, requests recommendations once, and prints the imported modules.

python -m tests.support.processes.loaded_modules <data root>
"""

import json
import sys
import threading
import time
import urllib.request
from pathlib import Path

import uvicorn

from app.main import create_app
from app.server import logging
from app.settings import ApiSettings


def main(data_root):
    logging.configure("error")
    app = create_app(ApiSettings(data_root=Path(data_root)))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    app.state.release_watcher.refresh()
    port = server.servers[0].sockets[0].getsockname()[1]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/recommendations?user_id=3") as response:
        items = json.load(response)["items"]
    server.should_exit = True
    thread.join()
    sys.stdout.write(json.dumps({"items": len(items), "modules": sorted(sys.modules)}))


if __name__ == "__main__":
    main(sys.argv[1])
