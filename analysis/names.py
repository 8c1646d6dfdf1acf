"""Finding an actor by what a person types."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from analysis.load import FolderError

if TYPE_CHECKING:
    import pandas as pd

MOST_OFFERED = 6


def actor_names(panel: pd.DataFrame) -> dict[int, str]:
    """Return the name of every actor of a panel by uid."""
    last = panel.drop_duplicates("uid", keep="last")
    return {int(uid): str(name) for uid, name in zip(last["uid"], last["name"], strict=True)}


def find_actor(wanted: str, names: Mapping[int, str]) -> int:
    """Return the uid of the actor a person means: its name, its uid, or the beginning of either.

    Raises
    ------
    FolderError
        If nobody or more than one is meant; the nearest names are offered.

    >>> find_actor("core 1", {7: "Core 1", 8: "Core 10"}), find_actor("8", {7: "Core 1", 8: "Core 10"})
    (7, 8)
    """
    text = wanted.strip().lower()
    for meant in (
        [uid for uid, name in names.items() if text in {name.lower(), str(uid), f"{uid:016x}", hex(uid)}],
        [uid for uid, name in names.items() if text and (name.lower().startswith(text) or str(uid).startswith(text))],
    ):
        if len(meant) == 1:
            return meant[0]
        if len(meant) > 1:
            offer = ", ".join(f'"{names[uid]}" ({uid})' for uid in meant[:MOST_OFFERED])
            more = f" and {len(meant) - MOST_OFFERED} more" if len(meant) > MOST_OFFERED else ""
            raise FolderError(f'"{wanted}" may be {offer}{more}; give the whole name or the uid')
    lowered = {name.lower(): name for name in names.values()}
    close = [lowered[name] for name in difflib.get_close_matches(text, list(lowered), n=3, cutoff=0.4)]
    offer = f"; did you mean {' or '.join(chr(34) + name + chr(34) for name in close)}?" if close else ""
    raise FolderError(f'no actor "{wanted}" in this run{offer}')
