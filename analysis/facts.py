"""What a region gives for each fact that numbers are published of, from the tables of one run.

A figure takes the tables of a run (measures, panel, events, as `simulate` returns them) and gives one number, NaN
where the run has nothing to tell. Which facts, and within what range a mean agrees with one, stands in `TARGETS` and
was written before the figures were first looked at: the range that sources report, or a factor 1.5 around one number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

FACTOR = 1.5
"""How far a mean may lie from a single published number."""

YEAR = 4
"""Quarters."""


class Tables(Protocol):
    """The tables of a run."""

    @property
    def measures(self) -> pd.DataFrame:
        """One row per region and quarter."""

    @property
    def panel(self) -> pd.DataFrame:
        """One row per actor and recorded quarter."""

    @property
    def events(self) -> pd.DataFrame:
        """One row per event."""


Figure = Callable[[Tables], float]


def yearly(hazard: float) -> float:
    """Return the yearly chance of a quarterly hazard.

    >>> yearly(0.5)
    0.9375
    """
    return float(1.0 - (1.0 - hazard) ** YEAR)


def mean_of(run: Tables, name: str) -> float:
    """Return the mean of a measure over the quarters in which it is known."""
    if name not in run.measures:
        return math.nan
    values = run.measures[name].to_numpy(float)
    return float(np.nanmean(values)) if np.isfinite(values).any() else math.nan


def tie_life(run: Tables, layer: str) -> float:
    """Return the expected life of a tie (quarters): tie-quarters at risk over ties ended, so that censoring is fair."""
    events, at_risk = run.events, run.measures[f"n_{layer}_ties"].to_numpy()[:-1]
    is_end = (events["kind"] == "tie dissolved") & (events["channel"] == layer) & (events["quarter"] >= 2)
    return float(at_risk.sum() / is_end.sum()) if is_end.any() else math.nan


def supply_survival(run: Tables) -> float:
    """Return the share of supply ties that survive a year."""
    return float((1.0 - 1.0 / tie_life(run, "supply")) ** YEAR)


def yearly_rate(run: Tables, name: str) -> float:
    """Return the yearly chance that a count of firms (`n_exits`, `n_entries`) stands for."""
    return yearly(run.measures[name].sum() / run.measures["n_firms"].sum())


def exit_at_age(run: Tables, first: int, last: int) -> float:
    """Return the yearly chance to leave of entrants in years `first` to `last` of life, censored ones counted."""
    events, end = run.events, int(run.measures["quarter"].max())
    born = events[events["kind"] == "entry"].groupby("uid")["quarter"].first()
    left = events[events["kind"] == "exit"].groupby("uid")["quarter"].first().reindex(born.index)
    lived = left.fillna(end) - born
    begin, until = YEAR * (first - 1), YEAR * last
    at_risk = (lived.clip(upper=until) - begin).clip(lower=0).sum()
    exits = ((lived >= begin) & (lived < until) & left.notna()).sum()
    return yearly(float(exits / at_risk)) if at_risk > 0 else math.nan


def size_exponent(run: Tables) -> float:
    """Return the exponent of the complementary distribution of sales, larger half of the firms, at the end.

    Slope of ln(rank - 1/2) on ln(size), which is nearly unbiased in small samples (Gabaix & Ibragimov 2011).
    """
    panel = run.panel[run.panel["quarter"] == run.panel["quarter"].max()]
    sales = panel.loc[panel["kind"].isin(["sme", "core_enterprise"]), "sales"].to_numpy(float)
    top = np.sort(sales[sales > 0.0])[::-1][: len(sales) // 2]
    if len(top) < 10:
        return math.nan
    return float(-np.polyfit(np.log(top), np.log(np.arange(len(top)) + 0.5), 1)[0])


def attachment(run: Tables) -> float:
    """Return b in: new customers of a supplier ~ (its supply ties)^b.

    Weighted least squares over suppliers with 1, 2, 3 to 4, 5 to 8, ... ties in a recorded quarter, and the ties
    formed until the next.
    """
    formed = run.events[(run.events["kind"] == "tie formed") & (run.events["channel"] == "supply")]
    quarters = np.sort(run.panel["quarter"].unique())
    ties: dict[int, list[tuple[int, int]]] = {}
    for begin, end in pairwise(quarters):
        new = formed[(formed["quarter"] > begin) & (formed["quarter"] <= end)].groupby("uid").size()
        now = run.panel[(run.panel["quarter"] == begin) & run.panel["kind"].isin(["sme", "core_enterprise"])]
        gained = new.reindex(now["uid"]).fillna(0).astype(int)
        for degree, number in zip(now["degree_supply"], gained, strict=True):
            if degree >= 1:
                ties.setdefault(math.ceil(math.log2(degree)), []).append((int(degree), int(number)))
    means = np.array([[*np.mean(pairs, axis=0), len(pairs)] for pairs in ties.values()])
    means = means[means[:, 1] > 0.0] if len(means) else np.empty((0, 3))
    if len(means) < 3:
        return math.nan
    return float(np.polyfit(np.log(means[:, 0]), np.log(means[:, 1]), 1, w=np.sqrt(means[:, 2]))[0])


def research_of_sector(run: Tables, sector: str) -> float:
    """Return research over sales of the firms of a sector, over the recorded quarters."""
    firms = run.panel[run.panel["sector"] == sector]
    return float(firms["research_spending"].sum() / firms["sales"].sum()) if len(firms) else math.nan


def university_share(run: Tables) -> float:
    """Return universities' share of research by firms and universities."""
    sums = run.measures[["university_research", "research_performed"]].sum()
    return float(sums["university_research"] / sums.sum())


