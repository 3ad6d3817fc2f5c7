"""`python -m tests.fuzz --count 20000 --seed 0`: random programs, counted by what became of them.

Programs that are wrong or crash are made smaller and written to tests/fuzz/failures. `--oracle` runs without srcdiff.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

import numpy as np

from tests.fuzz.check import Result, check, load, oracle
from tests.fuzz.generator import Generated, generate
from tests.fuzz.shrink import shrink

FAILURES = Path(__file__).parent / "failures"
FORMS = ("grad", "value_and_grad", "vjp", "jvp")


def one(seed: int, size: int, oracle_only: bool = False) -> tuple[Generated, str, Result]:
    """The program with this number, the form in which it is differentiated, and its fate."""
    generated = generate(Random(seed), size)
    form = FORMS[seed % len(FORMS)]
    if not oracle_only:
        return generated, form, check(generated, form)
    with np.errstate(all="ignore"), load(generated.source) as program:
        expected = oracle(program, generated.args)
    return generated, form, Result("discarded", expected) if isinstance(expected, str) else Result("right")


def save(seed: int, generated: Generated, form: str, result: Result, attempts: int, folder: Path) -> Path:
    """Write a failing program, made smaller, with what it did and how to run it again."""

    def still_fails(text: str) -> bool:
        again = check(Generated(text, generated.args), form)
        return again.status == result.status and (result.status == "wrong" or again.reason == result.reason)

    text = shrink(generated.source, still_fails, attempts)
    again = check(Generated(text, generated.args), form)
    message = "\n".join(f"# {line}" for line in (again.message or result.message).splitlines())
    arguments = ", ".join(repr(a.tolist()) if isinstance(a, np.ndarray) else repr(a) for a in generated.args)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{result.status}_{seed}.py"
    path.write_text(f"# seed {seed}, {form}: {result.status}\n{message}\n# arguments: {arguments}\n\n{text}")
    return path


def main() -> int:
    """Exit status 1 if any program is wrong or crashes."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="number of the first program")
    parser.add_argument("--size", type=int, default=9, help="statements, about")
    parser.add_argument("--attempts", type=int, default=600, help="runs spent on making one failure smaller")
    parser.add_argument("--keep", type=int, default=3, help="failures made smaller and written, for each reason")
    parser.add_argument("--folder", type=Path, default=FAILURES, help="where they are written")
    parser.add_argument("--oracle", action="store_true", help="run the programs and the oracle, not srcdiff")
    options = parser.parse_args()
    statuses, reasons, started = Counter[str](), Counter[tuple[str, str]](), time.perf_counter()
    for seed in range(options.seed, options.seed + options.count):
        generated, form, result = one(seed, options.size, options.oracle)
        statuses[result.status] += 1
        if result.status == "right":
            continue
        reason = (result.status, "" if result.status == "wrong" else result.reason)
        reasons[reason] += 1
        if result.status in ("wrong", "crashed") and reasons[reason] <= options.keep:
            path = save(seed, generated, form, result, options.attempts, options.folder)
            print(f"{result.status}: {path}", flush=True)
    seconds = time.perf_counter() - started
    print(f"{options.count} programs in {seconds:.1f} s ({options.count / seconds:.0f}/s)")
    for status in ("right", "refused", "discarded", "wrong", "crashed"):
        print(f"{status:<10}{statuses[status]:>7}")
    for (status, reason), count in reasons.most_common(60):
        print(f"  {count:>6}  {status}: {reason}")
    return int(bool(statuses["wrong"] or statuses["crashed"]))


if __name__ == "__main__":
    sys.exit(main())
