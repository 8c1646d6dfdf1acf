"""Small regions the contracts are tried on, and ways to look at a whole world."""

from __future__ import annotations

import hashlib
import io
import tomllib
from copy import deepcopy
from typing import Any

from abm import Scenario
from abm.scenario.scenario import SHIPPED
from abm.simulation import Result, simulate
from abm.state.world import TABLES, World

EVENTFUL: dict[str, float | bool] = {
    "platforms.open_quarter": 3,
    "platforms.open_probability": 1.0,
    "platforms.prospect": 0.0,
    "platforms.start_quarters": 1.0,
    "policy.patience": 4,
    "policy.budget_share": 0.4,
    "calls.national_rate": 1.0,
    "calls.chains": 1,
    "innovation.take_up": 0.2,
    "finance.amortisation": 0.5,
    "finance.missed_limit": 1,
    "turnover.exit_hazard": 0.15,
    "turnover.entry_rate": 0.2,
    "investment.move_hazard": 0.3,
    "investment.move_cost": 0.05,
    "investment.ready_novelty": 0.0,
    "needs.close_share": 0.019,
    "chain_leader.n_published": 5,
    "chain_leader.office_cost": 0.05,
    "chain_leader.prune_trust": 0.6,
    "chain_leader.prune_idle": 1,
    "chain_leader.prune_supply": 0.6,
}
"""Parameters with which much happens in a few quarters, also what is rare."""


def two_regions() -> Scenario:
    """Two open regions of unequal size, without burn-in; one sector sleeps, and pilots come with a regime."""
    tables: dict[str, Any] = tomllib.loads((SHIPPED / "blank.toml").read_text(encoding="utf-8"))
    tables["scenario"] |= {"name": "two_regions", "quarters": 40, "burn_in": 0}
    robots = deepcopy(tables["sectors"][1])
    robots |= {"name": "robots", "dormant": True, "firms": 0, "core_firms": 0, "sales": 0}
    robots |= {"equipment_share": 0.0, "adoption_share": 0.0, "fields": {"mechanics": 0.7, "electronics": 0.3}}
    tables["sectors"].append(robots)
    tables["sectors"][1]["core_firms"] = 6
    west = deepcopy(tables["regions"][0]) | {"name": "west", "scale": 0.5}
    tables["regions"].append(west)
    tables["parameters"] = EVENTFUL | {"platforms.has_pilots": False}
    pilots = {"from_quarter": 8, "name": "pilots", "parameters": {"platforms.has_pilots": True}}
    tables["regimes"] = [pilots]
    return Scenario.from_mapping(tables, SHIPPED)


def cases() -> dict[str, Result]:
    """Run the small regions that are compared between processes."""
    return {
        "blank": simulate("blank", seed=3, quarters=8, panel_every=4),
        "two regions": simulate(two_regions(), seed=5, quarters=16, panel_every=8),
    }


def columns(world: World) -> dict[str, bytes]:
    """Return all of a world as bytes by name."""
    result = {f"{t}.{name}": array.tobytes() for t in TABLES for name, array in world.table(t).arrays().items()}
    result |= {f"events.{name}": values.tobytes() for name, values in world.events.columns().items()}
    return result | {"names": repr(sorted(world.names.items())).encode()}


def differences(first: World, second: World) -> list[str]:
    """Return the names of the columns that differ in any bit."""
    mine, theirs = columns(first), columns(second)
    return [name for name in mine if mine[name] != theirs[name]]


def digests(result: Result) -> dict[str, str]:
    """Return a hash of each column of the last quarter and of each frame of a run as a Parquet file."""
    parts = columns(result.world)
    for name in ("measures", "panel", "events"):
        buffer = io.BytesIO()
        getattr(result, name).to_parquet(buffer)
        parts[name] = buffer.getvalue()
    return {name: hashlib.blake2b(part, digest_size=8).hexdigest() for name, part in parts.items()}
