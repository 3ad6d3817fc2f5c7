"""Structures of arguments: leaves, mirrors and back, refusals, accumulation."""

from __future__ import annotations

import collections
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from srcdiff.errors import SrcdiffError, UnsupportedError
from srcdiff.kinds import (
    ArrayKind,
    MappingKind,
    NeedsKind,
    NumberKind,
    OpaqueKind,
    RecordKind,
    SequenceKind,
    UnknownKind,
    describe,
    kind_of,
)
from srcdiff.ownership import arrays_in, owned, shared_pair
from srcdiff.runtime import seed, zeros_like
from srcdiff.structures import (
    add_into,
    check_argument,
    describe_value,
    has_floats,
    in_structure_of,
    leaves,
    map_structure,
    mirror,
)


class Point(NamedTuple):
    x: Any
    y: Any


@dataclass(frozen=True)
class Layer:
    w: Any
    name: str = "layer"

    def __post_init__(self) -> None:
        assert self.w is not None, "no constructor may run when a gradient is put together"


@dataclass
class Slotted:
    __slots__ = ("a", "b")
    a: Any
    b: Any


# --- leaves and mirrors -----------------------------------------------------------------------------------------------


def test_leaves_have_paths() -> None:
    value = {"p": Point(1.0, [2, np.ones(2)]), "layer": Layer(3.0)}
    paths = [path for path, _ in leaves(value, "v")]
    assert paths == ["v['p'].x", "v['p'].y[0]", "v['p'].y[1]", "v['layer'].w", "v['layer'].name"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.0, True),
        (np.float32(1.0), True),
        (1j, True),
        (np.ones(2), True),
        (np.ones(0), True),
        ([1, (2, {"a": 3.0})], True),
        (1, False),
        (True, False),
        ("a", False),
        (None, False),
        (np.arange(3), False),
        ([], False),
        (np.array(["a"]), False),
    ],
)
def test_has_floats(value: Any, expected: bool) -> None:
    assert has_floats(value) is expected


def test_mirror_and_back() -> None:
    value = {"p": Point(1.0, (2.0, [3.0])), "layer": Layer(np.ones(2)), "s": Slotted(1.0, 2)}
    gradient = mirror(value)
    assert gradient["p"] == [1.0, [2.0, [3.0]]]
    assert list(gradient["layer"]) == ["w", "name"]
    back = in_structure_of(value, gradient)
    assert type(back["p"]) is Point
    assert back["p"] == Point(1.0, (2.0, [3.0]))
    assert type(back["layer"]) is Layer
    assert back["layer"].name is None
    assert (back["s"].a, back["s"].b) == (1.0, None)


def test_gradient_has_the_dtype_and_kind_of_each_leaf() -> None:
    value = [np.ones(2, np.float32), np.float32(1.0), 1.0, np.array(1.0), 2 + 1j, np.arange(2), "s", None, 1.5]
    gradient = [np.ones(2), 2.0, np.float32(2.0), 3.0, 4.0, None, None, None, np.array(5.0)]
    back = in_structure_of(value, gradient)
    assert back[0].dtype == np.float32
    assert type(back[1]) is np.float32
    assert isinstance(back[2], float)
    assert isinstance(back[3], np.ndarray)
    assert back[3].shape == ()
    assert isinstance(back[4], complex)
    assert back[5:8] == [None, None, None]
    assert type(back[8]) in (float, np.float64)


def test_a_complex_gradient_of_a_real_leaf_is_its_real_part() -> None:
    assert in_structure_of(1.5, 2 + 3j) == 2.0
    np.testing.assert_array_equal(in_structure_of(np.ones(1), np.array([2 + 3j])), [2.0])


def test_a_gradient_of_the_wrong_shape_is_reported_not_returned() -> None:
    with pytest.raises(SrcdiffError, match=r"`x\[0\]` has shape \(2,\), its gradient \(3,\): this is a bug"):
        in_structure_of([np.ones(2)], [np.ones(3)], "x")
    with pytest.raises(SrcdiffError, match=r"has 2 items, its gradient 1"):
        in_structure_of([1.0, 2.0], [1.0])


def test_subclasses_of_containers_are_kept() -> None:
    factory = collections.defaultdict(list, {"a": 1.0})
    back = in_structure_of(factory, {"a": 2.0})
    assert type(back) is collections.defaultdict
    assert back.default_factory is list
    assert back == {"a": 2.0}
    assert factory == {"a": 1.0}
    ordered = in_structure_of(collections.OrderedDict(a=1.0, b=2), {"a": 2.0, "b": None})
    assert type(ordered) is collections.OrderedDict


def test_a_container_without_floats_needs_no_gradient() -> None:
    assert in_structure_of([1.0, ("a", 2)], [2.0, None]) == [2.0, (None, None)]


