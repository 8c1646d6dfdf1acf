"""Tables beside the measures: the stages that firms reached or lost, and the needs of each chain, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from abm.measures.need_changes import CHAIN_COLUMNS
from abm.measures.stages import STAGES
from abm.state.codes import N_PATHS, Path
from abm.state.structure import Structure
from abm.types import FloatArray, IntArray


def in_words(codes: Any, words: tuple[str, ...]) -> Any:
    """Return the words for codes as an object array, None for -1."""
    return np.array([*words, None], dtype=object)[codes]


def stage_columns(changes: Sequence[dict[str, Any]], structure: Structure, burn_in: int) -> dict[str, Any]:
    """Return one row per stage that a firm reached or lost, from what `stages.stage_changes` found quarter by quarter.

    ``direction`` is 1 for reached and -1 for lost, ``gain_...`` are the firm's gains by path since its last change or
    its birth (level, summed over fields), ``cause_id`` is the event that let it reach the stage.
    """
    empty = {"quarter": [], "region": [], "uid": np.zeros(0, np.uint64), "amount": [], "cause_id": []}
    given = list(changes) or [{**empty, "gain": np.zeros((0, N_PATHS))}]
    column = {name: np.concatenate([each[name] for each in given]) for name in (*empty, "gain")}
    amount = column["amount"].astype(np.int64)
    gains = {f"gain_{path.name.lower()}": column["gain"][:, path] for path in Path}
    return {
        "run": np.zeros(len(amount), np.int64),
        "quarter": column["quarter"].astype(np.int64) - burn_in,
        "region": in_words(column["region"].astype(np.int64), structure.region_names),
        "uid": column["uid"],
        "stage": in_words(np.abs(amount) - 1, STAGES),
        "direction": np.sign(amount),
        **gains,
        "cause_id": column["cause_id"].astype(np.int64),
    }


def chain_columns(quarter: IntArray, values: FloatArray, structure: Structure) -> dict[str, Any]:
    """Return one row per quarter, region and chain; `values` are those of `need_changes.chain_states`, by quarter."""
    n_regions, n_chains = structure.n_regions, structure.n_chains
    columns: dict[str, Any] = {
        "run": np.zeros(len(quarter) * n_regions * n_chains, np.int64),
        "region": np.tile(np.repeat(np.array(structure.region_names, dtype=object), n_chains), len(quarter)),
        "quarter": np.repeat(quarter, n_regions * n_chains),
        "chain": np.tile(np.array(structure.chain_names, dtype=object), len(quarter) * n_regions),
    }
    names = {"worst_need_sector": structure.sector_names, "worst_need_field": structure.field_names}
    for place, name in enumerate(CHAIN_COLUMNS):
        value = values[:, place].ravel()
        if name in names:
            columns[name] = in_words(np.where(np.isnan(value), -1, value).astype(np.int64), names[name])
        else:
            columns[name] = value
    return columns
