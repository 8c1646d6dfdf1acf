"""The identity of a run: what its results depend on, as 32 hexadecimal digits.

Two runs with one key are the same run, whoever asked for it: a sweep, a resumed sweep or ``innonet run``. The commit
and the versions of packages are not in the key; they stand in the manifest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from abm.parameters import SPECIFICATIONS

if TYPE_CHECKING:
    from abm.scenario import Scenario


def run_key(scenario: Scenario, seed: int, quarters: int) -> str:
    """Return the key of a run of a scenario whose changes are applied.

    Parameters
    ----------
    scenario
        Its region, start, burn-in, and the parameters in force at every date count; its name and texts do not.
    seed
        Seed of all draws.
    quarters
        Quarters after the burn-in.
    """
    return RunKeys(scenario).key({}, seed, quarters)


class RunKeys:
    """Keys of many runs of one scenario; the region and the parameters of the scenario are gone through once.

    Parameters
    ----------
    scenario
        What the runs share.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._region = _digest(model_identity(), scenario.region_hash())
        dates = [(0, scenario.parameters_at(1 - scenario.burn_in))]
        dates += [(each.from_quarter, scenario.parameters_at(each.from_quarter)) for each in scenario.regimes]
        self._dates = [(start, {name: _text(name, value) for name, value in at.flat().items()}) for start, at in dates]

    def key(self, changes: Mapping[str, Any], seed: int, quarters: int) -> str:
        """Return the key of the run with `changes` over everything; the same as that of the changed scenario."""
        return self.keyed(self.point(changes), seed, quarters)

    def point(self, changes: Mapping[str, Any]) -> str:
        """Return what the keys of all runs with `changes` have in common."""
        changed = {name: _text(name, value) for name, value in changes.items()}
        parts = (f"{start}\n" + "\n".join((texts | changed).values()) for start, texts in self._dates)
        return _digest(self._region, *parts)

    @staticmethod
    def keyed(point: str, seed: int, quarters: int) -> str:
        """Return the key of one run of a `point`."""
        return _digest(point, str(seed), str(quarters))


@cache
def model_identity() -> str:
    """Return a digest of the model's version and of the tables it fills: names of measures, version of the schema."""
    from abm.measures import MEASURES
    from experiments.manifest import SCHEMA_VERSION

    return _digest(version("innonet"), str(SCHEMA_VERSION), *MEASURES)


def _text(name: str, value: Any) -> str:
    """Return a parameter as it enters the key: in its declared type, so that 1 and 1.0 are one value."""
    return f"{name}={SPECIFICATIONS[name].kind(value)!r}"


def _digest(*parts: str) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        content = part.encode()
        digest.update(len(content).to_bytes(8, "little") + content)
    return digest.hexdigest()
