import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from store.errors import StoreCorrupt
from store.packed_records import Column
from workbench.evaluation.columns import pack, unpack
from workbench.evaluation.outcomes import make_outcomes

DTYPES = ["u1", "<u2", "<u8", "<f2", "<f4", "<f8", "<i8"]


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_what_is_packed_comes_back_bit_by_bit(data):
    dtype = data.draw(st.sampled_from(DTYPES))
    shape = data.draw(arrays.array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=20))
    array = data.draw(arrays.arrays(dtype, shape))
    column = pack(array)
    back = unpack(column)
    assert (column.dtype, column.shape) == (np.dtype(dtype).str, array.shape)
    assert back.dtype == array.dtype
    assert back.tobytes() == array.tobytes()


def test_arrays_of_any_layout_are_packed_in_their_own_order():
    array = np.arange(12, dtype=">f8").reshape(3, 4).T
    assert np.array_equal(unpack(pack(array)), array)


def test_what_is_unpacked_may_be_written_to():
    back = unpack(pack(np.arange(3, dtype=np.uint8)))
    back[0] = 9
    assert back.tolist() == [9, 1, 2]


def test_a_damaged_column_is_reported_in_a_sentence():
    whole = pack(np.arange(100.0))
    with pytest.raises(StoreCorrupt, match="cannot be read"):
        unpack(Column(whole.dtype, whole.shape, whole.data[:-9]))
    with pytest.raises(StoreCorrupt, match="do not fill its shape"):
        unpack(Column(whole.dtype, (99,), whole.data))


def test_outcomes_of_two_classes_keep_the_second_probability_only():
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    outcomes = make_outcomes("key", ("no", "yes"), np.array([0, 1, 1]), probabilities)
    columns = {name: unpack(column) for name, column in outcomes.columns.items()}
    assert outcomes.n == 3
    assert columns["truth"].tolist() == [0, 1, 1]
    assert columns["predicted"].tolist() == [0, 1, 0]
    assert columns["probabilities"].dtype == np.float16
    assert columns["probabilities"] == pytest.approx([0.1, 0.8, 0.4], abs=1e-3)
    assert columns["loss"].dtype == np.float32
    assert columns["loss"] == pytest.approx(-np.log([0.9, 0.8, 0.4]), rel=1e-5)


def test_outcomes_of_more_classes_keep_all_probabilities():
    probabilities = np.full((2, 4), 0.25)
    outcomes = make_outcomes("key", tuple("abcd"), np.array([3, 0]), probabilities)
    assert outcomes.columns["probabilities"].shape == (2, 4)


def test_a_prediction_is_made_before_probabilities_are_rounded():
    close = np.array([[0.49999, 0.50001]])
    outcomes = make_outcomes("key", ("a", "b"), np.array([1]), close)
    assert unpack(outcomes.columns["predicted"]).tolist() == [1]


def test_losses_are_rounded_without_a_lean():
    truth = np.zeros(50_000, dtype=np.int64)
    sure = np.random.default_rng(0).random(50_000)
    exact = -np.log(sure)
    losses = unpack(make_outcomes("k", ("a", "b"), truth, np.stack([sure, 1 - sure], axis=1)).columns["loss"])
    assert np.max(np.abs(losses - exact) / exact) < 2e-5
    assert losses.astype(np.float64).mean() == pytest.approx(exact.mean(), rel=1e-6)
