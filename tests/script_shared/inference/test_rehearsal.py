"""Nobody waits for what is compiled first: when a release is ready, all has been."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
#: In a process of its own: in this one other tests have compiled everything.
PROGRAM = """
import json, sys
from numba.core.dispatcher import Dispatcher
from script_shared.clock import FixedClock
from script_shared.domains.news.domain import NEWS
from script_shared.inference.engine import Engine
from script_shared.releases.registry import Registry
from script_shared.types import Read, Request
from pathlib import Path

def compiled():
    modules = [module for name, module in sys.modules.items() if name.startswith("script_shared")]
    loops = {id(x): x for module in modules for x in vars(module).values() if isinstance(x, Dispatcher)}
    return {(x.__module__, x.__name__, str(signature)) for x in loops.values() for signature in x.signatures}

release = Registry(Path(sys.argv[1])).open()
clock = FixedClock(release.manifest.as_of_ms)
engine = Engine.load(release, NEWS, clock)
engine.rehearse()
before = compiled()
first = engine.recommend(Request("somebody new"))
engine.apply([Read("somebody new", each.item_id, clock.now_ms()) for each in first.items[:2]])
engine.recommend(Request("somebody new"))
print(json.dumps({"before": len(before), "since": sorted(compiled() - before)}))
"""


def test_a_reader_who_reads_waits_for_nothing_to_be_compiled(small_volume):
    command = [sys.executable, "-c", PROGRAM, str(small_volume.releases)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["before"] > 20
    assert told["since"] == [], told["since"]
