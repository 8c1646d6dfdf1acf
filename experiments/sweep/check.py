"""What a design must fulfil beyond the types of its keys; all that can be told without loading a scenario."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from abm.errors import InputError, nearest
from abm.parameters import SPECIFICATIONS
from abm.scenario.problems import Problems, shown
from experiments.sweep.design import MAX_RUNS, MAX_SEED, Design, Factor, Listed, Morris, Saltelli, Sobol, Switched
from experiments.sweep.samples import block_size_of, bounds_of, n_levels, n_runs

TAKEN = ("run", "point", "replicate", "block", "scenario", "regime", "seed", "quarters", "state")
"""Names of columns that a group of switches must not have."""

MAX_LEVELS = 10_000


def check_design(design: Design, where: str) -> None:
    """Check names, bounds, sizes and what excludes what; `where` names the design in the message.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    problems = Problems(where)
    _check_twice("scenarios", design.scenarios, problems)
    _check_changes("fixed", design.fixed, problems)
    for name, regime in design.regimes.items():
        for change in regime:
            _check_changes(f'regimes "{name}", quarter {change.from_quarter}', change.changes, problems)
            if design.quarters is not None and change.from_quarter > design.quarters:
                problems.add(f'regimes "{name}": quarter {change.from_quarter} comes after the last, {design.quarters}')
    varied = _check_sampling(design, problems)
    _check_overlaps(design, varied, problems)
    _check_detail(design, problems)
    _check_precision(design, problems)
    problems.stop()
    _check_size(design, problems)
    problems.stop()


def _check_sampling(design: Design, problems: Problems) -> list[str]:
    """Check the sampling and return the parameters it varies."""
    sampling = design.sampling
    if isinstance(sampling, Listed):
        for number, point in enumerate(sampling.points, 1):
            _check_changes(f"sampling, point {number}", point, problems)
        return list(dict.fromkeys(name for point in sampling.points for name in point))
    if isinstance(sampling, Switched):
        return _check_switches(sampling, problems)
    n = getattr(sampling, "n", 1)
    if isinstance(sampling, (Sobol, Saltelli)) and n & (n - 1):
        below = 2 ** (n.bit_length() - 1)
        problems.add(f"sampling, n: {n} is not a power of 2; the nearest are {below} and {2 * below}")
    if isinstance(sampling, Morris) and sampling.levels % 2:
        problems.add(f"sampling, levels: {sampling.levels} is odd; trajectories need an even number")
    names = [factor.name for factor in sampling.factors]
    _check_twice("sampling, factors", names, problems)
    for factor in sampling.factors:
        _check_factor(factor, getattr(sampling, "levels", 2), problems)
    return names


def _check_factor(factor: Factor, n: int, problems: Problems) -> None:
    """Check a factor's name, bounds, scale and levels."""
    place = f"sampling, factor {factor.name}"
    known = SPECIFICATIONS.get(factor.name)
    if known is None:
        problems.add(f"sampling: unknown factor {shown(factor.name)}{nearest(factor.name, SPECIFICATIONS)}")
        return
    given = {key: value for key, value in (("low", factor.low), ("high", factor.high)) if value is not None}
    if known.kind is bool and (given or factor.scale == "log"):
        problems.add(f"{place}: is a switch; low, high and scale do not apply")
        return
    before = problems.count
    for key, value in given.items():
        _check_value(f"{place}, {key}", factor.name, value, problems)
    low, high = bounds_of(factor)
    if not low < high:
        problems.add(f"{place}: low {low:g} is not below high {high:g}")
    if factor.scale == "log" and low <= 0:
        problems.add(f"{place}: a log scale needs low above 0, not {low:g}")
    _check_levels(place, factor, problems)
    if problems.count == before and n_levels(factor, n) < 2 and not isinstance(factor.levels, list):
        problems.add(f"{place}: has fewer than two levels")


def _check_levels(place: str, factor: Factor, problems: Problems) -> None:
    levels = factor.levels
    if isinstance(levels, list):
        if not levels:
            problems.add(f"{place}, levels: is empty")
        for level in levels:
            _check_value(f"{place}, levels", factor.name, level, problems)
        _check_twice(f"{place}, levels", levels, problems)
    elif levels is not None and (type(levels) is not int or not 2 <= levels <= MAX_LEVELS):
        problems.add(f"{place}, levels: {shown(levels)} is neither a list nor a whole number from 2 to {MAX_LEVELS:,}")


