"""Tables of what came late, against plain dictionaries."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from script_shared.dataset import Interactions
from script_shared.state.histories import Histories
from script_shared.state.pair_buffer import BITS, PairBuffer

promise = settings(deadline=None, derandomize=True, database=None, max_examples=60)

#: Items of which some share the upper bits of their hash, or nothing but a few bits.
ITEM = st.integers(0, 6) | st.integers(0, 2**31 - 1)
BATCHES = st.lists(st.lists(st.tuples(ITEM, ITEM), max_size=12), max_size=5)


@promise
@given(BATCHES)
def test_each_pair_has_one_slot_and_an_item_knows_its_pairs(batches):
    late, slots = PairBuffer(60), {}
    for batch in batches:
        pairs = [(first << BITS) + second for first, second in batch]
        for pair in pairs:
            slots.setdefault(pair, len(slots))
        assert late.slots(np.array(pairs, np.int64)).tolist() == [slots[pair] for pair in pairs]
    assert late.pairs.tolist() == list(slots)
    for item in {pair >> BITS for pair in slots} | {7}:
        own = [slot for pair, slot in slots.items() if pair >> BITS == item]
        assert late.after(item).tolist() == own[::-1]


READS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9)), max_size=30)


def interactions(reads):
    user, item = (np.array([read[at] for read in reads], np.int32) for at in range(2))
    time = np.arange(1, len(reads) + 1, dtype=np.int64)
    return Interactions(user, item, time, time.astype(np.float32), np.empty((len(reads), 0), np.int32))


@promise
@given(READS, READS, st.integers(0, 3), st.integers(1, 4))
def test_who_is_forgotten_leaves_nothing_and_the_others_keep_all(merged, late, gone, depth):
    histories = Histories(5, 0)
    histories.apply(interactions(merged))
    histories.snapshot()
    histories.apply(interactions(late))
    histories.forget(gone)
    # Both begin at 1 ms; of two at one time the one that came later is the newer.
    timed = sorted([*enumerate(merged), *enumerate(late)], key=lambda read: read[0])
    kept = {user: [i for _, (u, i) in timed if u == user] for user in range(5) if user != gone}
    for _ in range(2):
        for user, items in kept.items():
            assert histories.of(user)[0].tolist() == items
            assert histories.count(user) == len(items)
        assert not histories.of(gone)[1].any()
        users, items, _ = histories.last(np.array(sorted(kept)), depth)
        assert [items[users == user].tolist() for user in kept] == [own[-depth:] for own in kept.values()]
        histories.snapshot()  # puts what came late among the rest