def test_map_structure_leaves_the_argument_alone() -> None:
    value = [1.0, {"a": 2.0}]
    assert map_structure(lambda leaf: leaf * 2, value) == [2.0, {"a": 4.0}]
    assert value == [1.0, {"a": 2.0}]


# --- refusals ---------------------------------------------------------------------------------------------------------


class Series:
    """Looks like pandas to a test by module name."""

    __module__ = "pandas.core.series"

    def to_numpy(self) -> Any:
        return np.ones(2)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (Series(), r"`a\[0\]` is a pandas Series\nPass plain arrays: `a\[0\]\.to_numpy\(\)`"),
        (np.ma.masked_array([1.0], mask=[True]), r"`a\[0\]` is a masked array\n.*\.to_numpy\(\)"),
        (np.array([1.0, None]), r"`a\[0\]` is an array of objects"),
        (np.array(["a"]), r"`a\[0\]` is an array of strings"),
        (np.zeros(2, [("x", float)]), r"`a\[0\]` is an array of records"),
        (np.ones((2, 2)).view(np.matrix), r"`a\[0\]` is a matrix, a subclass of ndarray"),
    ],
)
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_refused_arguments(value: Any, message: str) -> None:
    with pytest.raises(UnsupportedError, match=message) as caught:
        check_argument([value], "a", True)
    assert isinstance(caught.value, TypeError)


def test_constants_may_be_strings_and_records() -> None:
    check_argument([np.array(["a"]), np.zeros(2, [("x", float)])], "a", False)


def test_describe_value() -> None:
    assert describe_value(np.arange(3)) == "an int64 array of shape (3,)"
    assert describe_value("a") == "the str 'a'"
    assert describe_value(None) == "None"
    assert describe_value({}) == "a dict"
    assert describe_value(10**60).endswith("...")


# --- accumulation -----------------------------------------------------------------------------------------------------


