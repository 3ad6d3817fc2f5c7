"""`python -m srcdiff` is the same program as `srcdiff`."""

from srcdiff.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
