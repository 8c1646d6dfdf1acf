"""Errors a user can mend: one clear message, no traceback at the command line."""

from __future__ import annotations

from collections.abc import Iterable


class InputError(ValueError):
    """Bad input: says what is wrong, where, what is allowed and the nearest valid name."""


def nearest(name: str, names: Iterable[str]) -> str:
    """Return ``'; did you mean "x"?'`` for the valid name closest to `name`, or an empty string.

    >>> nearest("learning.suply_rate", ["learning.supply_rate", "market.markup"])
    '; did you mean "learning.supply_rate"?'
    >>> nearest("zzz", ["abc"])
    ''
    """
    import difflib

    matches = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f'; did you mean "{matches[0]}"?' if matches else ""
