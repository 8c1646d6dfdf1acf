"""Measures: one module per group of model.md section 4; every measure is declared once, in the order shown here."""

from __future__ import annotations

from abm.measures import chains, coupling, money, network, new_productivity, paths, stages, structure, survey
from abm.measures.declaration import REGISTRY, Measure

_GROUPS = (paths, stages, coupling, structure, chains, network, new_productivity, money, survey)

GROUPS: tuple[str, ...] = tuple(module.__name__.rpartition(".")[2] for module in _GROUPS)
"""Groups in the order of model.md section 4."""

MEASURES: dict[str, Measure] = {
    measure.name: measure for group in GROUPS for measure in REGISTRY.values() if measure.group == group
}
"""Every measure by name, in the order of the columns of a run's table."""

__all__ = ["GROUPS", "MEASURES", "Measure"]
