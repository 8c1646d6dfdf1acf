"""Worlds of a few actors, on which measures can be reckoned by hand."""

from __future__ import annotations

import numpy as np

from abm.measures import MEASURES
from abm.measures.view import View
from abm.randomness import make_uid
from abm.state.codes import Kind, Layer, Origin, Route
from abm.state.structure import Structure, cosine, leontief_inverse
from abm.state.world import TABLES, World

EVERYTHING = tuple(f"{table}.*" for table in TABLES)


def small_structure(n_regions: int = 1) -> Structure:
    """Two sectors (low and high technology), two fields, one chain."""
    weight = np.array([[1.0, 0.0], [0.5, 0.5]])
    inputs = np.array([[0.1, 0.2], [0.0, 0.1]])
    two = np.array([0.5, 0.5])
    return Structure(
        field_names=("metal", "control"),
        sector_names=("parts", "machines"),
        chain_names=("rail",),
        region_names=tuple(f"region {r + 1}" for r in range(n_regions)),
        frontier_growth=np.zeros(2),
        embargo=np.zeros(2),
        green=np.zeros(2),
        weight=weight,
        inputs=inputs,
        leontief=leontief_inverse(inputs),
        kinship=cosine(weight),
        final_demand=np.array([[0.0, 1.0]]),
        position=np.array([0, 2]),
        technology_class=np.array([0, 2]),
        labour_share=two,
        energy_share=0.1 * two,
        capital_ratio=two,
        household_share=two,
        equipment_share=two,
        adoption_share=two,
        export_base=np.ones((n_regions, 2)),
        traditional_share=np.zeros(2),
        import_share=0.4 * two,
        can_sleep=np.array([False, False]),
        openness=np.zeros(n_regions),
    )


def small_world(n_regions: int = 1) -> World:
    """Two firms in each region, sales 3 (core, machines) and 1 (parts), a university and a government."""
    world = World(small_structure(n_regions), seed=1, n_actors=8 * n_regions)
    with world.writable(EVERYTHING):
        a = world.actors
        for r in range(n_regions):
            for place, kind in enumerate((Kind.FIRM, Kind.FIRM, Kind.UNIVERSITY, Kind.GOVERNMENT, Kind.HOUSEHOLDS)):
                i = 5 * r + place
                a.is_active[i] = True
                a.uid[i] = make_uid("actor", r, place)
                a.kind[i] = int(kind)
                a.region[i] = r
            core, sme = 5 * r, 5 * r + 1
            a.sector[[core, sme]] = 1, 0
            a.is_core[core] = True
            a.sales[[core, sme]] = 3.0, 1.0
            a.profit[[core, sme]] = 0.6, 0.2
            a.staff[[core, sme]] = 3.0, 4.0
            a.talent[[core, sme]] = 1.0, 0.0
            a.capability[core] = 0.8, 0.4
            a.capability[sme] = 0.5, 0.0
            a.equipment_level[[core, sme]] = 0.8, 0.4
            a.value_chain[[core, sme]] = 0.6, 0.2
            a.skill[[core, sme]] = 0.4, 0.0
            world.regions.household_slot[r] = 5 * r + 4
            world.regions.government_slot[r] = 5 * r + 3
        world.ledger.stock[:, Origin.ENDOWMENT, Route.OWN] = a.capability.sum(axis=1)
    world.names = {int(world.actors.uid[0]): "Locomotive works"}
    return world


def value(world: World, name: str) -> float:
    """Return one measure of region 0 as if this were the first quarter."""
    return float(MEASURES[name](View.alone(world))[0])


def text(world: World, name: str) -> str:
    return MEASURES[name].words(world.structure)[int(value(world, name))]


def tied_world() -> World:
    """A triangle of the two firms and the university, and the government tied to all by guidance."""
    world = small_world()
    ties = [
        (0, 1, Layer.RESEARCH), (1, 0, Layer.SUPPLY), (0, 2, Layer.RESEARCH), (2, 1, Layer.RESEARCH),
        (3, 0, Layer.GUIDANCE), (3, 1, Layer.GUIDANCE),
    ]  # fmt: skip
    with world.writable(EVERYTHING):
        for row, (source, target, layer) in enumerate(ties):
            world.ties.is_active[row] = True
            world.ties.source[row], world.ties.target[row], world.ties.layer[row] = source, target, int(layer)
            world.ties.source_uid[row] = world.actors.uid[source]
            world.ties.target_uid[row] = world.actors.uid[target]
    return world
