"""Tests of what makes requests and books for the benchmarks: `make lint` runs them."""
