"""Benchmarks: `python -m benchmarks` measures every workload with every tool and prints one table."""
