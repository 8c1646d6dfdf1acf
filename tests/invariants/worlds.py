"""Small regions, ordinary and degenerate."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np

from abm import Scenario
from abm.parameters import SPECIFICATIONS
from abm.scenario.scenario import SHIPPED

Tables = dict[str, Any]
Change = Callable[[Tables], None]

SWITCHES = tuple(name for name in SPECIFICATIONS if name.startswith("switches."))
EARLY = {"platforms.open_quarter": 2, "platforms.open_probability": 0.5}
"""Platforms early enough for a short run."""


def shipped(name: str, quarters: int = 10, burn_in: int = 2) -> Tables:
    """Return the tables of a scenario that comes with the model, shortened."""
    tables = tomllib.loads((SHIPPED / f"{name}.toml").read_text(encoding="utf-8"))
    tables["scenario"].update(quarters=quarters, burn_in=burn_in)
    tables["parameters"] = dict(EARLY)
    return tables


def scenario(tables: Tables) -> Scenario:
    """Return the scenario of some tables."""
    return Scenario.from_mapping(tables, SHIPPED)


def small_equipment() -> Scenario:
    """Return the default region at a fifth of its size: about 60 firms in eight sectors and four chains."""
    tables = shipped("equipment")
    tables["regions"][0]["scale"] = 0.2
    return scenario(tables)


def two_small_regions() -> Scenario:
    """Return two open regions of unequal size, one with a platform, one without banks; a sector sleeps."""
    tables = shipped("blank")
    dormant(tables)
    tables["regions"][0].update(platforms=1)
    tables["regions"].append(dict(tables["regions"][0], name="away", scale=0.4, banks=0, platforms=0))
    return scenario(tables)


# ---------------------------------------------------------------------------------------------------- degenerate

DEGENERATE: dict[str, Change] = {}


def degenerate(change: Change) -> Change:
    """Enter a change of the smallest region under its name."""
    DEGENERATE[change.__name__] = change
    return change


def every_sector(tables: Tables, **values: Any) -> None:
    for sector in tables["sectors"]:
        sector.update(values)


@degenerate
def no_core_firms(tables: Tables) -> None:
    every_sector(tables, core_firms=0)


@degenerate
def only_core_firms(tables: Tables) -> None:
    for sector in tables["sectors"]:
        sector["core_firms"] = sector["firms"]


@degenerate
def no_firms(tables: Tables) -> None:
    every_sector(tables, firms=0, core_firms=0, sales=0)


@degenerate
def an_empty_sector(tables: Tables) -> None:
    tables["sectors"][0].update(firms=0, core_firms=0, sales=0)


@degenerate
def no_universities(tables: Tables) -> None:
    tables["regions"][0].update(universities=0, institutes=0)


@degenerate
def no_banks(tables: Tables) -> None:
    tables["regions"][0].update(banks=0)


@degenerate
def no_funds(tables: Tables) -> None:
    tables["regions"][0].update(venture_funds=0, guarantee_funds=0)


@degenerate
def no_institutions(tables: Tables) -> None:
    tables["regions"][0].update(banks=0, venture_funds=0, guarantee_funds=0, universities=0, institutes=0)


@degenerate
def nobody(tables: Tables) -> None:
    no_firms(tables)
    no_institutions(tables)


@degenerate
def one_firm(tables: Tables) -> None:
    an_empty_sector(tables)
    tables["sectors"][1].update(firms=1, core_firms=0, sales=50)


@degenerate
def one_core_firm(tables: Tables) -> None:
    an_empty_sector(tables)
    tables["sectors"][1].update(firms=1, core_firms=1, sales=50)


@degenerate
def one_sector(tables: Tables) -> None:
    del tables["sectors"][0]
    every_sector(tables, inputs={"machines": 0.3}, equipment_share=1.0, adoption_share=1.0)


@degenerate
def one_field(tables: Tables) -> None:
    del tables["fields"][1:]
    every_sector(tables, fields={"mechanics": 1.0})


@degenerate
def one_of_everything(tables: Tables) -> None:
    one_sector(tables)
    one_field(tables)
    every_sector(tables, firms=1, core_firms=0)


@degenerate
def three_chains_one_idle(tables: Tables) -> None:
    tables["chains"] += [{"name": "second", "final": {"parts": 1.0}}, {"name": "idle"}]


@degenerate
def one_quarter(tables: Tables) -> None:
    tables["scenario"].update(quarters=1)


@degenerate
def no_burn_in(tables: Tables) -> None:
    tables["scenario"].update(burn_in=0)


@degenerate
def one_quarter_alone(tables: Tables) -> None:
    tables["scenario"].update(quarters=1, burn_in=0)


@degenerate
def two_regions(tables: Tables) -> None:
    tables["regions"].append(dict(tables["regions"][0], name="away", scale=0.5))


@degenerate
def two_regions_without_borders(tables: Tables) -> None:
    two_regions(tables)
    for region in tables["regions"]:
        region["trade_openness"] = 1.0


@degenerate
def two_closed_regions(tables: Tables) -> None:
    two_regions(tables)
    for region in tables["regions"]:
        region["trade_openness"] = 0.0


@degenerate
def an_empty_region(tables: Tables) -> None:
    no_institutions(tables)
    empty = dict(tables["regions"][0], name="away", scale=0.0)
    tables["regions"] = [dict(shipped("blank")["regions"][0]), empty]


@degenerate
def a_region_without_banks(tables: Tables) -> None:
    two_regions(tables)
    tables["regions"][1].update(banks=0)


@degenerate
def four_regions(tables: Tables) -> None:
    for place in range(3):
        tables["regions"].append(dict(tables["regions"][0], name=f"region {place}", scale=0.2 + 0.1 * place))


@degenerate
def platforms_from_the_start(tables: Tables) -> None:
    tables["regions"][0].update(platforms=2)


@degenerate
def more_platforms_than_wanted(tables: Tables) -> None:
    tables["regions"][0].update(platforms=7)


@degenerate
def dormant(tables: Tables) -> None:
    asleep = dict(tables["sectors"][1], name="robots", dormant=True, firms=0, core_firms=0, sales=300)
    tables["sectors"].append(asleep | {"inputs": {}, "equipment_share": 0.0, "adoption_share": 0.0})


@degenerate
def dormant_and_ready(tables: Tables) -> None:
    dormant(tables)
    every_sector(tables, sme_capability=0.9, core_capability=0.95)


@degenerate
def everything_dormant(tables: Tables) -> None:
    every_sector(tables, firms=0, core_firms=0, sales=300, dormant=True)


@degenerate
def no_inputs(tables: Tables) -> None:
    every_sector(tables, inputs={})


@degenerate
def no_energy(tables: Tables) -> None:
    every_sector(tables, energy_share=0.0)


@degenerate
def no_demand_of_households(tables: Tables) -> None:
    every_sector(tables, household_share=0.0)


@degenerate
def no_exports(tables: Tables) -> None:
    every_sector(tables, export_share=0.0)


@degenerate
def only_exports(tables: Tables) -> None:
    every_sector(tables, export_share=1.0)


@degenerate
def no_imports(tables: Tables) -> None:
    every_sector(tables, import_share=0.0)


@degenerate
def mostly_imports(tables: Tables) -> None:
    every_sector(tables, import_share=0.95)


@degenerate
def no_knowledge(tables: Tables) -> None:
    every_sector(tables, sme_capability=0.0, core_capability=0.0)
    tables["regions"][0]["university_capability"] = 0.0


@degenerate
def all_knowledge(tables: Tables) -> None:
    every_sector(tables, sme_capability=1.0, core_capability=1.0)
    tables["regions"][0]["university_capability"] = 1.0


@degenerate
def nothing_can_be_bought(tables: Tables) -> None:
    for field in tables["fields"]:
        field["embargo"] = 1.0


@degenerate
def everything_can_be_bought(tables: Tables) -> None:
    for field in tables["fields"]:
        field["embargo"] = 0.0


@degenerate
def a_racing_frontier(tables: Tables) -> None:
    for field in tables["fields"]:
        field["frontier_growth"] = 0.5


@degenerate
def a_frontier_that_stands(tables: Tables) -> None:
    for field in tables["fields"]:
        field["frontier_growth"] = 0.0


@degenerate
def great_sales(tables: Tables) -> None:
    every_sector(tables, sales=1e9)


@degenerate
def tiny_sales(tables: Tables) -> None:
    every_sector(tables, sales=1e-6)


@degenerate
def all_off_and_on_again(tables: Tables) -> None:
    platforms_from_the_start(tables)
    tables["scenario"].update(quarters=12)
    for quarter, name, is_on in ((4, "off", False), (8, "on", True)):
        changes = dict.fromkeys(SWITCHES, is_on)
        tables["regimes"] = [*tables.get("regimes", []), {"from_quarter": quarter, "name": name, "parameters": changes}]


@degenerate
def who_is_there_at_the_low_ends(tables: Tables) -> None:
    tables["regions"][0].update(
        capability_factor=0.2, core_factor=0.0, size_exponent_factor=0.5, university_talent=0.0, firm_talent_factor=0.0
    )


@degenerate
def who_is_there_at_the_high_ends(tables: Tables) -> None:
    tables["scenario"].update(second_field_share=1.0)
    tables["regions"][0].update(
        capability_factor=1.5, core_factor=10.0, size_exponent_factor=3.0, university_talent=5000.0,
        firm_talent_factor=5.0,
    )  # fmt: skip


@degenerate
def one_firm_by_entries(tables: Tables) -> None:
    tables["scenario"].update(total_firms=1, core_share=1.0, second_field_share=1.0)
    for sector in tables["sectors"]:
        for key in ("firms", "core_firms", "sales"):
            del sector[key]
        sector.update(entries=3, sales_per_firm=50)


def soon(name: str, quarters: int = 10, burn_in: int = 2) -> Scenario:
    """Return a scenario that comes with the model, shortened, with its regimes and platforms early enough for it."""
    whole = Scenario.load(name)
    middle = 1 + quarters // 2
    early = {"platforms.open_quarter": burn_in + 1, "platforms.open_probability": 1.0}
    return replace(
        whole,
        quarters=quarters,
        burn_in=burn_in,
        regimes=tuple(replace(each, from_quarter=min(each.from_quarter, middle)) for each in whole.regimes),
    ).with_parameters(early)


def degenerate_scenario(name: str) -> Scenario:
    """Return the smallest region with one thing taken to its limit."""
    tables = shipped("blank", quarters=8)
    DEGENERATE[name](tables)
    return scenario(deepcopy(tables))


def tied_in_every_layer() -> Scenario:
    """Return a region given as a graph, with ties of all layers in both directions and in a loop of suppliers."""
    kinds = ["sme"] * 6 + ["core_enterprise"] * 2 + ["university", "government", "bank", "venture_fund", "platform"]
    graph = nx.MultiDiGraph()
    for place, kind in enumerate(kinds):
        graph.add_node(f"{kind} {place}", kind=kind)
    names = list(graph)
    layers = {"research": (0, 9), "supply": (0, 8), "credit": (10, 8), "guidance": (9, 8), "service": (12, 8)}
    for layer, (source, number) in layers.items():
        for target in range(number):
            start = names[(target + 1) % number] if layer in ("research", "supply") else names[source]
            if start != names[target]:
                graph.add_edge(start, names[target], layer=layer, weight=0.5, trust=1.0)
    base = scenario(shipped("blank", quarters=8))
    return Scenario.from_graph(graph, base=base)


# ---------------------------------------------------------------------------------------------------- parameters


def corner(place: str, switches: str, seed: int = 0) -> dict[str, float | int | bool]:
    """Return all parameters at a corner of their bounds.

    `place` is low, high or mixed (each at either end), `switches` on, off or mixed.
    """
    chance = np.random.default_rng(seed)
    changes: dict[str, float | int | bool] = {}
    for name, declared in SPECIFICATIONS.items():
        is_high = bool(chance.random() < 0.5)
        if declared.kind is bool:
            changes[name] = chance.random() < 0.75 if switches == "mixed" else switches == "on"
        else:
            changes[name] = declared.high if place == "high" or (place == "mixed" and is_high) else declared.low
    return {name: SPECIFICATIONS[name].kind(value) for name, value in changes.items()}
