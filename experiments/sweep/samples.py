"""Points of a design: which values every factor takes, by SALib and SciPy where anything is drawn.

Everything is sampled on the unit interval and then put on a factor's own scale: numbers between their bounds (evenly
in the logarithm if asked), whole numbers so that each is as likely as the others, switches on from one half upwards.
The same design gives the same points, as `sample_seed` stands in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from abm.errors import InputError
from abm.parameters import SPECIFICATIONS
from experiments.sweep.design import (
    Design,
    Factor,
    Grid,
    LatinHypercube,
    Listed,
    Morris,
    OneAtATime,
    Saltelli,
    Sobol,
    Switched,
)

if TYPE_CHECKING:
    from abm.types import FloatArray

Value = float | int | bool
Drawn = LatinHypercube | Sobol | Saltelli | Morris
"""Samplings on the unit interval."""


@dataclass(frozen=True)
class Sample:
    """The points of a design, the same for every scenario.

    Attributes
    ----------
    names
        What varies, in the order of the design: parameters, or groups of switches.
    points
        ``{name: value}``; a factor that is absent stays as in the scenario.
    block_size
        Points of one Saltelli block or Morris trajectory, 0 where there are none.
    groups
        Switches that a name in `names` stands for, where it is not a parameter itself.
    """

    names: tuple[str, ...]
    points: Sequence[Mapping[str, Value]]
    block_size: int = 0
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def block(self, row: int) -> int:
        """Return the block a point belongs to, -1 for none."""
        return row // self.block_size if self.block_size else -1

    def changes(self, row: int) -> dict[str, Value]:
        """Return the parameters that a point changes."""
        changes: dict[str, Value] = {}
        for name, value in self.points[row].items():
            changes.update(dict.fromkeys(self.groups.get(name, (name,)), value))
        return changes


def sample_of(design: Design) -> Sample:
    """Return the points of a checked design.

    Raises
    ------
    InputError
        If SALib is needed and not installed.
    """
    match design.sampling:
        case Grid() as grid:
            names = tuple(factor.name for factor in grid.factors)
            levels = [levels_of(factor, grid.levels) for factor in grid.factors]
            return Sample(names, [dict(zip(names, row, strict=True)) for row in product(*levels)])
        case Listed() as listed:
            points = [{name: _typed(name, value) for name, value in point.items()} for point in listed.points]
            return Sample(tuple(dict.fromkeys(name for point in points for name in point)), points)
        case OneAtATime() as one:
            alone = [{each.name: value} for each in one.factors for value in levels_of(each, one.levels)]
            return Sample(tuple(factor.name for factor in one.factors), [{}, *alone])
        case Switched() as switched:
            names = (*switched.switches, *switched.groups)
            rows = product((True, False), repeat=len(names))
            return Sample(names, [dict(zip(names, row, strict=True)) for row in rows], groups=switched.groups)
        case drawn:
            names = tuple(factor.name for factor in drawn.factors)
            unit = unit_sample(drawn)
            columns = [values_at(factor, unit[:, place]) for place, factor in enumerate(drawn.factors)]
            points = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
            return Sample(names, points, block_size_of(drawn))


def unit_sample(sampling: Drawn) -> FloatArray:
    """Return the points on the unit interval, shape (points, factors): what Morris' analysis reads the steps from.

    Raises
    ------
    InputError
        If SALib is needed and not installed.
    """
    width, seed = len(sampling.factors), sampling.sample_seed
    if isinstance(sampling, (LatinHypercube, Sobol)):
        from scipy.stats import qmc

        engine = qmc.LatinHypercube if isinstance(sampling, LatinHypercube) else qmc.Sobol
        unit: FloatArray = engine(width, rng=seed).random(sampling.n)
        return unit
    try:
        from SALib.sample import morris, sobol
    except ImportError:
        raise InputError(
            f"{sampling.kind} designs need SALib; install it with: pip install 'innonet[analysis]'"
        ) from None
    names = [factor.name for factor in sampling.factors]
    problem = {"num_vars": width, "names": names, "bounds": [[0.0, 1.0]] * width}
    if isinstance(sampling, Saltelli):
        unit = sobol.sample(problem, sampling.n, calc_second_order=sampling.second_order, seed=seed)
    else:
        unit = morris.sample(problem, sampling.n, num_levels=sampling.levels, seed=seed)
    return unit


def block_size_of(sampling: Any) -> int:
    """Return the points of one Saltelli block or Morris trajectory, 0 for other samplings."""
    if isinstance(sampling, Saltelli):
        return (2 if sampling.second_order else 1) * len(sampling.factors) + 2
    return len(sampling.factors) + 1 if isinstance(sampling, Morris) else 0


def size_of(design: Design) -> int:
    """Return how many points a design has for each scenario and regime, without making them."""
    match design.sampling:
        case Grid() as grid:
            return prod(n_levels(factor, grid.levels) for factor in grid.factors)
        case Listed() as listed:
            return len(listed.points)
        case OneAtATime() as one:
            return 1 + sum(n_levels(factor, one.levels) for factor in one.factors)
        case Switched() as switched:
            return int(2 ** (len(switched.switches) + len(switched.groups)))
        case drawn:
            return drawn.n * max(block_size_of(drawn), 1)


def n_runs(design: Design) -> int:
    """Return how many runs a design asks for, repeated ones included."""
    return size_of(design) * len(design.scenarios) * max(len(design.regimes), 1) * design.replicates


def problem_of(design: Design) -> dict[str, Any] | None:
    """Return the factors as SALib's analyses want them, in their own units; None where nothing is drawn."""
    if not isinstance(design.sampling, Drawn):
        return None
    factors = design.sampling.factors
    return {
        "num_vars": len(factors),
        "names": [factor.name for factor in factors],
        "bounds": [list(bounds_of(factor)) for factor in factors],
        "dists": ["logunif" if factor.scale == "log" else "unif" for factor in factors],
    }