def count(run: Tables, kinds: tuple[str, ...], channels: tuple[str, ...] = ()) -> int:
    """Return the number of events of some kinds, and of some channels if any are named."""
    events = run.events[run.events["kind"].isin(kinds) & (run.events["quarter"] >= 1)]
    return int(events["channel"].isin(channels).sum() if channels else len(events))


def passed(run: Tables, success: str, failure: str, channels: tuple[str, ...] = ()) -> float:
    """Return successes over successes and failures."""
    good, bad = count(run, (success,), channels), count(run, (failure,), channels)
    return good / (good + bad) if good + bad else math.nan


_FAILURES = ("research failed", "pilot failed", "industrialisation failed")


def joint_outcome(run: Tables, outcome: str) -> float:
    """Return the share of ended joint projects with an outcome: success (industrialised), failure, or neutral."""
    found = {
        "success": count(run, ("industrialised",), ("joint",)),
        "failure": count(run, _FAILURES, ("joint",)),
        "neutral": count(run, ("shelved", "abandoned"), ("joint",)),
    }
    total = sum(found.values())
    return found[outcome] / total if total else math.nan


def joint_conversion(run: Tables) -> float:
    """Return results of joint research industrialised over results produced."""
    made = count(run, ("research succeeded",), ("joint",))
    return count(run, ("industrialised",), ("joint",)) / made if made else math.nan


def pilot_to_product(run: Tables) -> float:
    """Return the chance that what enters a pilot becomes a product: pilot and industrialisation together."""
    return passed(run, "piloted", "pilot failed") * passed(run, "industrialised", "industrialisation failed")


def calls_discontinued(run: Tables) -> float:
    """Return the share of ended projects of calls that failed or were given up, in any stage."""
    bad = count(run, (*_FAILURES, "abandoned"), ("call",))
    ended = bad + count(run, ("industrialised", "shelved"), ("call",))
    return bad / ended if ended else math.nan


def firm_growth(run: Tables) -> float:
    """Return yearly growth of the number of firms."""
    firms = run.measures["n_firms"].to_numpy(float)
    return float((firms[-1] / firms[0]) ** (YEAR / (len(firms) - 1)) - 1.0)


def sales_growth(run: Tables) -> float:
    """Return yearly growth of real sales, from the first year to the last."""
    sales = run.measures["sales"].to_numpy(float)
    return float((sales[-YEAR:].sum() / sales[:YEAR].sum()) ** (1.0 / (len(sales) / YEAR - 1)) - 1.0)


@dataclass(frozen=True)
class Target:
    """A published number and what a run has to show for it.

    Attributes
    ----------
    what
        What it says, in words, with its unit.
    fact
        Its key in references.bib, or the paper.
    low, high
        Within these a mean agrees.
    figure
        What a run gives.
    moved
        Parameters that were moved with this fact in view; empty: none, so that agreement tells something.
    """

    what: str
    fact: str
    low: float
    high: float
    figure: Figure
    moved: str = ""


def near(what: str, fact: str, value: float, figure: Figure, moved: str = "") -> Target:
    """Return a target with a factor `FACTOR` around one number."""
    return Target(what, fact, value / FACTOR, value * FACTOR, figure, moved)


def mean(name: str) -> Figure:
    """Return the figure that is the mean of a measure."""
    return partial(mean_of, name=name)


_EXIT = "`turnover.exit_hazard`, `turnover.size_slope`"

