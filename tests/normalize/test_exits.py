"""`return`, `break`, `continue` and `else` of loops, wherever they stand."""

# ruff: noqa: B007  (the programs are what people write)
from __future__ import annotations

import pytest

from tests.normalize.equivalence import Programs, assert_equivalent, say

programs = Programs()
NUMBERS = [([],), ([1],), ([-1, 2],), ([3, -2, 5, 0],), ([7, 8, 9, 10],), ([1, 2, 3, -4, 5, 6],)]


@programs(*NUMBERS)
def return_in_branches(xs):
    if not xs:
        return "empty"
    if xs[0] < 0:
        return say("negative")
    elif xs[0] > 5:
        y = 2
    else:
        return xs[0]
    return y + 1


@programs(*NUMBERS)
def return_without_value(xs):
    if xs:
        say("some")
        return
    say("none")


@programs(*NUMBERS)
def falls_off_the_end(xs):
    for x in xs:
        if x > 2:
            return x


@programs(*NUMBERS)
def nested_partial_return(xs):
    y = 0
    if len(xs) > 1:
        if xs[1] > 1:
            say("inner")
            return 1
        y = 2
    say(y)
    if y:
        if len(xs) > 3:
            return 5
        else:
            y = 7
        say("after")
    return y


@programs(*NUMBERS)
def break_and_continue(xs):
    total = 0
    for x in xs:
        if x < 0:
            continue
        if x > 8:
            break
        total += x
        say(total)
    return total


@programs(*NUMBERS)
def continue_deep_inside(xs):
    total = 0
    for x in xs:
        if x > 1:
            if x > 4:
                say("big")
                continue
            total += 1
        else:
            if x == 0:
                continue
        total += 10
    return total


@programs(*NUMBERS)
def break_and_continue_deep_inside(xs):
    total = 0
    for x in xs:
        if x > 1:
            if x > 4:
                if x > 8:
                    break
                continue
            total += 1
        say(x)
        if x == 0:
            break
        total += 10
    return total


@programs(*NUMBERS)
def for_else(xs):
    for x in xs:
        if x < 0:
            say("found")
            break
    else:
        say("not found")
    return len(xs)


@programs(*NUMBERS)
def for_else_without_break(xs):
    for x in xs:
        say(x)
    else:
        return "else"


@programs(*NUMBERS)
def for_else_that_returns(xs):
    for x in xs:
        if x > 5:
            return x
    else:
        return -1


@programs(*NUMBERS)
def while_else(xs):
    i = 0
    while i < len(xs):
        if xs[i] == 5:
            break
        i += 1
    else:
        i = -1
    return i


@programs(*NUMBERS)
def while_else_with_effects_in_the_test(xs):
    i = 0
    while say(i) < len(xs):
        if xs[i] == 5:
            break
        if xs[i] == 2:
            i += 2
            continue
        i += 1
    else:
        i = -i
    return i


@programs(*NUMBERS)
def else_breaks_the_outer_loop(xs):
    found = []
    for x in xs:
        for y in xs:
            if x + y == 7:
                found.append((x, y))
                break
        else:
            say("outer")
            break
    return found


@programs(*NUMBERS)
def else_of_while_continues_the_outer_loop(xs):
    found = []
    for x in xs:
        n = x
        while say(n) > 0:
            n -= 2
            if n == 1:
                break
        else:
            continue
        found.append(x)
    return found


@programs(*NUMBERS)
def return_from_three_loops(xs):
    for x in xs:
        for y in xs:
            for z in xs:
                if x + y + z == 12:
                    return x, y, z
            say("y")
        say("x")
    return None


@programs(*NUMBERS)
def return_break_continue_mixed(xs):
    total = 0
    for i, x in enumerate(xs):
        for y in xs[i:]:
            if y < 0:
                break
            if y == 9:
                return total
            if y % 2:
                continue
            total += y
        else:
            total += 100
            if total > 300:
                break
            continue
        say(total)
    else:
        total = -total
    return total


@programs(*NUMBERS)
def return_in_else_of_inner_loop(xs):
    for x in xs:
        for y in xs:
            if y == x + 1:
                break
        else:
            return x
    return "all"


@programs(*NUMBERS)
def endless_loop(xs):
    n = 0
    while True:
        n += 1
        if n > len(xs):
            return n
        if xs[n - 1] < 0:
            continue
        say(n)


@programs(*NUMBERS)
def endless_loop_with_break(xs):
    n = 0
    while 1:
        if n >= 3:
            break
        n += 1
        if n == len(xs):
            return "returned"
    return n


@programs(*NUMBERS)
def unreachable_statements(xs):
    for x in xs:
        break
        say("never")
    return len(xs)
    say("never")


@programs(*NUMBERS)
def raise_in_branches(xs):
    if not xs:
        raise ValueError("empty")
    for x in xs:
        if x < 0:
            raise IndexError(f"negative: {x}")
        elif x > 6:
            return x
        else:
            say(x)
    return 0


@programs(*NUMBERS)
def return_or_raise(xs):
    if xs:
        return xs[-1]
    else:
        raise KeyError("nothing")


@programs(*NUMBERS)
def only_raises(xs):
    raise RuntimeError("always")


@programs(*NUMBERS)
def return_in_with(xs):
    import contextlib

    import numpy as np

    with np.errstate(all="ignore"):
        for x in xs:
            if x > 4:
                return x
        say("through")
    with contextlib.nullcontext(3) as three:
        if len(xs) > three:
            return three
    return "end"


@programs(*NUMBERS)
def break_in_with(xs):
    import numpy as np

    total = 0
    for x in xs:
        with np.errstate(divide="ignore"):
            if x < 0:
                continue
            if x > 8:
                break
            total += x
        say(total)
    return total


@programs(*NUMBERS)
def many_early_returns(xs):
    n = len(xs)
    if n == 0:
        return 0
    a = xs[0]
    if a == 1:
        return 1
    a += 1
    if a == 2:
        return 2
    a += 1
    if a == 3:
        return 3
    a += 1
    if a == 4:
        return 4
    a += 1
    if a == 5:
        return 5
    a += 1
    if a == 6:
        return 6
    a += 1
    if a == 7:
        return 7
    a += 1
    if a == 8:
        return 8
    a += 1
    if a == 9:
        return 9
    a += 1
    if a == 10:
        return 10
    a += 1
    if a == 11:
        return 11
    a += 1
    if a == 12:
        return 12
    a += 1
    if a == 13:
        return 13
    a += 1
    if a == 14:
        return 14
    a += 1
    if a == 15:
        return 15
    a += 1
    if a == 16:
        return 16
    say(a)
    return a


@programs(*NUMBERS)
def names_of_the_flags_are_taken(xs):
    left_early, skipped, returned, output = 1, 2, 3, 4
    for x in xs:
        if x > 2:
            if x > 5:
                continue
            left_early += 1
            if x == 3:
                break
            if x == 5:
                return returned
        skipped += 1
    return left_early, skipped, returned, output


@programs(*NUMBERS)
def loop_variable_after_the_loop(xs):
    x = "unset"
    for x in xs:
        if x == 9:
            break
    for i in range(len(xs)):
        pass
    return x, i


@pytest.mark.parametrize(("function", "inputs"), programs.cases, ids=programs.names)
def test_same_behaviour(function, inputs):
    assert_equivalent(function, *inputs)
