"""Twenty default regions over twenty years look like a region: their means lie near published numbers.

References and criterion stand here before any run. A fact is a row of facts.md, by its id. A mean lies near its
reference if it is neither more than `FACTOR` times as large nor as small.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
import pytest

from abm import simulate
from abm.parameters import per_quarter
from analysis.facts import sales_growth, tie_life, yearly_rate

SEEDS = range(201, 221)
QUARTERS = 80
FACTOR = 1.5


@dataclass(frozen=True)
class Reference:
    """A number of the world that the mean over all regions is compared with."""

    value: float
    unit: str
    fact: str
    why: str


REFERENCES = {
    "sme_refusal_rate": Reference(0.201, "1", "F40", "20.1 % of the small firms that apply for a loan are refused"),
    "research_active_share": Reference(
        sqrt(0.115 * 0.280), "1", "F27", "geometric mean of 11.5 % (2011) and 28.0 % (2018) of above-scale firms"
    ),
    "research_share_of_sales": Reference(
        sqrt(0.0085 * 0.0134), "1", "F29", "geometric mean of 0.85 % (2012) and 1.34 % (2018) in manufacturing"
    ),
    "yearly_exit": Reference(sqrt(0.062 * 0.093), "1/year", "F24", "geometric mean of 6.2 % (2012) and 9.3 % (2008)"),
    "yearly_entry": Reference(
        sqrt(0.062 * 0.093), "1/year", "none", "no fact: as many come as leave where the number of firms stays"
    ),
    "alliance_life": Reference(8.0, "quarter", "F3", "research alliances last about two years"),
    "supply_tie_life": Reference(
        1.0 / per_quarter(1.0 - 0.92), "quarter", "F15", "92 % of customer links survive a year"
    ),
}
"""What each mean is compared with."""

SALES_GROWTH = (0.02, 0.12)
"""Yearly growth of real sales, from the first year to the last; no fact: neither a desert nor an explosion."""


def figures(seed: int) -> dict[str, float]:
    """Return the figures of one region."""
    result = simulate("equipment", seed=seed, quarters=QUARTERS, panel_every=0)
    measures = result.measures
    plain = {
        name: float(np.nanmean(measures[name]))
        for name in ("sme_refusal_rate", "research_active_share", "research_share_of_sales")
    }
    return plain | {
        "yearly_exit": yearly_rate(result, "n_exits"),
        "yearly_entry": yearly_rate(result, "n_entries"),
        "alliance_life": tie_life(result, "research"),
        "supply_tie_life": tie_life(result, "supply"),
        "sales_growth": sales_growth(result),
    }


@pytest.fixture(scope="module")
def means() -> pd.Series[float]:
    """Means over the regions."""
    return pd.DataFrame([figures(seed) for seed in SEEDS]).mean()


@pytest.mark.slow
@pytest.mark.parametrize("name", REFERENCES)
def test_a_mean_lies_near_its_reference(means: pd.Series[float], name: str) -> None:
    reference = REFERENCES[name]
    ratio = means[name] / reference.value
    assert 1.0 / FACTOR <= ratio <= FACTOR, f"{name} is {means[name]:.4g}, {reference.fact}: {reference.value:.4g}"


@pytest.mark.slow
def test_real_sales_grow_but_do_not_explode(means: pd.Series[float]) -> None:
    low, high = SALES_GROWTH
    assert low <= means["sales_growth"] <= high, f"sales grow by {means['sales_growth']:.4g} a year"
