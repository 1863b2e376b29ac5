"""The buffers of new pairs and interactions, compared with dictionaries and lists."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.dataset import Interactions
from script_shared.state.histories import Histories
from script_shared.state.pair_buffer import ITEM_BITS, PairBuffer

deterministic = settings(deadline=None, derandomize=True, database=None, max_examples=60)

#: Small numbers collide in the hash tables; large ones rarely do.
ITEM = st.integers(0, 6) | st.integers(0, 2**31 - 1)
BATCHES = st.lists(st.lists(st.tuples(ITEM, ITEM), max_size=12), max_size=5)


@deterministic
@given(BATCHES)
def test_pair_buffer_assigns_one_slot_per_pair_and_finds_slots_by_first_item(batches):
    buffer, slots = PairBuffer(60), {}
    for batch in batches:
        pairs = [(first << ITEM_BITS) + second for first, second in batch]
        for pair in pairs:
            slots.setdefault(pair, len(slots))
        assert buffer.assign_slots(np.array(pairs, np.int64)).tolist() == [slots[pair] for pair in pairs]
    assert buffer.pairs.tolist() == list(slots)
    for item in {pair >> ITEM_BITS for pair in slots} | {7}:
        expected = [slot for pair, slot in slots.items() if pair >> ITEM_BITS == item]
        assert buffer.find_slots(item).tolist() == expected[::-1]


ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9)), max_size=30)


def make_interactions(rows):
    user, item = (np.array([row[column] for row in rows], np.int32) for column in range(2))
    time = np.arange(1, len(rows) + 1, dtype=np.int64)
    return Interactions(user, item, time, time.astype(np.float32), np.empty((len(rows), 0), np.int32))


@deterministic
@given(ROWS, ROWS, st.integers(0, 3), st.integers(1, 4))
def test_forget_overwrites_one_user_and_keeps_the_others(merged_rows, buffered_rows, forgotten, depth):
    histories = Histories(5, 0)
    histories.apply(make_interactions(merged_rows))
    histories.snapshot()
    histories.apply(make_interactions(buffered_rows))
    histories.forget(forgotten)
    # Both batches start at 1 ms; the newer of two interactions with equal times is the one applied last.
    in_order = sorted([*enumerate(merged_rows), *enumerate(buffered_rows)], key=lambda row: row[0])
    histories_by_user = {
        user: [row[1] for _, row in in_order if row[0] == user] for user in range(5) if user != forgotten
    }
    for _ in range(2):
        for user, items in histories_by_user.items():
            assert histories.get(user)[0].tolist() == items
            assert histories.count(user) == len(items)
        assert not histories.get(forgotten)[1].any()
        users, items, _ = histories.last(np.array(sorted(histories_by_user)), depth)
        assert [items[users == user].tolist() for user in histories_by_user] == [
            row[-depth:] for row in histories_by_user.values()
        ]
        histories.snapshot()  # merges the buffer
