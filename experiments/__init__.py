"""Running many: designs, runs, stores and the command line."""

from analysis.store import open_store

__all__ = ["open_store"]
