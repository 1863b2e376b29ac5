"""Creates a run that is refined, encoded and segmented, but not trained."""

from pipelines.domains import load
from pipelines.stages.download import download
from pipelines.stages.encode import encode
from pipelines.stages.refine import refine
from pipelines.stages.segment import segment
from script_shared.storage.volume import Volume
from tests.support.data.clicks import write_clicks


def refined_clicks(raw, data_root, run="run-1"):
    """Write generated clicks to `raw`, process them below `data_root` and return the volume."""
    plan, volume = load("news"), Volume(data_root / "news")
    write_clicks(raw)
    download(plan, volume, run, "globo", str(raw), 1.0)
    refine(plan, volume, run, "globo")
    encode(plan, volume, run)
    segment(plan, volume, run)
    return volume