def test_add_into() -> None:
    into = {"w": np.ones(2), "n": None}
    kept = into["w"]
    assert add_into(into, {"w": np.array([1.0, 2.0]), "n": None}) is into
    assert into["w"] is kept
    np.testing.assert_array_equal(kept, [2.0, 3.0])


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ((1.0, np.zeros(2)), r"`into\[0\]` is the float 1.0: gradients can be added to float arrays only"),
        ((np.zeros(3), np.zeros(2)), r"`into\[0\]` has shape \(3,\), the gradient has shape \(2,\)"),
        ((np.zeros(2, int), np.zeros(2)), r"which cannot hold a gradient of float64"),
        ([np.zeros(2), np.zeros(2)], "`into` is a list, which has not the structure of the gradient, a tuple"),
        ((np.zeros(2),), "has not the structure"),
    ],
)
def test_add_into_refuses_and_adds_nothing(target: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        add_into(target, (np.ones(2), np.ones(2)))
    assert all(not np.any(part) for part in target if isinstance(part, np.ndarray))


def test_add_into_checks_before_it_adds() -> None:
    first, second = np.zeros(2), np.zeros(2)
    second.flags.writeable = False
    with pytest.raises(TypeError, match=r"`into\[1\]` is read-only"):
        add_into((first, second), (np.ones(2), np.ones(2)))
    np.testing.assert_array_equal(first, 0.0)


def test_complex_gradients_do_not_go_into_real_arrays() -> None:
    with pytest.raises(TypeError, match=r"cannot hold a gradient of complex128"):
        add_into(np.zeros(2), np.ones(2, complex))


# --- kinds ------------------------------------------------------------------------------------------------------------


def test_kinds() -> None:
    assert kind_of(2) == NumberKind("i")
    assert kind_of(np.uint8(2)) == NumberKind("i")
    assert kind_of(True) == NumberKind("b")
    assert kind_of(np.complex64(1)) == NumberKind("c")
    assert kind_of(np.ones((1, 3))) == ArrayKind("f", 2, (0,))
    assert kind_of(np.ones((1, 3)), exact=False) == ArrayKind("f")
    assert kind_of("a") == OpaqueKind(str)
    assert kind_of(Point(1.0, None)) == SequenceKind(Point, (NumberKind("f"), OpaqueKind(type(None))))
    assert kind_of({"a": 1.0}) == MappingKind(dict, ("a",), (NumberKind("f"),))
    assert kind_of(Layer(1.0)) == RecordKind(Layer, ("w", "name"), (NumberKind("f"), OpaqueKind(str)))


def test_kind_of_an_object() -> None:
    class Node:
        def __init__(self) -> None:
            self.value = 1.0
            self.parent = self

    assert kind_of(Node(), exact=False) == OpaqueKind(Node)
    assert kind_of(Node()) == RecordKind(Node, ("value", "parent"), (NumberKind("f"), OpaqueKind(Node)))


def test_kinds_in_words() -> None:
    assert describe(UnknownKind()) == "a real number or array"
    assert describe(ArrayKind("f", 1)) == "a real array of shape (n,)"
    assert describe(OpaqueKind(type(None))) == "None"
    assert describe(kind_of({"a": [1, Layer(2j)]})) == (
        "dict('a': list(an integer number, Layer(w=a complex number, name=of type str)))"
    )


def test_needs_kind_names_the_parameters() -> None:
    error = NeedsKind(["x", "y"])
    assert error.names == ("x", "y")
    assert "`x`, `y`" in str(error)


# --- ownership --------------------------------------------------------------------------------------------------------


def test_owned_copies_arrays_and_keeps_everything_else() -> None:
    marker = object()
    value = (np.ones(2), [np.zeros(1)], {"a": marker}, Layer(np.ones(1)), "s")
    copied = owned(value)
    copied[0][0] = 5.0
    copied[1][0][0] = 5.0
    copied[3].w[0] = 5.0
    assert value[0][0] == 1.0
    assert value[1][0][0] == 0.0
    assert value[3].w[0] == 1.0
    assert copied[2]["a"] is marker


def test_owned_keeps_identity_and_views() -> None:
    base = np.arange(12.0).reshape(3, 4)
    stack = [base]
    copied = owned((base, base[1], base.T, base[::-1, ::2], stack, stack))
    assert copied[4] is copied[5]
    assert copied[4][0] is copied[0]
    copied[0][1, 0] = 100.0
    assert copied[1][0] == 100.0
    assert copied[2][0, 1] == 100.0
    assert copied[3][1, 0] == 100.0
    assert base[1, 0] == 4.0


@pytest.mark.parametrize(
    "array",
    [
        np.asfortranarray(np.arange(12.0).reshape(3, 4)),
        np.arange(12.0).reshape(3, 4)[:, :3],
        np.arange(12.0)[::-2],
        np.broadcast_to(np.arange(3.0), (2, 3)),
        np.arange(24.0).reshape(2, 3, 4).transpose(1, 0, 2),
        np.zeros((0, 3)),
        np.array(2.0),
        np.frombuffer(b"\0" * 16)[::1],
    ],
)
def test_owned_keeps_the_layout(array: Any) -> None:
    copied = owned(array)
    np.testing.assert_array_equal(copied, array)
    assert copied.strides == array.strides
    assert copied.dtype == array.dtype
    assert copied.flags.writeable == array.flags.writeable
    assert not np.shares_memory(copied, array)


def test_owned_views_of_foreign_memory_are_copied_too() -> None:
    array = np.frombuffer(bytearray(32))
    first, second = owned((array[:3], array[1:]))
    first[1] = 7.0
    assert array[1] == 0.0
    assert not np.shares_memory(second, array)


def test_owned_arrays_that_touch_are_not_taken_for_views() -> None:
    base = np.zeros(4)
    first, second = owned((base[:2], base[2:]))
    first[:] = 1.0
    np.testing.assert_array_equal(second, 0.0)


def test_shared_pair() -> None:
    base = np.zeros(4)
    named = [("a", base[:2]), ("b", base[2:]), ("c", base[1:3]), ("d", np.zeros(4))]
    assert shared_pair(named[:1], named[:2]) is None
    assert shared_pair(named[:1], named) == ("a", "c")
    assert shared_pair(named[3:], named) is None


def test_arrays_in_objects() -> None:
    class Model:
        def __init__(self) -> None:
            self.w = np.ones(2)
            self.layers = [np.zeros(1)]

    assert [path for path, _ in arrays_in({"m": Model()}, "p")] == ["p['m'].w", "p['m'].layers[0]"]


# --- what generated text calls ----------------------------------------------------------------------------------------


def test_zero_cotangents_and_seeds_are_mirrors_too() -> None:
    value = {"layer": Layer(np.ones(2)), "p": Point(1.0, 2)}
    zero = zeros_like(value)
    np.testing.assert_array_equal(zero["layer"].pop("w"), [0.0, 0.0])
    assert zero == {"layer": {"name": None}, "p": [0.0, None]}
    made = seed({"layer": {"w": [1, 2], "name": None}, "p": [3, None]}, value)
    np.testing.assert_array_equal(made["layer"].pop("w"), [1.0, 2.0])
    assert made == {"layer": {"name": None}, "p": [3.0, None]}
    with pytest.raises(TypeError, match=r"the output is a dict with keys \['w', 'name'\], `gradient` is not"):
        seed({"w": [1, 2]}, value["layer"])


def test_a_seed_keeps_double_precision_for_python_numbers() -> None:
    assert seed(np.float64(0.1), 1.0) == 0.1
    assert seed(0.1, 1.0) == 0.1
    assert type(seed(0.1, np.float32(1.0))) is np.float32
