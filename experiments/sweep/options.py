"""How to run a batch: where, how long a run may take, when to stop. None of this changes results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from abm.errors import InputError
from experiments.sweep.engines import ClusterEngine, Engine, LocalEngine, cores

if TYPE_CHECKING:
    from experiments.sweep.design import Design


@dataclass(frozen=True)
class Options:
    """What a person chooses.

    Attributes
    ----------
    jobs
        Processes on this machine; None for one per core.
    cluster
        Address of a Dask scheduler; None for this machine.
    max_failures
        Failures after which to stop, as a number or ``"5%"`` of all runs; None never to stop.
    seconds_per_run
        Wall seconds a run may take; None for no limit.
    quiet
        Print nothing but errors and the folder of the store.
    chunk
        Runs in a chunk; None to size chunks by what runs take.
    """

    jobs: int | None = None
    cluster: str | None = None
    max_failures: str | None = None
    seconds_per_run: float | None = None
    quiet: bool = False
    chunk: int | None = None


def read_options(
    jobs: int | None,
    cluster: str | None,
    max_failures: str | None,
    seconds_per_run: float | None,
    *,
    fail_fast: bool,
    quiet: bool,
) -> Options:
    """Return the options a person gives on the command line.

    Raises
    ------
    InputError
        If two of them say different things, or one says nothing.
    """
    if jobs is not None and cluster is not None:
        raise InputError("--jobs is for this machine; on a cluster its workers say how many they are: leave one out")
    if fail_fast and max_failures is not None:
        raise InputError("--fail-fast stops at the first failure, --max-failures allows some: leave one out")
    failures_allowed(max_failures, 1)
    return Options(jobs, cluster, "0" if fail_fast else max_failures, seconds_per_run, quiet)


def asked_for(design: Design, measures: str | None, half_width: str | None, at_most: int | None) -> Design:
    """Return a design with the precision a person asks for on the command line.

    Raises
    ------
    InputError
        If a number is none, or there is nothing to be precise about.
    """
    from experiments.sweep.design import Precise

    known = design.precision
    if measures is None and known is None:
        if half_width is not None or at_most is not None:
            given = "--half-width" if half_width is not None else "--at-most"
            raise InputError(f"{given} goes with --until-precise MEASURE, the mean that is to be known")
        return design
    words = [each.strip() for each in (measures or "").split(",")]
    names = known.measures if measures is None and known else [each for each in words if each]
    if not names:
        raise InputError("--until-precise: name a measure (see innonet describe measures)")
    width = known.half_width if half_width is None and known else half_width or "5%"
    try:
        width = width if str(width).endswith("%") else float(width)
        precision = Precise(measures=names, half_width=width)
    except ValueError:  # also pydantic's, of nan
        raise InputError(f'--half-width {width}: give a number, as 0.01, or a share of the mean, as "5%"') from None
    most = design.replicates if at_most is None else at_most
    return design.model_copy(update={"precision": precision, "replicates": most})


def engine_of(options: Options) -> Engine:
    """Return the engine that options name.

    Raises
    ------
    InputError
        If Dask is not installed or its scheduler does not answer.
    """
    if options.cluster is not None:
        return ClusterEngine(options.cluster)
    return LocalEngine(options.jobs or cores())


def failures_allowed(text: str | None, runs: int) -> float:
    """Return the number of failures that do not stop a batch of so many runs.

    Raises
    ------
    InputError
        If the text is neither a number nor a percentage.

    >>> failures_allowed("5%", 200), failures_allowed("3", 200), failures_allowed(None, 200)
    (10.0, 3.0, inf)
    """
    if text is None:
        return float("inf")
    number = text.strip().removesuffix("%")
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    is_share = text.strip().endswith("%")
    if not 0 <= value < float("inf") or (is_share and value > 100):
        raise InputError(f'--max-failures {text}: give a number of runs, as "20", or a share of them, as "5%"')
    return value / 100 * runs if is_share else value
