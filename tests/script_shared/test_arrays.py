import json

import numpy as np
import pytest

from script_shared.arrays import Bundle
from script_shared.state.state import State
from tests.support.contracts import STATE, contents, drawn
from tests.support.worlds import drawn_world


@pytest.mark.parametrize("shape", [(0,), (3,), (0, 4), (2_000, 3)])
@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int32, np.int64, np.uint8, np.bool_])
def test_arrays_of_any_size_are_read_as_they_were_written(tmp_path, shape, kind):
    array = np.ones(shape, kind)
    Bundle({"a.b": array}, {"x": [1, None, "é"]}).write(tmp_path / "bundle")
    bundle = Bundle.read(tmp_path / "bundle")
    assert bundle.arrays["a.b"].dtype == kind
    assert np.array_equal(bundle.arrays["a.b"], array)
    assert bundle.document == {"x": [1, None, "é"]}


def test_write_does_not_replace_a_bundle(tmp_path):
    Bundle().write(tmp_path / "bundle")
    with pytest.raises(FileExistsError):
        Bundle().write(tmp_path / "bundle")


def test_document_is_json(tmp_path):
    Bundle({}, {"b": 1, "a": 2}).write(tmp_path / "bundle")
    assert json.loads((tmp_path / "bundle" / "document.json").read_text()) == {"a": 2, "b": 1}


def test_state_restored_from_mapped_files_is_updated_and_does_not_change_the_files(tmp_path):
    dataset, _ = drawn()
    large = drawn_world(users=900, items=700, interactions=3_000)
    for world in (dataset, large):
        cut = len(world.interactions) // 2
        first, second = world.interactions.take(slice(cut)), world.interactions.take(slice(cut, None))
        folder = tmp_path / str(len(world.items))
        written = State(STATE, State.from_dataset(world, STATE).sizes)
        written.apply(first)
        for name, bundle in written.snapshot().items():
            bundle.write(folder / name)
        files = {path: path.read_bytes() for path in folder.rglob("*.npy")}
        restored = State(STATE, written.sizes)
        restored.restore({name: Bundle.read(folder / name) for name in written.snapshot()})
        for state in (written, restored):
            state.apply(second)
        assert contents(restored) == contents(written)
        assert {path: path.read_bytes() for path in folder.rglob("*.npy")} == files