TARGETS: tuple[Target, ...] = (
    near("life of a research alliance, quarters", "F3", 8.0, partial(tie_life, layer="research"),
         "`search.research_hazard`"),
    near("joint projects that end in success", "F5", 0.15, partial(joint_outcome, outcome="success"),
         "`innovation.search_hazard`"),
    near("joint projects that end neither way", "F5", 0.51, partial(joint_outcome, outcome="neutral")),
    near("joint projects that fail", "F5", 0.34, partial(joint_outcome, outcome="failure"),
         "`innovation.search_hazard`"),
    Target("supply ties that survive a year", "F15", (1 - FACTOR * 0.08), (1 - 0.08 / FACTOR), supply_survival,
           f"`search.supply_hazard`, `search.loyalty`, {_EXIT}"),
    near("new customers ~ (supply ties)^b", "F17", 1.08, attachment, "`search.attachment`"),
    Target("exponent of firm sizes", "F18", 1.0, 1.5, size_exponent),
    near("firms that exit in a year", "F24", math.sqrt(0.062 * 0.093), partial(yearly_rate, name="n_exits"), _EXIT),
    near("of entrants, in year 1", "F24", 0.016, partial(exit_at_age, first=1, last=1)),
    near("of entrants, in year 2", "F24", 0.063, partial(exit_at_age, first=2, last=2)),
    near("of entrants, in year 3", "F24", 0.095, partial(exit_at_age, first=3, last=3)),
    near("of entrants, in years 4 to 7", "F24", 0.080, partial(exit_at_age, first=4, last=7)),
    Target("firms active in research", "F27", 0.115, 0.280, mean("research_active_share"),
           "`strategy.own_prospect`, `strategy.joint_prospect`"),
    Target("research performed by firms over sales", "F29", 0.0085, 0.0134, mean("research_performed_share_of_sales"),
           "`strategy.normal_intensity`"),
    near("the same, general equipment", "F30", 0.0124, partial(research_of_sector, sector="general_equipment")),
    near("the same, special equipment", "F30", 0.0148, partial(research_of_sector, sector="special_equipment")),
    near("the same, automobiles", "F30", 0.0112, partial(research_of_sector, sector="automobiles")),
    near("the same, electrical machinery", "F30", 0.0129, partial(research_of_sector, sector="electrical_machinery")),
    near("the same, rail, ship, aerospace", "F30", 0.0218, partial(research_of_sector, sector="rail_ship_aerospace")),
    near("universities and institutes in research", "F31", 0.202 / 0.978, university_share),
    near("results of firms industrialised", "F32", 0.475, mean("firm_conversion"),
         "`innovation.industrialisation_success`"),
    near("results of universities industrialised", "F33", 0.03, mean("university_conversion"),
         "`innovation.agreement`, `innovation.take_up`"),
    near("results of joint research industrialised", "F33", 0.228, joint_conversion, "`innovation.agreement`"),
    Target("pilots that become products", "F35", 0.30, 0.80, pilot_to_product,
           "`innovation.industrialisation_success`, `innovation.own_pilot`"),
    Target("research that succeeds", "F36", 0.43, 0.59, partial(passed, success="research succeeded",
                                                                failure="research failed")),
    Target("pilots that succeed", "F36", 0.43, 0.59, partial(passed, success="piloted", failure="pilot failed")),
    Target("launches that succeed", "F36", 0.43, 0.59, partial(passed, success="industrialised",
                                                               failure="industrialisation failed")),
    near("projects of calls that come to nothing", "F37", 0.33, calls_discontinued),
    near("small firms that need a loan", "F40", 0.258, mean("sme_need_share")),
    near("of these, get one", "F40", 0.462, mean("sme_need_met")),
    near("small firms refused, of those that ask", "F40", 0.201, mean("sme_refusal_rate"),
         "`finance.default_cutoff`, `finance.discouraged`"),
    Target("yearly rate on loans to small firms", "F41", 0.0478, 0.0675, mean("sme_loan_rate"),
           "`finance.base_rate`, `finance.risk_spread`"),
    Target("local content", "twin", 0.80, 1.0, mean("local_content"), "`search.import_cost`"),
    Target("research over sales in the twin", "twin", 0.03, 1.0, mean("research_performed_share_of_sales")),
    near("yearly growth of the number of firms", "twin", (425 / 194) ** 0.1 - 1, firm_growth),
    Target("yearly growth of real sales", "none", 0.02, 0.12, sales_growth, "many"),
)  # fmt: skip
"""For the default region."""

SURVEY: tuple[Target, ...] = (
    near("firms with under 20 million yuan a year", "zhao2020:II", 0.679, mean("small_revenue_share"),
         "sizes of `environment`"),
    near("firms active in research", "zhao2020:III.B", 0.100, mean("research_active_share")),
    near("research per active firm, million yuan a year", "zhao2020:III.B", 14.37, mean("research_per_active_firm")),
    near("research staff per active firm", "zhao2020:III.B", 71.4, mean("research_staff_per_active_firm")),
    near("patents per active firm and year", "zhao2020:III.B", 12.6, mean("patents_per_active_firm"),
         "`innovation.patents_per_result`"),
)  # fmt: skip
"""For `environment`: Table I and the 67.9 % of zhao2020."""
