"""One run from the request to the folder on disk: what ``innonet run`` does."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from abm import kernel
from abm.scenario import Scenario
from abm.simulation import Result, simulate
from experiments.manifest import manifest_of, write_manifest
from experiments.progress import quarters_shown, say
from experiments.request import Request, read_settings
from experiments.store import checksums_in, staged, write_tables


def request_of(
    given: str, *, seed: int = 1, quarters: int | None = None, settings: Sequence[str] = (), panel_every: int = 4
) -> Request:
    """Return the request for a scenario named by a person, with ``group.name=value`` texts as changes.

    Raises
    ------
    InputError
        If the scenario or a setting is not valid.
    """
    changes = read_settings(settings)
    scenario = Scenario.load(given)
    if changes:
        scenario = scenario.with_parameters(changes)
    return Request(scenario, given, seed, scenario.quarters if quarters is None else quarters, changes, panel_every)


def run_into(folder: Path, request: Request, *, force: bool, with_figures: bool = True, quiet: bool = False) -> None:
    """Run and write the run folder; nothing is left behind if it fails.

    Raises
    ------
    InputError
        If the folder must not or cannot be written, or the run itself refuses its input.
    """
    with staged(folder, force=force) as temporary:
        started = datetime.now(UTC)
        clock = time.perf_counter()
        result = _simulate(request, quiet)
        seconds = {"run": time.perf_counter() - clock}
        write_tables(temporary, result)
        seconds["run_and_tables"] = time.perf_counter() - clock
        sums = checksums_in(temporary)
        write_manifest(temporary, manifest_of(request, result, started, seconds, sums))
        if with_figures:
            say("Drawing figures ...", quiet=quiet)
            from analysis.figures import draw_all
            from analysis.load import load_run

            draw_all(load_run(temporary), temporary / "figures")
            seconds["all"] = time.perf_counter() - clock
        write_manifest(temporary, manifest_of(request, result, started, seconds, sums))


def _simulate(request: Request, quiet: bool) -> Result:
    if not kernel.is_cache_ready():
        say("Compiling the model once (about a minute) ...", quiet=quiet)
    title = f"{request.scenario.name}, seed {request.seed}"
    with quarters_shown(title, request.scenario.burn_in, quiet=quiet) as on_quarter:
        return simulate(
            request.scenario,
            seed=request.seed,
            quarters=request.quarters,
            panel_every=request.panel_every,
            on_quarter=on_quarter,
        )
