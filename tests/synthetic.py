"""Made-up frames and networks in the form of a run's tables, for tests of figures, summary and story."""

from __future__ import annotations

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