# ----------------------------------------------------------------------------------------------------- factors


def bounds_of(factor: Factor) -> tuple[float, float]:
    """Return between which values a factor varies: its own bounds, or those of the parameter's declaration."""
    known = SPECIFICATIONS[factor.name]
    return (known.low if factor.low is None else factor.low, known.high if factor.high is None else factor.high)


def values_at(factor: Factor, unit: FloatArray) -> list[Value]:
    """Return the values of a factor at places on the unit interval.

    >>> import numpy as np
    >>> values_at(Factor(name="learning.n_rivals"), np.array([0.0, 0.19, 0.21, 1.0]))  # 1 to 5
    [1, 1, 2, 5]
    >>> values_at(Factor(name="policy.access", low=0.01, high=1.0, scale="log"), np.array([0.0, 0.5, 1.0]))
    [0.01, 0.1, 1.0]
    >>> values_at(Factor(name="switches.platform"), np.array([0.49, 0.5]))
    [False, True]
    """
    import numpy as np

    kind = SPECIFICATIONS[factor.name].kind
    low, high = bounds_of(factor)
    if kind is bool:
        return list((unit >= 0.5).tolist())
    end = high + 1 if kind is int else high
    values = low * (end / low) ** unit if factor.scale == "log" else low + unit * (end - low)
    if kind is int:
        return list(np.clip(np.floor(values), low, high).astype(np.int64).tolist())
    return list(np.clip(values, low, high).tolist())


def levels_of(factor: Factor, n: int) -> list[Value]:
    """Return the levels of a factor: its own, or `n` between its bounds, of whole numbers each once.

    >>> levels_of(Factor(name="policy.access", low=0.1, high=0.5), 3)
    [0.1, 0.3, 0.5]
    >>> levels_of(Factor(name="learning.n_rivals", high=3), 5)
    [1, 2, 3]
    """
    import numpy as np

    if isinstance(factor.levels, list):
        return [_typed(factor.name, level) for level in factor.levels]
    kind = SPECIFICATIONS[factor.name].kind
    if kind is bool:
        return [False, True]
    low, high = bounds_of(factor)
    spaced = np.geomspace if factor.scale == "log" else np.linspace
    values = spaced(low, high, n if factor.levels is None else factor.levels)
    if kind is int:
        return list(dict.fromkeys(round(value) for value in values.tolist()))
    return [min(max(float(f"{value:.12g}"), low), high) for value in values.tolist()]


def n_levels(factor: Factor, n: int) -> int:
    """Return how many levels a factor has."""
    return len(levels_of(factor, n))


def _typed(name: str, value: Any) -> Value:
    """Return a value in its parameter's type."""
    return SPECIFICATIONS[name].checked(name, value)
