"""Bounds and weights that never move: an index on the bounds of its own run could not be compared with another run.

They are round numbers set by hand around what the default region shows, and belong to the calibration: change them
only with it, and say so in the CHANGELOG, because every index of every earlier run changes its meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from abm.types import FloatArray

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
    """The indicators of an index as arrays, shape (indicators, 1)."""

    low: FloatArray
    high: FloatArray
    factor: FloatArray

    @classmethod
    def of(cls, indicators: tuple[Indicator, ...]) -> Scale:
        """Return the scale of some indicators."""
        low = np.array([[each.low] for each in indicators])
        high = np.array([[each.high] for each in indicators])
        weight = np.array([[each.weight] for each in indicators])
        return cls(low, high, weight / (high - low))

    def index(self, values: Sequence[FloatArray]) -> FloatArray:
        """Return the weighted mean of scores, each (value - low) / (high - low) held in [0, 1]; null scores 0.

        >>> two = Scale.of((Indicator("a", 0.0, 1.0, 0.5), Indicator("b", 0.0, 2.0, 0.5)))
        >>> two.index([np.array([0.5, 2.0]), np.array([1.5, np.nan])]).tolist()
        [0.625, 0.5]
        """
        held = np.fmin(np.fmax(np.array(values), self.low), self.high)
        total: FloatArray = ((held - self.low) * self.factor).sum(axis=0)
        return total


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
