"""Compiled kernels over a `Network`: reach, worst paths, the sweep of all vertices. Importing one imports Numba."""
