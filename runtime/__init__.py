"""Runs: the only place with time, network, disk and processes."""
