"""A plan: every run of a design, with its identity, worked out before anything runs.

Runs are numbered by point: for each scenario in turn, under each regime in turn, all rows of the sample in their
order. Within a point stand its replicates. A run that would repeat another one (two points that come out the same, on
one seed) is planned once; `Plan.rows` still says which run answers each point and replicate.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from abm.errors import InputError
from abm.parameters import SPECIFICATIONS
from abm.scenario import Regime, Scenario
from experiments.sweep.check import check_design
from experiments.sweep.design import Change, Design
from experiments.sweep.identity import RunKeys
from experiments.sweep.samples import Sample, Value, problem_of, sample_of


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One run to do.

    Attributes
    ----------
    run
        Its identity, 32 hexadecimal digits.
    point
        Number of its point in the plan.
    replicate
        From 0.
    block
        Saltelli block or Morris trajectory of the point within its scenario, -1 for none.
    scenario
        Name in `Plan.scenarios`.
    seed
        Seed of all draws.
    quarters
        Quarters after the burn-in.
    changes
        ``{"group.name": value}`` over the scenario, all of them.
    factors
        What varies over the plan: parameters or groups of switches by name, every one with its value here, and
        ``scenario`` and ``regime`` where there are several.
    """

    run: str
    point: int
    replicate: int
    block: int
    scenario: str
    seed: int
    quarters: int
    changes: Mapping[str, Value]
    factors: Mapping[str, Value | str]


@dataclass(frozen=True)
class Plan:
    """All runs of a design.

    Attributes
    ----------
    scenarios
        By name; under an alternative regime ``scenario/regime``.
    runs
        In order of point and replicate, each identity once.
    rows
        Identity of the run that answers each point and replicate, in their order; longer than `runs` where points
        come out the same.
    problem
        The factors as SALib's analyses want them, in their units; None where nothing was sampled.
    notes
        What a person should know before it runs.
    """

    design: Design
    scenarios: Mapping[str, Scenario]
    runs: tuple[PlannedRun, ...]
    rows: tuple[str, ...] = ()
    problem: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()

    @property
    def hash(self) -> str:
        """32 hexadecimal digits that change with any run of the plan or its order."""
        return hashlib.blake2b("".join(self.rows).encode(), digest_size=16).hexdigest()


def make_plan(design: Design) -> Plan:
    """Return every run of a design.

    Raises
    ------
    InputError
        If the design or a scenario it names is not valid, or SALib is needed and not installed.
    """
    check_design(design, f'design "{design.name}"')
    variants = _variants(design)
    sample = sample_of(design)
    runs: dict[str, PlannedRun] = {}
    rows: list[str] = []
    for place, variant in enumerate(variants):
        for row in range(len(sample.points)):
            for run in _replicates(design, variant, sample, row, place * len(sample.points) + row):
                rows.append(run.run)
                runs.setdefault(run.run, run)
    notes = _notes_on_regimes(variants, [*design.fixed, *sample.names])
    if len(rows) > len(runs):
        notes.append(f"{len(rows) - len(runs):,} of {len(rows):,} runs repeat others of the design and are done once")
    scenarios = {variant.name: variant.scenario for variant in variants}
    return Plan(design, scenarios, tuple(runs.values()), tuple(rows), problem_of(design), tuple(notes))


def seed_of(design: Design, point: int, replicate: int, block: int) -> int:
    """Return the seed of a run: a small whole number, so that ``innonet run --seed`` repeats it.

    - ``crn``: first_seed + replicate, at every point alike;
    - ``block``: first_seed + block * replicates + replicate, alike within a block and in every scenario;
    - ``independent``: first_seed + point * replicates + replicate, another one for each run.

    >>> from experiments.sweep.design import Design
    >>> design = Design(name="d", replicates=10, first_seed=100, seed_policy="independent")
    >>> seed_of(design, point=3, replicate=2, block=-1)
    132
    """
    place = {"crn": 0, "block": block, "independent": point}[design.seed_policy]
    return design.first_seed + place * design.replicates + replicate


# ---------------------------------------------------------------------------------------------------- scenarios


@dataclass(frozen=True)
class _Variant:
    """A scenario under one of the regimes: its name, its columns among the factors, and what its runs share."""

    name: str
    scenario: Scenario
    labels: Mapping[str, str]
    quarters: int
    keys: RunKeys
    start: Mapping[str, Value]


def _variants(design: Design) -> list[_Variant]:
    """Return every scenario under every regime.

    Raises
    ------
    InputError
        If a scenario is not valid, two have one name, or a regime comes after the end.
    """
    scenarios = [_loaded(design, each) for each in design.scenarios]
    names = [scenario.name for scenario in scenarios]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f'design "{design.name}", scenarios: two are called "{name}"; rename one in its file')
    return [
        _variant(design, scenario, regime, changes)
        for scenario in scenarios
        for regime, changes in (design.regimes or {"": []}).items()
    ]


def _loaded(design: Design, name: str) -> Scenario:
    try:
        return Scenario.load(name)
    except InputError as error:
        raise InputError(f'design "{design.name}", scenarios: {error}') from error


def _variant(design: Design, scenario: Scenario, regime: str, changes: list[Change]) -> _Variant:
    quarters = scenario.quarters if design.quarters is None else design.quarters
    for change in changes:
        if change.from_quarter > quarters:
            late = f'design "{design.name}", regime "{regime}": quarter {change.from_quarter}'
            raise InputError(f"{late} comes after the last of {scenario.name}, {quarters}")
    added = [Regime(each.from_quarter, regime, each.changes) for each in changes]
    merged = sorted([*scenario.regimes, *added], key=lambda each: each.from_quarter)
    changed = replace(scenario, regimes=tuple(merged)) if added else scenario
    labels = {"scenario": scenario.name} if len(design.scenarios) > 1 else {}
    if len(design.regimes) > 1:
        labels["regime"] = regime
    name = f"{scenario.name}/{regime}" if regime else scenario.name
    start = changed.parameters_at(1 - changed.burn_in).flat()
    return _Variant(name, changed, labels, quarters, RunKeys(changed), start)


def _replicates(design: Design, variant: _Variant, sample: Sample, row: int, point: int) -> Iterator[PlannedRun]:
    """Give the runs of one point."""
    changes = _typed(design.fixed) | sample.changes(row)
    values = {name: sample.points[row].get(name, variant.start.get(name, False)) for name in sample.names}
    shared = variant.keys.point(changes)
    block = sample.block(row)
    for replicate in range(design.replicates):
        seed = seed_of(design, point, replicate, block)
        yield PlannedRun(
            run=variant.keys.keyed(shared, seed, variant.quarters),
            point=point,
            replicate=replicate,
            block=block,
            scenario=variant.name,
            seed=seed,
            quarters=variant.quarters,
            changes=changes,
            factors={**variant.labels, **values},
        )


def _typed(changes: Mapping[str, Any]) -> dict[str, Value]:
    """Return changes in the parameters' own types."""
    return {name: SPECIFICATIONS[name].checked(name, value) for name, value in changes.items()}


def _notes_on_regimes(variants: list[_Variant], names: list[str]) -> list[str]:
    """Return a note for each parameter of the design that a scenario's own regime would change."""
    found = {
        (name, each.scenario.name)
        for each in variants
        for regime in each.scenario.regimes
        for name in regime.changes
        if name in names
    }
    return [
        f"{name}: a regime of {scenario} changes it; in the design its value holds in every quarter"
        for name, scenario in sorted(found)
    ]
