"""The command `innonet designs`."""

from __future__ import annotations


def designs() -> None:
    """List the designs that come with innonet: what they vary, and how many runs they are."""
    from rich.console import Console

    from experiments.declarations import design_table

    Console(highlight=False).print(design_table())
