"""Measures: one module per group of model.md section 4; every measure is declared once, in the order shown here."""

from __future__ import annotations

from abm.measures import (
    caps,
    chains,
    coupling,
    credit,
    growth,
    knowledge,
    leader,
    money,
    needs,
    network,
    new_productivity,
    paths,
    platforms,
    public_money,
    regions,
    resources,
    stages,
    structure,
    survey,
    turnover,
    two_chains,
)
from abm.measures.declaration import REGISTRY, Measure

_GROUPS = (
    paths, stages, coupling, structure, chains, network, new_productivity, money, survey, needs, two_chains, growth,
    caps, resources, public_money, platforms, credit, regions, knowledge, turnover, leader,
)  # fmt: skip

GROUPS: tuple[str, ...] = tuple(module.__name__.rpartition(".")[2] for module in _GROUPS)
"""Groups by module: nine of model.md section 4, whose number each module names, first in its order, then what completes
them."""

MEASURES: dict[str, Measure] = {
    measure.name: measure for group in GROUPS for measure in REGISTRY.values() if measure.group == group
}
"""Every measure by name, in the order of the columns of a run's table."""

__all__ = ["GROUPS", "MEASURES", "Measure"]
