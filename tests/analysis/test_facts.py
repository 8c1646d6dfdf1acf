"""Figures for published numbers, from tables small enough to reckon by hand."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analysis import facts
from experiments.fact_table import TABLES, figures


def events(*rows: tuple[str, str, int, int]) -> pd.DataFrame:
    """Events from kind, channel, quarter and uid."""
    return pd.DataFrame(rows, columns=["kind", "channel", "quarter", "uid"])


def run(measures: dict[str, list[float]], *rows: tuple[str, str, int, int], panel: object = None) -> facts.Tables:
    """Tables of a run."""
    length = len(next(iter(measures.values()))) if measures else 3
    frame = pd.DataFrame({"quarter": np.arange(1, length + 1), **measures})
    return SimpleNamespace(measures=frame, events=events(*rows), panel=pd.DataFrame(panel or {}))  # type: ignore[return-value]


def test_tie_life_is_time_at_risk_over_ends() -> None:
    ended = [("tie dissolved", "supply", 2, 1), ("tie dissolved", "supply", 3, 1), ("tie dissolved", "research", 3, 1)]
    made = run({"n_supply_ties": [10.0, 10.0, 10.0]}, *ended)
    assert facts.tie_life(made, "supply") == 10.0
    assert facts.supply_survival(made) == pytest.approx(0.9**4)


def test_exit_at_age_counts_those_who_are_still_there() -> None:
    """Entrants 1 and 2 of quarter 0 and 3 of quarter 4 of 8; 1 leaves at 2, 3 stays: 1 exit in 2 + 4 + 4 quarters."""
    entered = [("entry", "supplier", quarter, uid) for quarter, uid in ((0, 1), (0, 2), (4, 3))]
    made = run({"n_firms": [3.0] * 8}, *entered, ("exit", "hazard", 2, 1))
    assert facts.exit_at_age(made, 1, 1) == pytest.approx(1.0 - 0.9**4)
    assert facts.exit_at_age(made, 2, 2) == 0.0
    assert math.isnan(facts.exit_at_age(made, 3, 7))


def test_size_exponent_of_a_zipf_law() -> None:
    rank = np.arange(1, 2001)
    panel = {"quarter": 1, "kind": "sme", "sales": 1.0 / (rank - 0.5)}
    assert facts.size_exponent(run({}, panel=panel)) == pytest.approx(1.0)


def test_attachment_is_the_slope_of_new_on_old_ties() -> None:
    """Suppliers with 1, 2 and 4 ties gain 1, 2 and 4."""
    panel = {"quarter": [4] * 3 + [8] * 3, "kind": "sme", "uid": [1, 2, 3] * 2, "degree_supply": [1, 2, 4] * 2}
    formed = [("tie formed", "supply", 5, uid) for uid in (1, 2, 2, 3, 3, 3, 3)]
    assert facts.attachment(run({}, *formed, panel=panel)) == pytest.approx(1.0)


def test_joint_outcomes_sum_to_one() -> None:
    joint = [(kind, "joint", 1, 1) for kind in ("industrialised", "research failed", "pilot failed", "shelved")]
    made = run({}, *joint, ("industrialised", "own", 1, 1))
    found = [facts.joint_outcome(made, name) for name in ("success", "failure", "neutral")]
    assert found == [0.25, 0.5, 0.25]


def test_pilot_to_product_multiplies_both_steps() -> None:
    made = run({}, *[("piloted", "own", 1, 1)] * 3, ("pilot failed", "own", 1, 1), ("industrialised", "own", 1, 1),
               ("industrialisation failed", "own", 1, 1))  # fmt: skip
    assert facts.pilot_to_product(made) == pytest.approx(0.375)
    assert facts.calls_discontinued(run({}, ("shelved", "call", 1, 1), ("pilot failed", "call", 1, 1))) == 0.5


def test_growth_is_yearly() -> None:
    made = run({"sales": [1.0] * 4 + [1.1] * 4, "n_firms": [100.0] * 4 + [110.0] * 4})
    assert facts.sales_growth(made) == pytest.approx(0.1)
    assert facts.firm_growth(made) == pytest.approx(1.1 ** (4 / 7) - 1)


@pytest.mark.parametrize("scenario", TABLES)
def test_every_figure_is_known_or_null_in_a_short_run(scenario: str) -> None:
    for target, figure in zip(TABLES[scenario], figures(1, scenario, 8), strict=True):
        assert isinstance(figure, float), target.what
        assert target.low < target.high


def test_a_figure_that_the_model_does_not_measure_is_missing_nowhere() -> None:
    """A measure that is named but not recorded would silently read as not known."""
    from abm.measures import MEASURES

    for name in ("sme_need_share", "sme_need_met", "sme_loan_rate", "research_performed_share_of_sales"):
        assert name in MEASURES
