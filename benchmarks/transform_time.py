"""How long it takes to write an adjoint: `python benchmarks/transform_time.py` prints a table.

Functions of 10 to 3,000 statements of three kinds (scalar chains, arrays with element writes, loops with branches), and
one sum of many terms. Timed is the processor from the function object to the compiled adjoint, without a disk cache.
"""

from __future__ import annotations

import argparse
import cProfile
import linecache
import pstats
import time
from collections.abc import Callable
from typing import Any

from srcdiff.pipeline import Request, generate

SIZES = (10, 50, 100, 1000, 3000)


def scalar_chain(size: int) -> str:
    """A chain of assignments on numbers, each with two operations and a call."""
    lines = ["def program(x: float, y: float):", "    a0 = x", "    b0 = y"]
    for k in range(1, size // 2):
        lines.append(f"    a{k} = a{k - 1} * math.sin(b{k - 1}) + {k % 7}.5")
        lines.append(f"    b{k} = b{k - 1} - 0.1 * a{k}")
    return "\n".join([*lines, f"    return a{max(size // 2 - 1, 0)} * b{max(size // 2 - 1, 0)}"])


def element_writes(size: int) -> str:
    """Writes into the elements of one array, each of which reads others."""
    lines = ["def program(x, y: float):", "    (n,) = x.shape"]
    lines += [f"    x[{k % 5 + 1}] = x[{k % 5}] * y + x[{(k + 2) % 5}] ** 2" for k in range(size - 2)]
    return "\n".join([*lines, "    return np.sum(x)"])


def loops(size: int) -> str:
    """Loops of five statements with a branch in each."""
    lines = ["def program(x: float, y: float):"]
    for _ in range(max(size // 6, 1)):
        lines += [
            "    for i in range(4):",
            "        x = x * math.cos(y) + 0.1",
            "        if x > y:",
            "            y = y + 0.3 * x",
            "        else:",
            "            y = y * 0.9",
        ]
    return "\n".join([*lines, "    return x * y"])


def long_sum(size: int) -> str:
    """One sum of so many terms."""
    return "def program(x: float, y: float):\n    return " + " + ".join(f"x * {k}.0 * y" for k in range(size))


KINDS = {"scalar chain": scalar_chain, "element writes": element_writes, "loops": loops, "one sum": long_sum}


def function_from(text: str, label: str) -> Callable[..., Any]:
    """A function that has source."""
    filename = f"<{label}>"
    header = "import math\nimport numpy as np\n\n"
    linecache.cache[filename] = (1, None, [line + "\n" for line in (header + text).split("\n")], filename)
    scope: dict[str, Any] = {"__name__": "benchmark"}
    exec(compile(header + text, filename, "exec"), scope)
    function: Callable[..., Any] = scope["program"]
    return function


def seconds_for(kind: str, size: int) -> float:
    """The time of one transform."""
    function = function_from(KINDS[kind](size), f"{kind}, {size}")
    started = time.process_time()
    generate(Request(function, ("x", "y")))
    return time.process_time() - started


def main() -> None:
    """Print the table, or a profile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--profile", choices=KINDS, help="where the time goes for one kind, at the first size")
    options = parser.parse_args()
    seconds_for("scalar chain", 10)  # rules are loaded once
    if options.profile:
        function = function_from(KINDS[options.profile](options.sizes[0]), "profiled")
        profile = cProfile.Profile()
        profile.runcall(generate, Request(function, ("x", "y")))
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)
        return
    print(f"{'milliseconds':<16}" + "".join(f"{size:>10}" for size in options.sizes))
    for kind in KINDS:
        most = 2000 if kind == "one sum" else max(options.sizes)  # Python itself takes no longer sums
        sizes = [min(size, most) for size in options.sizes]
        row = [min(seconds_for(kind, size) for _ in range(3 if size <= 100 else 1)) for size in sizes]
        print(f"{kind:<16}" + "".join(f"{1000 * seconds:>10.1f}" for seconds in row), flush=True)


if __name__ == "__main__":
    main()
