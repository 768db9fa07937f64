"""Seconds and ratios of the kernels beside other programs; ``python -m benchmarks`` writes docs/benchmarks.md."""
