import json

import numpy as np
import pytest

from script_shared.arrays import Bundle
from script_shared.state.state import State
from tests.support.contracts import STATE, dataset_and_state, state_arrays
from tests.support.small_datasets import random_dataset


@pytest.mark.parametrize("shape", [(0,), (3,), (0, 4), (2_000, 3)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.int64, np.uint8, np.bool_])
def test_arrays_of_any_size_are_read_as_they_were_written(tmp_path, shape, dtype):
    array = np.ones(shape, dtype)
    Bundle({"a.b": array}, {"x": [1, None, "é"]}).write(tmp_path / "bundle")
    loaded = Bundle.read(tmp_path / "bundle")
    assert loaded.arrays["a.b"].dtype == dtype
    assert np.array_equal(loaded.arrays["a.b"], array)
    assert loaded.document == {"x": [1, None, "é"]}


def test_bundle_is_never_overwritten(tmp_path):
    Bundle().write(tmp_path / "bundle")
    with pytest.raises(FileExistsError):
        Bundle().write(tmp_path / "bundle")


def test_document_is_a_json_file(tmp_path):
    Bundle({}, {"b": 1, "a": 2}).write(tmp_path / "bundle")
    assert json.loads((tmp_path / "bundle" / "document.json").read_text()) == {"a": 2, "b": 1}


def test_state_read_from_disk_can_be_updated_without_a_change_of_the_files(tmp_path):
    small_dataset, _ = dataset_and_state()
    large_dataset = random_dataset(users=900, items=700, interactions=3_000)
    for dataset in (small_dataset, large_dataset):
        middle = len(dataset.interactions) // 2
        first, second = (
            dataset.interactions.take(slice(middle)),
            dataset.interactions.take(slice(middle, None)),
        )
        folder = tmp_path / str(len(dataset.items))
        original = State(STATE, State.from_dataset(dataset, STATE).sizes)
        original.apply(first)
        for name, bundle in original.snapshot().items():
            bundle.write(folder / name)
        files = {path: path.read_bytes() for path in folder.rglob("*.npy")}
        restored = State(STATE, original.sizes)
        restored.restore({name: Bundle.read(folder / name) for name in original.snapshot()})
        for state in (original, restored):
            state.apply(second)
        assert state_arrays(restored) == state_arrays(original)
        assert {path: path.read_bytes() for path in folder.rglob("*.npy")} == files
