"""What a design may say: every key, its type and its meaning. A design is data; `plan` turns it into runs.

A design is a TOML file: which scenarios, which factors over which values, how many replicates on which seeds, and
what is kept of each run. A *factor* is a parameter that varies; its bounds, unless given, are those the parameter is
declared with. A *point* is one setting of all factors; a *replicate* is one seed at a point.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(max_length=10_000)]
FileName = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^\w[\w-]*$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\s.](?:[^.\x00-\x1f\x7f]*[^\s.])?$")]

MAX_RUNS = 10_000_000
MAX_QUARTERS = 1_000_000
MAX_SEED = 2**63 - 1

SeedPolicy = Literal["crn", "block", "independent"]


class Table(BaseModel):
    """Base of all tables of a design."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


class Factor(Table):
    """A parameter that varies.

    Attributes
    ----------
    name
        ``group.name`` of a parameter.
    low, high
        Bounds of what is sampled, in the parameter's unit; by default those of its declaration.
    levels
        Values for grids and one at a time: a list of them, or how many between the bounds.
    scale
        ``log`` samples the logarithm evenly; `low` must then be above 0.
    """

    name: str
    low: float | None = None
    high: float | None = None
    levels: Any = None
    scale: Literal["linear", "log"] = "linear"


Factors = Annotated[list[Factor], Field(min_length=1)]
Levels = Annotated[int, Field(ge=2, le=10_000)]
Size = Annotated[int, Field(ge=1, le=MAX_RUNS)]
SampleSeed = Annotated[int, Field(ge=0, le=2**32 - 1)]


class Grid(Table):
    """Every combination of the factors' levels; `levels` is their number where a factor names none."""

    kind: Literal["grid"]
    factors: Factors
    levels: Levels = 5


class Listed(Table):
    """The points as they are listed: ``{"group.name" = value}`` each, or a row each of a CSV file (`file`)."""

    kind: Literal["list"]
    points: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MAX_RUNS)]


class LatinHypercube(Table):
    """`n` points that fill the space: each factor's range is cut into `n` parts and each part is met once."""

    kind: Literal["latin_hypercube"]
    factors: Factors
    n: Size
    sample_seed: SampleSeed = 1


class Sobol(Table):
    """`n` points of a scrambled Sobol' sequence, a power of 2; they fill the space. For indices take `saltelli`."""

    kind: Literal["sobol"]
    factors: Factors
    n: Size
    sample_seed: SampleSeed = 1


class Saltelli(Table):
    """`n` blocks for Sobol' indices, a power of 2; a block has D + 2 points, or 2 D + 2 with `second_order`."""

    kind: Literal["saltelli"]
    factors: Factors
    n: Size
    second_order: bool = False
    sample_seed: SampleSeed = 1


class Morris(Table):
    """`n` trajectories of D + 1 points for elementary effects; each step moves one factor over half of its levels."""

    kind: Literal["morris"]
    factors: Factors
    n: Size
    levels: Annotated[int, Field(ge=2, le=1000)] = 4
    sample_seed: SampleSeed = 1


class OneAtATime(Table):
    """The base point, and each factor over its levels while the others stay as in the scenario."""

    kind: Literal["one_at_a_time"]
    factors: Factors
    levels: Levels = 5


class Switched(Table):
    """Every combination of on and off of `switches` and of `groups` (name -> switches that go together)."""

    kind: Literal["switches"]
    switches: list[str] = []
    groups: dict[Name, Annotated[list[str], Field(min_length=1)]] = {}


Sampling = Annotated[
    Grid | Listed | LatinHypercube | Sobol | Saltelli | Morris | OneAtATime | Switched, Field(discriminator="kind")
]


class Detail(Table):
    """What is kept of each run.

    Attributes
    ----------
    quarters
        ``last``, ``all``, or k for every k-th quarter and the last.
    measures
        ``all``, or names of measures.
    events
        Whether the events are kept.
    panel_every
        Quarters between two records of every actor; 0 for none.
    """

    quarters: Literal["last", "all"] | Annotated[int, Field(ge=1, le=MAX_QUARTERS)] = "all"
    measures: Literal["all"] | Annotated[list[str], Field(min_length=1)] = "all"
    events: bool = False
    panel_every: Annotated[int, Field(ge=0, le=MAX_QUARTERS)] = 0


class Precise(Table):
    """When replicates are enough: as soon as every point's mean of each measure is known well enough.

    Attributes
    ----------
    measures
        Names; what counts is their value in the last quarter of a run.
    half_width
        Of the 95 % confidence interval of the mean: a share of it, as ``"5%"``, or a number in the measure's unit.
    """

    measures: Annotated[list[str], Field(min_length=1)]
    half_width: float | str = "5%"


class Change(Table):
    """Values that hold from a quarter on, counted after the burn-in (the first is 1)."""

    from_quarter: Annotated[int, Field(ge=1, le=MAX_QUARTERS)]
    changes: dict[str, Any]


class Design(Table):
    """A whole design, complete in itself: scenario files by their full path, factors and points spelled out.

    Attributes
    ----------
    scenarios
        Names of shipped scenarios or full paths of files; every one is crossed with every point.
    quarters
        Quarters after the burn-in; None for each scenario's own.
    replicates
        Runs of each point, on seeds of their own; with `precision` the most there may be.
    first_seed
        Seed of replicate 0, see `plan.seed_of`.
    seed_policy
        ``crn`` (common random numbers: the seed depends on the replicate only), ``block`` (one seed for each
        Saltelli block or Morris trajectory and replicate), ``independent`` (one seed for each run).
    fixed
        ``{"group.name": value}`` for every run.
    regimes
        Alternative policies by name, each a list of dated changes after the scenario's own; every one is crossed
        with every scenario. ``[]`` is the scenario as it is.
    sampling
        How the points are chosen; by default there is one, the scenario as it is.
    precision
        When replicates are enough; None to do all of them.
    """

    name: FileName
    title: Text = ""
    description: Text = ""
    scenarios: Annotated[list[str], Field(min_length=1, max_length=1000)] = ["equipment"]
    quarters: int | None = Field(default=None, ge=1, le=MAX_QUARTERS)
    replicates: Size = 1
    first_seed: Annotated[int, Field(ge=0, le=MAX_SEED)] = 1
    seed_policy: SeedPolicy = "crn"
    fixed: dict[str, Any] = {}
    regimes: dict[Name, list[Change]] = {}
    sampling: Sampling = Listed(kind="list", points=[{}])
    detail: Detail = Detail()
    precision: Precise | None = None


def read_design(name_or_path: str | Path) -> Design:
    """Return a shipped design by name, or read one from a TOML file.

    Raises
    ------
    InputError
        If there is no such design or file, or anything in it is wrong; one message tells all.
    """
    from experiments.sweep.reading import read

    return read(name_or_path)
