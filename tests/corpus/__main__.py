"""`python -m tests.corpus [THEME ...]`: run the corpus, print the table, list what is not right.

`--full` prints whole messages; `--primals` checks the programs themselves, without srcdiff.
"""

from __future__ import annotations

import argparse
import sys

from tests.corpus import all_programs
from tests.corpus.runner import primal_problem, run, table


def main() -> int:
    """Exit status 1 if any program is wrong, crashed, or refused against its registration."""
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description=__doc__)
    parser.add_argument("themes", nargs="*", help="themes, or theme.program")
    parser.add_argument("--full", action="store_true", help="print whole messages")
    parser.add_argument("--primals", action="store_true", help="check the programs, not the derivatives")
    options = parser.parse_args()
    chosen = [p for p in all_programs() if not options.themes or p.theme in options.themes or p.name in options.themes]
    if options.primals:
        problems = [(p.name, problem) for p in chosen if (problem := primal_problem(p))]
        print(*(f"{name}: {problem}" for name, problem in problems), f"{len(chosen)} programs", sep="\n")
        return int(bool(problems))
    outcomes = [run(p) for p in chosen]
    print(table(outcomes))
    if options.full:
        for outcome in outcomes:
            if outcome.status != "right":
                print(f"\n=== {outcome.status}: {outcome.program.name}\n{outcome.message}")
    return int(not all(outcome.as_registered for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