def _check_switches(sampling: Switched, problems: Problems) -> list[str]:
    """Check the switches of a factorial and return them all."""
    names = [*sampling.switches, *(name for group in sampling.groups.values() for name in group)]
    if not names:
        problems.add("sampling: no switches; list some in switches or groups")
    switches = [name for name, known in SPECIFICATIONS.items() if known.kind is bool]
    for name in names:
        if name not in switches:
            what = "is not a switch" if name in SPECIFICATIONS else "unknown switch"
            problems.add(f"sampling: {what}: {shown(name)}{nearest(name, switches)}")
    for group in sampling.groups:
        if group in TAKEN or group in SPECIFICATIONS:
            problems.add(f'sampling, groups: "{group}" is the name of a column or parameter; choose another')
    _check_twice("sampling, switches", names, problems)
    return names


def _check_overlaps(design: Design, varied: list[str], problems: Problems) -> None:
    """Refuse a parameter that two parts of the design set: one of them would do nothing."""
    for name in varied:
        if name in design.fixed:
            problems.add(f"{name} is both fixed and a factor; take it from one of them")
    dated = {name: regime for regime, steps in design.regimes.items() for step in steps for name in step.changes}
    for name, regime in dated.items():
        if name in design.fixed or name in varied:
            part = "fixed" if name in design.fixed else "a factor"
            problems.add(f'{name} is {part}, which holds in every quarter; regime "{regime}" could not change it')


def _check_detail(design: Design, problems: Problems) -> None:
    if design.detail.measures == "all":
        return
    from abm.measures import MEASURES

    _check_twice("detail, measures", design.detail.measures, problems)
    for name in design.detail.measures:
        if name not in MEASURES:
            problems.add(f"detail, measures: unknown measure {shown(name)}{nearest(name, MEASURES)}")


def _check_precision(design: Design, problems: Problems) -> None:
    """Check that the measures are recorded numbers, and that there may be enough replicates for the rule."""
    from abm.measures import MEASURES
    from experiments.sweep.replication import asked_of, fewest

    if design.precision is None:
        return
    kept = list(MEASURES) if design.detail.measures == "all" else design.detail.measures
    numbers = [name for name in kept if name in MEASURES and not MEASURES[name].is_text]
    for name in design.precision.measures:
        if name not in numbers:
            known = "is a text, not a number" if name in kept else "is not kept (see detail)"
            what = known if name in MEASURES else "does not exist"
            problems.add(f"precision, measures: {shown(name)} {what}{nearest(name, numbers)}")
    try:
        asked = asked_of(design)
    except ValueError:
        given = design.precision.half_width
        problems.add(f'precision, half_width: {shown(given)}: give a number above 0, or a share of the mean, as "5%"')
        return
    if design.replicates < fewest(asked):
        problems.add(
            f"precision: {fewest(asked)} replicates are looked at in any case, but only {design.replicates} allowed; "
            "raise replicates (on the command line --at-most 1000): what is not needed is not run"
        )


def _check_size(design: Design, problems: Problems) -> None:
    runs = n_runs(design)
    if runs > MAX_RUNS:
        points = f"{_large(runs // design.replicates)} points of {design.replicates:,} replicates"
        problems.add(f"{points} are {_large(runs)} runs; allowed up to {MAX_RUNS:,}")
    elif design.first_seed + runs > MAX_SEED:
        problems.add(f"first_seed: {design.first_seed} leaves too few seeds below {MAX_SEED}")
    if design.seed_policy == "block" and block_size_of(design.sampling) == 0:
        problems.add(f'seed_policy "block" needs a saltelli or morris sampling, not {design.sampling.kind}; take crn')


def _check_changes(place: str, changes: Mapping[str, Any], problems: Problems) -> None:
    for name, value in changes.items():
        if name in SPECIFICATIONS:
            _check_value(place, name, value, problems)
        elif isinstance(value, Mapping):
            problems.add(f'{place}: {shown(name)} is a table; write names in quotes, as "policy.access" = 0.2')
        else:
            problems.add(f"{place}: unknown parameter {shown(name)}{nearest(name, SPECIFICATIONS)}")


def _check_value(place: str, name: str, value: Any, problems: Problems) -> None:
    try:
        SPECIFICATIONS[name].checked(name, value)
    except InputError as error:
        problems.add(f"{place}: {error}")


def _large(number: int) -> str:
    """Return a whole number of any size.

    >>> _large(12_500), _large(10**80 + 1)
    ('12,500', 'about 10^80')
    """
    return f"{number:,}" if number < 10**15 else f"about 10^{len(str(number)) - 1}"


def _check_twice(place: str, names: Iterable[Any], problems: Problems) -> None:
    for name, times in Counter(shown(name) for name in names).items():
        if times > 1:
            problems.add(f"{place}: {name} stands there {times} times")
