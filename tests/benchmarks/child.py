"""One measurement in a process of its own, printed as JSON: ``python -m tests.benchmarks.child quarters 1 40``."""

from __future__ import annotations

import json
import sys
import time
from typing import Any


def quarters(scale: float, number: int) -> dict[str, Any]:
    """Time quarters of a region after one run for warming up."""
    from abm.kernel import IS_COMPILED
    from tests.benchmarks.subjects import scaled_region, timed_run

    scenario = scaled_region(scale)
    if IS_COMPILED:
        timed_run(scenario, 2)
    run = timed_run(scenario, number)
    return {"compiled": IS_COMPILED, **vars(run)}


def whole(number: int) -> dict[str, Any]:
    """Time the default run with its burn-in: mean processor seconds of a quarter's steps and measures."""
    from abm import Scenario
    from abm.kernel import IS_COMPILED
    from tests.benchmarks.subjects import timed_run

    scenario = Scenario.load("equipment")
    if IS_COMPILED:
        timed_run(scenario, scenario.burn_in + number)
    run = timed_run(scenario, scenario.burn_in + number)
    mean = {part: sum(getattr(run, part)) / len(run.steps) for part in ("steps", "measures")}
    return {"compiled": IS_COMPILED, **mean, "state": run.state}


def start(number: int) -> dict[str, Any]:
    """Run the default region from a standing start; compiled code is loaded or made as needed."""
    began = time.perf_counter()
    from abm import simulate

    imported = time.perf_counter()
    result = simulate("equipment", quarters=number)
    coordination = float(result.recorder.series("coupling_coordination")[-1, 0])
    return {"imports": imported - began, "run": time.perf_counter() - imported, "coupling_coordination": coordination}


def sweep(turns: int, runs: int) -> dict[str, Any]:
    """Measure what a sweep adds to its runs."""
    from tests.benchmarks.sweeps import efficiency, overhead

    return {**overhead(turns, runs), **efficiency(max(turns // 3, 1), 4 * runs)}  # the end of a short sweep weighs much


def imports(statement: str) -> dict[str, Any]:
    """Time an import."""
    began = time.perf_counter()
    exec(statement, {})
    return {"seconds": time.perf_counter() - began}


def main() -> None:
    """Measure what the arguments ask for."""
    what, *arguments = sys.argv[1:]
    if what == "quarters":
        measured = quarters(float(arguments[0]), int(arguments[1]))
    elif what == "whole":
        measured = whole(int(arguments[0]))
    elif what == "start":
        measured = start(int(arguments[0]))
    elif what == "sweep":
        measured = sweep(int(arguments[0]), int(arguments[1]))
    else:
        measured = imports(arguments[0])
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
