"""Sweeps: a design becomes a plan of runs, the plan a store of results."""
