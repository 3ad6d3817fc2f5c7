"""`try` in all of its forms."""

# ruff: noqa: PERF203  (the programs are what people write)
from __future__ import annotations

import contextlib

import numpy as np
import pytest

from tests.normalize.equivalence import Programs, assert_equivalent, say

programs = Programs()


def fail(value, kind=ValueError):
    """Raise where the value is negative."""
    if say(value) < 0:
        raise kind(f"negative: {value}")
    return value


@programs((np.array([[4.0, 1.0], [1.0, 3.0]]),), (np.array([[0.0, 1.0], [1.0, 0.0]]),))
def fallback(a):
    try:
        root = np.linalg.cholesky(a)
    except np.linalg.LinAlgError:
        root = np.linalg.cholesky(a @ a + np.eye(2))
    return root


@programs(({"a": 1},), ({},))
def returns(d):
    try:
        return d["a"] + 1
    except KeyError as error:
        say(str(error))
        return -1


@programs((4,), (0,), (-2,), ("x",))
def several_handlers(x):
    try:
        y = 12 / fail(x)
    except ZeroDivisionError:
        y = 0
    except (ValueError, KeyError) as error:
        y = str(error)
    except Exception:
        return "other"
    else:
        say("else")
        y += 1
    return y


@programs((4,), (0,), (-2,))
def several_statements(x):
    a = b = "unset"
    try:
        a = fail(x + 1)
        b = 10 / x
        a = fail(x)
    except (ValueError, ZeroDivisionError):
        say((a, b))
    return a, b


@programs((4,), (0,), (-2,))
def writes_before_it_fails(x):
    a = [0, 0, 0]
    try:
        a[0] = x
        a[1] += fail(x)
        a[2] = 1 / x
        a.append(5)
    except ArithmeticError:
        a[2] = "division"
    except ValueError:
        pass
    return a


@programs((4,), (-2,))
def raises_again(x):
    try:
        y = fail(x)
    except ValueError as error:
        raise KeyError("wrapped") from error
    return y


@programs((4,), (-2,), (-3,))
def bare_raise(x):
    try:
        try:
            return fail(x)
        except ValueError:
            say("seen")
            if x == -3:
                raise
    except ValueError as error:
        say(str(error))
        raise
    return "handled"


@programs((4,), (-2,))
def cleans_up(x):
    out = []
    try:
        out.append(fail(x))
        if x > 3:
            return out
        out.append(5)
    finally:
        say(out)
        out.append("end")
    return out


@programs((4,), (-2,), (0,))
def all_parts(x):
    out = []
    try:
        y = 1 / fail(x)
    except ValueError:
        out.append("handler")
        return out
    except ZeroDivisionError:
        out.append("zero")
    else:
        out.append(y)
    finally:
        out.append("finally")
        say(list(out))
    return out


@programs(([3, -1, 2],), ([],), ([0, 5],), ([1, 2],))
def exits_of_loops(xs):
    total = 0
    for x in xs:
        try:
            total += 10 / fail(x)
        except ValueError:
            continue
        except ZeroDivisionError:
            break
        say(total)
    for x in xs:
        try:
            fail(x)
            break
        except ValueError:
            total = -total
    else:
        total += 1000
    return total


@programs(([3, -1, 2],), ([],), ([0, 5],))
def exits_through_finally(xs):
    total = 0
    for x in xs:
        try:
            if x < 0:
                continue
            if x == 0:
                break
            total += x
        finally:
            say(("finally", x))
        say(total)
    return total


@programs(([3, -1, 2],), ([5, 5, 5],))
def retries(xs):
    for attempt in range(len(xs)):
        try:
            value = 10 / (xs[attempt] - 5)
        except ZeroDivisionError:
            value = None
        else:
            if value < 0:
                break
    return attempt, value


@programs(("1",), ("x",))
def comprehension_inside(text):
    ys = "unset"
    try:
        ys = [int(c) for c in text]
        z = sum(ys) if ys else 0
    except ValueError:
        z = -1
    return ys, z


@programs((1,))
def optional_import(x):
    try:
        import a_module_that_does_not_exist as missing
    except ImportError:
        missing = None
    try:
        import math
    except ImportError:
        math = None
    return missing, math.floor(x)


@programs((1,), (-1,))
def handler_that_raises_or_not(x):
    try:
        fail(x)
    except ValueError as error:
        if x == -1:
            raise IndexError(str(error)) from None
        else:
            raise
    else:
        say("else")
    return "end"


@programs((1,), (-1,))
def nothing_is_bound_before_it_fails(x):
    y = 5
    try:
        y = fail(x) if x else 0
    except ValueError:
        pass
    try:
        a, b = y, fail(-y)
    except ValueError:
        a = b = None
    return y, a, b


@programs((4,), (0,), (-2,))
def set_apart(x):
    """What the handler binds anew is bound all at once."""
    y = z = "before"
    try:
        y = fail(x + 1)
        z = 10 / x
        y = y + z
    except ValueError:
        y = "negative"
        z = "none"
    except ZeroDivisionError as error:
        y, z = str(error), y
    return y, z


@programs((4,), (0,), (-2,))
def suppressed(x):
    y = "before"
    with contextlib.suppress(ZeroDivisionError, KeyError):
        y = fail(x)
        y = 12 / y
    return y


@programs(([3, 0, 2, -1],), ([],))
def attempts_in_a_loop(items):
    kept = []
    total = 1
    for item in items:
        try:
            half = 6 / item
            total = total * fail(half)
        except ZeroDivisionError:
            kept.append(total)
            continue
        except ValueError:
            break
        kept.append(half)
    else:
        kept.append("all")
    return kept, total


@pytest.mark.parametrize(("function", "inputs"), programs.cases, ids=programs.names)
def test_same_behaviour(function, inputs):
    assert_equivalent(function, *inputs)
