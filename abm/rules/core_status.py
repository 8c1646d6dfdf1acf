"""Core enterprises: a state a firm can win or lose (model.md section 1)."""

from __future__ import annotations

import numpy as np

from abm.parameters import Parameters
from abm.randomness import Draws
from abm.rule import rule
from abm.state.codes import Event, Kind
from abm.state.world import World


@rule(
    writes=("actors.is_core",),
    source="li:2.A; li:2.B; ren:2.4.1",
    off={"turnover.core_review": False},
)
def review_core_status(world: World, parameters: Parameters, draws: Draws) -> None:
    """Being core is won by size, ties and capability, and lost again.

    Equation   core if sales > core_size * mean and ties >= core_ties and index >= core_capability * sector mean;
               kept while sales > 0.6 * core_size * mean
    Units      sales: million yuan per quarter; ties: number
    Source     li 2.A (networks centred on core enterprises), 2.B; ren 2.4.1
    Draws      none
    Off when   turnover.core_review = false
    """
    if not parameters.turnover.core_review:
        return
    p, actors, st = parameters.turnover, world.actors, world.structure
    firm = world.slots(Kind.FIRM)
    if len(firm) == 0:
        return
    region = actors.region[firm]
    number = np.maximum(np.bincount(region, minlength=st.n_regions), 1)
    mean = np.bincount(region, actors.sales[firm], st.n_regions) / number
    market = region * st.n_sectors + actors.sector[firm]
    index = (actors.capability[firm] * st.weight[actors.sector[firm]]).sum(axis=1)
    here = np.maximum(np.bincount(market, minlength=st.n_regions * st.n_sectors), 1)
    norm = (np.bincount(market, index, len(here)) / here)[market]
    ties = np.diff(world.neighbours().start)[firm]
    able = (ties >= p.core_ties) & (index >= p.core_capability * norm)
    was = actors.is_core[firm].copy()
    large = actors.sales[firm] > p.core_size * mean[region]
    keeps = was & (actors.sales[firm] > 0.6 * p.core_size * mean[region])
    now = (large & able) | keeps
    gained, lost = firm[now & ~was], firm[was & ~now]
    for event, who in ((Event.CORE_GAINED, gained), (Event.CORE_LOST, lost)):
        world.events.add(event, world.quarter, actors.uid[who], region=actors.region[who], amount=actors.sales[who])
    actors.is_core[firm] = now
