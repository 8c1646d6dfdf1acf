"""What one run was asked to be."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from abm.errors import InputError

if TYPE_CHECKING:
    from abm.scenario import Scenario


@dataclass(frozen=True)
class Request:
    """What to run: with the code, this fixes the results.

    Attributes
    ----------
    scenario
        The scenario, with `changes` applied.
    given
        The scenario as the user named it: a name or a path.
    changes
        ``{"group.name": value}``.
    quarters
        Quarters after the burn-in.
    panel_every
        Quarters between two records of every actor, 0 for none.
    """

    scenario: Scenario
    given: str
    seed: int
    quarters: int
    changes: Mapping[str, Any]
    panel_every: int = 4

    @property
    def run(self) -> str:
        """Name of the run: scenario, seed and how its identity begins; with the panel if it is not the usual one."""
        from experiments.sweep.identity import run_key

        identity = run_key(self.scenario, self.seed, self.quarters)[:8]
        panel = "" if self.panel_every == 4 else f"-panel-{self.panel_every}"
        name = re.sub(r"[^\w.-]+", "-", self.scenario.name).strip(".-") or "scenario"
        return f"{name[:60]}-{self.seed}-{identity}{panel}"

    @property
    def command(self) -> str:
        """Command line that repeats the run."""
        changes = [f"--set {name}={_as_typed(value)}" for name, value in self.changes.items()]
        every = [] if self.panel_every == 4 else [f"--panel-every {self.panel_every}"]
        parts = ["innonet run", shlex.quote(self.given), f"--seed {self.seed}", f"--quarters {self.quarters}"]
        return " ".join(parts + changes + every)


def _as_typed(value: Any) -> str:
    """Return a value as it is typed after ``--set``.

    >>> _as_typed(True), _as_typed(0.25)
    ('true', '0.25')
    """
    return str(value).lower() if isinstance(value, bool) else repr(value)


def read_settings(settings: Sequence[str]) -> dict[str, Any]:
    """Return ``{"group.name": value}`` for texts like ``group.name=0.2``; bounds are checked by the parameters.

    Raises
    ------
    InputError
        If a text has no name or no value, or a name comes twice.

    >>> read_settings(["market.markup=0.2", "switches.platform=off"])
    {'market.markup': 0.2, 'switches.platform': False}
    """
    changes: dict[str, Any] = {}
    for text in settings:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not (name and sign and value):
            raise InputError(f'--set {text}: write it as group.name=value, for instance "frontier.obsolescence=0.01"')
        if name in changes:
            raise InputError(f"--set {name} is given twice")
        changes[name] = read_value(value)
    return changes


def read_value(text: str) -> bool | int | float | str:
    """Return true/on and false/off as bool, numbers as numbers, all else as text (which the parameter refuses)."""
    lowered = text.lower()
    if lowered in {"true", "on", "yes"}:
        return True
    if lowered in {"false", "off", "no"}:
        return False
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
