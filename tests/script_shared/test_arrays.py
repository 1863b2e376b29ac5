import json

import numpy as np
import pytest

from script_shared.arrays import Bundle
from script_shared.state.state import State
from tests.support.contracts import STATE, dataset_and_state, state_arrays
from tests.support.small_datasets import random_dataset


@pytest.mark.parametrize("shape", [(0,), (3,), (0, 4), (2_000, 3)])
@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int32, np.int64, np.uint8, np.bool_])
def test_arrays_of_any_size_come_back_as_they_were(tmp_path, shape, kind):
    array = np.ones(shape, kind)
    Bundle({"a.b": array}, {"x": [1, None, "é"]}).write(tmp_path / "bundle")
    again = Bundle.read(tmp_path / "bundle")
    assert again.arrays["a.b"].dtype == kind
    assert np.array_equal(again.arrays["a.b"], array)
    assert again.document == {"x": [1, None, "é"]}


def test_a_bundle_never_writes_over_another(tmp_path):
    Bundle().write(tmp_path / "bundle")
    with pytest.raises(FileExistsError):
        Bundle().write(tmp_path / "bundle")


def test_the_document_is_json_that_anybody_can_read(tmp_path):
    Bundle({}, {"b": 1, "a": 2}).write(tmp_path / "bundle")
    assert json.loads((tmp_path / "bundle" / "document.json").read_text()) == {"a": 2, "b": 1}


def test_a_state_read_back_from_disk_goes_on_counting_and_leaves_the_files_alone(tmp_path):
    dataset, _ = dataset_and_state()
    large = random_dataset(users=900, items=700, interactions=3_000)
    for world in (dataset, large):
        cut = len(world.interactions) // 2
        first, then = world.interactions.take(slice(cut)), world.interactions.take(slice(cut, None))
        folder = tmp_path / str(len(world.items))
        begun = State(STATE, State.from_dataset(world, STATE).sizes)
        begun.apply(first)
        for name, bundle in begun.snapshot().items():
            bundle.write(folder / name)
        files = {path: path.read_bytes() for path in folder.rglob("*.npy")}
        restored = State(STATE, begun.sizes)
        restored.restore({name: Bundle.read(folder / name) for name in begun.snapshot()})
        for state in (begun, restored):
            state.apply(then)
        assert state_arrays(restored) == state_arrays(begun)
        assert {path: path.read_bytes() for path in folder.rglob("*.npy")} == files
