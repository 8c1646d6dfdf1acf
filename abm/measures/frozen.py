"""Bounds and weights that never move: an index on the bounds of its own run could not be compared with another run.

They are round numbers set by hand around what the default region shows, and belong to the calibration: change them
only with it, and say so in the CHANGELOG, because every index of every earlier run changes its meaning.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from abm.kernel import inner
from abm.types import FloatArray, IntArray

SOURCE = "frozen: see CALIBRATION"


@dataclass(frozen=True)
class Indicator:
    """One indicator of an index.

    Attributes
    ----------
    measure
        Measure it reads.
    low, high
        Value that scores 0 and value that scores 1, in the measure's unit.
    weight
        Weight in its index; the weights of an index sum to 1.
    """

    measure: str
    low: float
    high: float
    weight: float


FACTOR: tuple[Indicator, ...] = (
    Indicator("equipment_level", 0.2, 0.9, 0.4),
    Indicator("labour_productivity", 0.15, 1.0, 0.4),
    Indicator("skill", 0.0, 0.8, 0.2),
)
"""Factor upgrading: better equipment, higher efficiency, trained people (li 2.A)."""

VALUE_CHAIN: tuple[Indicator, ...] = (Indicator("value_chain", 0.1, 0.7, 1.0),)
"""Value-chain upgrading: from production to design, brand and service (li 2.A)."""

STRUCTURE: tuple[Indicator, ...] = (
    Indicator("high_tech_share", 0.1, 0.6, 0.5),
    Indicator("advancement", 0.8, 1.8, 0.5),
)
"""Structure upgrading: a larger part of high-technology sub-industries (li 2.A)."""

PROGRESS: tuple[Indicator, ...] = (
    Indicator("research_share_of_sales", 0.0, 0.04, 0.2),
    Indicator("capability_index", 0.3, 0.9, 0.2),
    Indicator("talent_share", 0.02, 0.2, 0.2),
    Indicator("results_per_firm", 0.0, 0.6, 0.2),
    Indicator("university_conversion", 0.0, 0.5, 0.2),
)
"""U1, technological progress (zhao2020 III.B: talent, technology, capital; ren 3.1: conversion)."""

UPGRADING: tuple[Indicator, ...] = (
    Indicator("value_added_per_worker", 0.03, 0.3, 0.2),
    Indicator("value_chain", 0.1, 0.7, 0.2),
    Indicator("high_tech_share", 0.1, 0.6, 0.2),
    Indicator("local_content", 0.2, 0.9, 0.2),
    Indicator("rationalisation", 0.5, 1.0, 0.2),
)
"""U2, industrial upgrading (zhao2020 I: advancement and rationalisation; li 2.A)."""


@dataclass(frozen=True)
class Scale:
    """The indicators of some indices one after the other, shape (indicators,), and the place of each one's index."""

    low: FloatArray
    high: FloatArray
    factor: FloatArray
    place: IntArray

    @classmethod
    def of(cls, *indices: tuple[Indicator, ...]) -> Scale:
        """Return the scale of some indices."""
        every = [each for indicators in indices for each in indicators]
        low, high, weight = np.array([(each.low, each.high, each.weight) for each in every]).T.copy()
        place = np.repeat(np.arange(len(indices)), [len(indicators) for indicators in indices])
        return cls(low, high, weight / (high - low), place)


@inner
def indices_of(value: FloatArray, low: FloatArray, high: FloatArray, factor: FloatArray, place: IntArray) -> FloatArray:
    """Return the weighted means of scores, each (value - low) / (high - low) held in [0, 1]; null scores 0.

    `value` has one row per indicator of a `Scale` and one column per region, the result one row per index.

    >>> two = Scale.of((Indicator("a", 0.0, 1.0, 0.5), Indicator("b", 0.0, 2.0, 0.5)))
    >>> value = np.array([[0.5, 2.0], [1.5, np.nan]])
    >>> indices_of(value, two.low, two.high, two.factor, two.place).tolist()
    [[0.625, 0.5]]
    """
    out = np.zeros((place[-1] + 1, value.shape[1]))
    for j in range(len(place)):
        for r in range(value.shape[1]):
            held = value[j, r] if value[j, r] > low[j] else low[j]  # false for NaN
            out[place[j], r] += (min(held, high[j]) - low[j]) * factor[j]
    return out


def entropy_weights(scores: FloatArray) -> FloatArray:
    """Return the entropy weights of indicators from scores in [0, 1], shape (samples, indicators).

    w_j = (1 - e_j) / sum (1 - e_j), e_j = - sum_i p_ij ln p_ij / ln n: what varies more between samples weighs more.
    Used once per calibration, never within a run.

    >>> entropy_weights(np.array([[0.5, 0.0], [0.5, 1.0]])).round(3).tolist()
    [0.0, 1.0]
    """
    parts = scores / np.maximum(scores.sum(axis=0), 1e-300)
    entropy = -(parts * np.log(np.where(parts > 0.0, parts, 1.0))).sum(axis=0) / np.log(len(scores))
    weights: FloatArray = (1.0 - entropy) / max(float((1.0 - entropy).sum()), 1e-300)
    return weights


def refrozen(indicators: tuple[Indicator, ...], samples: FloatArray, room: float = 0.25) -> tuple[Indicator, ...]:
    """Return indicators with bounds and weights from an ensemble: what a calibration writes into this file.

    Parameters
    ----------
    indicators
        What to set anew.
    samples
        Values over runs and quarters, shape (samples, indicators); rows with a null are left out.
    room
        How far the bounds reach beyond the 1st and 99th percentile, as a share of the distance between them; no
        lower bound falls below 0.

    Examples
    --------
    >>> ramp = np.linspace(1.0, 3.0, 101)[:, None]
    >>> [(each.low, each.high, each.weight) for each in refrozen((Indicator("a", 0.0, 1.0, 1.0),), ramp, room=0.0)]
    [(1.02, 2.98, 1.0)]
    """
    known = samples[np.isfinite(samples).all(axis=1)]
    low, high = np.percentile(known, (1.0, 99.0), axis=0)
    low, high = np.maximum(low - room * (high - low), 0.0), high + room * (high - low)
    weight = np.round(entropy_weights(np.clip((known - low) / np.maximum(high - low, 1e-300), 0.0, 1.0)), 4)
    weight[-1] = 1.0 - weight[:-1].sum()
    return tuple(
        Indicator(each.measure, round(float(low[j]), 4), round(float(high[j]), 4), round(float(weight[j]), 4))
        for j, each in enumerate(indicators)
    )
