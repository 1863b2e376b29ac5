"""No request triggers a compilation after the warm-up."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
#: Runs in a new process, because other tests have compiled the functions in this one.
PROGRAM = """
import json, sys
from numba.core.dispatcher import Dispatcher
from script_shared.clock import FixedClock
from script_shared.domains.news.domain import NEWS
from script_shared.inference.engine import Engine
from script_shared.releases.registry import Registry
from script_shared.types import Interaction, Request
from pathlib import Path

def compiled_signatures():
    modules = [module for name, module in sys.modules.items() if name.startswith("script_shared")]
    functions = {id(x): x for module in modules for x in vars(module).values() if isinstance(x, Dispatcher)}
    return {(x.__module__, x.__name__, str(y)) for x in functions.values() for y in x.signatures}

release = Registry(Path(sys.argv[1])).open()
clock = FixedClock(release.manifest.as_of_ms)
engine = Engine.load(release, NEWS, clock)
engine.warm_up()
before = compiled_signatures()
first = engine.recommend(Request("somebody new"))
engine.apply([Interaction("somebody new", item.item_id, clock.now_ms()) for item in first.items[:2]])
engine.recommend(Request("somebody new"))
print(json.dumps({"before": len(before), "since": sorted(compiled_signatures() - before)}))
"""


def test_requests_and_interactions_compile_nothing_after_the_warm_up(small_volume):
    command = [sys.executable, "-c", PROGRAM, str(small_volume.releases)]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    counts = json.loads(process.stdout)
    assert counts["before"] > 20
    assert counts["since"] == [], counts["since"]
