"""Made-up frames, networks and run folders in the form of a run's, for tests of figures, summary and story."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd


def measures(quarters: int = 80, regions: tuple[str, ...] = ("Home",), seed: int = 1) -> pd.DataFrame:
    """One row per region and quarter; the first quarters have no gains along the three paths."""
    chance = np.random.default_rng(seed)
    frames = []
    for place, region in enumerate(regions):
        t = np.arange(1, quarters + 1)
        raw = np.cumsum(chance.normal(0, 0.05, (quarters, 3)), axis=0) + np.array([0.2, 0.9, -0.2 + 0.02 * place])
        raw[:, 2] += 0.02 * t
        shares = np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True)
        shares[: min(3, quarters - 1)] = np.nan
        names = np.array(["common_technology", "supporting_chain", "innovation_platform"], dtype=object)
        dominant = np.where(np.nan_to_num(shares).max(axis=1) > 0.5, names[np.nan_to_num(shares).argmax(axis=1)], None)
        frames.append(
            pd.DataFrame(
                {
                    "region": region,
                    "quarter": t,
                    "path_common_technology_share": shares[:, 0],
                    "path_supporting_chain_share": shares[:, 1],
                    "path_innovation_platform_share": shares[:, 2],
                    "chain_leader_share_of_gains": 0.05 + 0.001 * t,
                    "paths_share_of_gains": 0.25 + 0.1 * np.sin(t / 15),
                    "dominant_path": dominant,
                    "factor_index": 0.2 + 0.5 / (1 + np.exp(-(t - 25) / 8)),
                    "value_chain_index": 0.25 + 0.4 / (1 + np.exp(-(t - 40) / 9)),
                    "structure_index": 0.3 + 0.2 / (1 + np.exp(-(t - 55) / 9)),
                    "technological_progress": 0.2 + 0.004 * t,
                    "industrial_upgrading": 0.3 + 0.003 * t,
                    "coupling_coordination": 0.35 + 0.004 * t,
                    "coupling_coordination_wang": 0.3 + 0.003 * t,
                    "money_residual": 1e-15,
                    "ledger_residual": 1e-16,
                    "n_firms": 310 + t // 8,
                    "n_ties": 900 + 3 * t,
                    "n_entries": 4,
                    "n_exits": 3,
                    "n_core_enterprises": 10,
                    "n_smes": 300 + t // 8,
                    "n_universities": 10,
                    "n_platforms": 1,
                    "sales": 9000.0 * 1.02**t,
                    "upgrading_stage": "value_chain",
                    "worst_need": 1234.0,
                    "worst_need_field": "sensing",
                    "worst_need_sector": "instruments",
                    "worst_need_chain": "rail",
                    "n_needs_open": 3,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def network(n_sme: int = 300, n_core: int = 10, seed: int = 1) -> nx.MultiDiGraph[Any]:
    """A network in the form of `abm.graph.graph_of`."""
    chance = np.random.default_rng(seed)
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph()
    kinds = ["core_enterprise"] * n_core + ["sme"] * n_sme
    if n_sme:
        kinds += (
            ["university"] * 10 + ["government"] + ["bank"] * 3 + ["venture_fund", "guarantee_fund"] + ["platform"] * 2
        )
    paths = ["common_technology", "supporting_chain", "innovation_platform", "none"]
    for uid, kind in enumerate(kinds):
        graph.add_node(str(uid), kind=kind, name=f"{kind} {uid}", path=paths[chance.choice(4, p=[0.1, 0.3, 0.1, 0.5])])
    layers = {"supply": "order", "research": "acquaintance", "service": "platform", "guidance": "acquaintance"}
    for uid in range(len(kinds) - n_sme // 12):
        for _ in range(3):
            other = (
                int(chance.integers(0, max(n_core, 1)))
                if chance.random() < 0.5
                else int(chance.integers(0, len(kinds)))
            )
            layer = str(chance.choice(list(layers)))
            if other != uid:
                graph.add_edge(str(uid), str(other), key=layer, layer=layer, origin=layers[layer], weight=0.5)
    return graph


ACTORS: dict[int, tuple[str, str, str]] = {
    2**63 + 5: ("core 1", "core_enterprise", "instruments"),
    11: ("firm 1", "sme", "instruments"),
    12: ("firm 10", "sme", "instruments"),
    13: ("firm 2", "sme", "instruments"),
    14: ("firm 3", "sme", "instruments"),
    15: ("firm 4", "sme", "instruments"),
    21: ("university 1", "university", ""),
    31: ("government 1", "government", ""),
}
"""Name, kind and sector of each actor of the made-up run, by uid."""


def panel() -> pd.DataFrame:
    """Two records of every actor; firm 4 is gone at the second. The core firm gained most by calls."""
    rows = []
    for quarter in (4, 8):
        for place, (uid, (name, kind, sector)) in enumerate(ACTORS.items()):
            if quarter == 8 and name == "firm 4":
                continue
            is_firm = kind in {"sme", "core_enterprise"}
            scale = (20.0 if kind == "core_enterprise" else 1.0 + 0.1 * place) * (1.5 if quarter == 8 else 1.0)
            gain = 1.0 if kind == "core_enterprise" else 0.0
            rows.append(
                {
                    "region": "Home",
                    "quarter": quarter,
                    "uid": uid,
                    "name": name,
                    "kind": kind,
                    "sector": sector or None,
                    "born": 0,
                    "sales": 100.0 * scale if is_firm else 0.0,
                    "capability_index": 0.3 + 0.01 * scale,
                    "quality": 0.5,
                    "price": 1.0 - 0.01 * place,
                    "value_chain": 0.2,
                    "equipment_level": 0.4,
                    "margin": -0.05 if is_firm else 0.0,
                    "staff": 10.0 * scale,
                    "talent": scale,
                    "research_spending": 0.0,
                    "debt": 0.0,
                    "degree_supply": 2,
                    "degree_research": place,
                    "total_gain_origin_call": 0.6 * gain,
                    "total_gain_origin_own_research": 0.4 * gain,
                    "total_gain_route_call": 0.6 * gain,
                    "total_gain_route_own": 0.4 * gain,
                    "total_gain_path_common_technology": 0.6 * gain,
                    "total_gain_path_none": 0.4 * gain,
                }
            )
    return pd.DataFrame(rows).astype({"uid": "uint64"})


def events() -> pd.DataFrame:
    """A need leads to a call, the call to a result, the result to a product; firm 4 leaves."""
    core, government = 2**63 + 5, 31
    rows: list[tuple[int, str, int, int, str | None, str | None, float, int]] = [
        (1, "need opened", government, 0, "sensing", "rail", 90.0, -1),
        (1, "call opened", government, 0, "sensing", None, 5.0, 0),
        (2, "call awarded", core, 21, "sensing", None, 2.0, 1),
        (2, "project started", core, 21, "sensing", "call", 1.0, 2),
        (4, "research succeeded", core, 21, "sensing", "call", 0.7, 3),
        (5, "loan refused", core, 99, None, None, 12.3, -1),
        (7, "industrialised", core, 21, "sensing", "call", 0.8, 3),
        (7, "stage changed", core, 0, None, "common technology", 1.0, -1),
        (6, "exit", 15, 0, None, "insolvency", 0.0, -1),
        (8, "industrialised", core, 21, "sensing", "call", 0.8, 3),
        (8, "something new", core, 0, None, None, 0.0, 10),
    ]
    columns = ["quarter", "kind", "uid", "partner_uid", "field", "channel", "amount", "cause_id"]
    frame = pd.DataFrame(rows, columns=columns).astype({"uid": "uint64", "partner_uid": "uint64"})
    frame.insert(0, "event_id", range(len(frame)))
    return frame.assign(region="Home", kind=frame["kind"].astype("category"))


def run_folder(place: Path) -> Path:
    """Write a complete made-up run folder and return it."""
    place.mkdir(parents=True)
    measures(8).to_parquet(place / "measures.parquet")
    panel().to_parquet(place / "panel.parquet")
    events().to_parquet(place / "events.parquet")
    nx.write_graphml(network(n_sme=20, n_core=2), place / "network.graphml")
    manifest = {
        "schema_version": 1,
        "run": "made-up-1-00000000",
        "command": "innonet run made-up --seed 1 --quarters 8",
        "scenario": {"name": "made-up", "sector_labels": {"instruments": "measuring instruments"}},
        "changes": {"switches.platform": False},
        "seed": 1,
        "quarters": 8,
        "burn_in": 20,
    }
    (place / "manifest.json").write_text(json.dumps(manifest))
    return place
