"""Functions without derivative: piecewise constant, integer, logical and predicate; and effects that carry none."""

from __future__ import annotations

import functools
import itertools
import logging
import time
import warnings

import numpy as np

from srcdiff.rules.registry import constant

__all__: list[str] = []

# Elementwise. An unused one may go: none of them raises for numbers.

constant(
    np.floor,
    np.ceil,
    np.trunc,
    np.rint,
    np.spacing,
    np.signbit,
    np.logical_not,
    np.isnan,
    np.isinf,
    np.isfinite,
    np.isneginf,
    np.isposinf,
    np.isreal,
    np.iscomplex,
    raises=False,
    shape="same",
)
constant(
    np.heaviside,
    np.floor_divide,
    np.equal,
    np.not_equal,
    np.less,
    np.less_equal,
    np.greater,
    np.greater_equal,
    np.logical_and,
    np.logical_or,
    np.logical_xor,
    raises=False,
    shape="broadcast",
)
constant(np.fix, np.round, np.around, np.isnat, np.invert, np.bitwise_count, shape="same")
constant(
    np.isclose,
    np.bitwise_and,
    np.bitwise_or,
    np.bitwise_xor,
    np.left_shift,
    np.right_shift,
    np.gcd,
    np.lcm,
    shape="broadcast",
)
constant(np.all, np.any, shape="reduce")
constant(
    np.allclose,
    np.array_equal,
    np.array_equiv,
    np.isrealobj,
    np.iscomplexobj,
    np.isscalar,
    np.isdtype,
    np.issubdtype,
    np.iterable,
    shape="scalar",
)
constant(np.ndarray.round, shape="same")
constant(np.ndarray.all, np.ndarray.any, shape="reduce")
constant(np.ndarray.__bool__, np.ndarray.__int__, np.ndarray.__len__, np.ndarray.__contains__, shape="scalar")

# Dtypes as functions: integers and booleans. (Floating ones convert, and carry the derivative.)

constant(
    np.bool_,
    np.int8,
    np.int16,
    np.int32,
    np.int64,
    np.uint8,
    np.uint16,
    np.uint32,
    np.uint64,
    np.intp,
    np.uintp,
    np.dtype,
    np.finfo,
    np.iinfo,
)

# What has an effect, or looks at the world: done once, in the forward sweep.

constant(
    np.errstate,
    np.seterr,
    np.geterr,
    np.set_printoptions,
    np.printoptions,
    warnings.warn,
    warnings.catch_warnings,
    warnings.simplefilter,
    warnings.filterwarnings,
    time.time,
    time.time_ns,
    time.perf_counter,
    time.perf_counter_ns,
    time.monotonic,
    time.monotonic_ns,
    time.process_time,
    time.process_time_ns,
    time.sleep,
    time.strftime,
    time.localtime,
    time.ctime,
    logging.debug,
    logging.info,
    logging.warning,
    logging.error,
    logging.critical,
    logging.exception,
    logging.log,
    logging.getLogger,
    logging.basicConfig,
    logging.Logger.debug,
    logging.Logger.info,
    logging.Logger.warning,
    logging.Logger.error,
    logging.Logger.critical,
    logging.Logger.exception,
    logging.Logger.log,
    logging.Logger.isEnabledFor,
    pure=False,
)

constant(functools.wraps, itertools.count)
