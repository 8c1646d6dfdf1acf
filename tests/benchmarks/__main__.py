"""`make bench`: measure, print tables, and write ``BENCHMARKS.json`` and ``BENCHMARKS.md``.

Other work on the machine disturbs times but much less their ratios, so what is compared is measured in turns
(A B A B ...), and medians are given. Each process starts afresh and warms up before it is timed. Starts, imports, the
run of 100 quarters and the efficiency of two workers are wall time, everything else is processor time.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

SIZES = (330, 3_300, 33_000)
BASE = 330
IMPORTS = (
    "pass",
    "import abm",
    "from abm import simulate",
    "from abm import InnovationNetworkModel",
    "import analysis.figures",
)
AIMS = {
    "compiled_over_uncompiled": "at least 50",
    "compiled_over_uncompiled_steps_only": "at least 50",
    "run_of_100_quarters_seconds": "0.1",
    "largest_over_smallest_cost": "at most 2",
    "cold_start_seconds": "under 45",
    "second_start_seconds": "under 2",
    "sweep_overhead_share": "below 0.05",
    "swept_over_bare": "below 1.05",
    "two_workers_efficiency": "0.9, on a machine with nothing else to do",
}


def child(*arguments: object, environment: dict[str, str] | None = None) -> dict[str, Any]:
    """Return what a process of its own measures, with its wall time as ``process``; it keeps bytecode, as is usual."""
    variables = {**os.environ, "OPENBLAS_NUM_THREADS": "1", **(environment or {})}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "tests.benchmarks.child", *map(str, arguments)]
    began = time.perf_counter()
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**measured, "process": took}


def compiled_over_uncompiled(rounds: int, quarters: int) -> dict[str, Any]:
    """Compare the same default run, with its burn-in and its measures, with and without compiled kernels."""
    runs: dict[str, list[dict[str, Any]]] = {"0": [], "1": []}
    for _ in range(rounds):
        for switch, done in runs.items():
            done.append(child("whole", quarters, environment={"NUMBA_DISABLE_JIT": switch}))
    compiled, uncompiled = runs["0"], runs["1"]
    result: dict[str, Any] = {"quarters": quarters}
    for part in ("steps", "measures"):
        for name, each in (("compiled", compiled), ("uncompiled", uncompiled)):
            result[f"{name}_milliseconds_per_quarter_{part}"] = 1e3 * median(run[part] for run in each)
    ratios = {
        part: [_seconds(b, part) / _seconds(a, part) for a, b in zip(compiled, uncompiled, strict=True)]
        for part in ("run", "steps")
    }
    return {
        **result,
        "compiled_over_uncompiled": median(ratios["run"]),
        "compiled_over_uncompiled_steps_only": median(ratios["steps"]),
        "same_state": len({run["state"] for run in (*compiled, *uncompiled)}) == 1,
    }


def _seconds(run: dict[str, Any], part: str) -> float:
    seconds: float = run["steps"] + run["measures"] if part == "run" else run[part]
    return seconds


def cost_by_size(rounds: int, most: int) -> dict[str, Any]:
    """Measure microseconds per actor and quarter at each size, in turns."""
    quarters = {330: 60, 3_300: 24, 33_000: 8}
    sizes = [size for size in SIZES if size <= most]
    runs: dict[int, list[dict[str, Any]]] = {size: [] for size in sizes}
    for _ in range(rounds):
        for size in sizes:
            runs[size].append(child("quarters", size / BASE, quarters[size]))
    rows = []
    for size in sizes:
        actors = runs[size][-1]["n_actors"]
        step, measure = (median(median(run[part]) for run in runs[size]) for part in ("steps", "measures"))
        rows.append(
            {
                "size": size,
                "actors": actors,
                "step_milliseconds": 1e3 * step,
                "measures_milliseconds": 1e3 * measure,
                "microseconds_per_actor_quarter": 1e6 * step / actors,
                "with_measures": 1e6 * (step + measure) / actors,
            }
        )
    costs = [row["microseconds_per_actor_quarter"] for row in rows]
    return {"sizes": rows, "largest_over_smallest_cost": max(costs) / min(costs)}


def cost_by_rule(most: int) -> dict[str, dict[str, float]]:
    """Measure microseconds of a call of each rule, at the smallest and the largest size."""
    from tests.benchmarks.subjects import scaled_region, seconds_by_rule

    result = {}
    for size, quarters in ((330, 60), (33_000, 6)):
        if size <= most:
            scenario = scaled_region(size / BASE)
            seconds_by_rule(scenario, 2)
            result[str(size)] = {name: 1e6 * each for name, each in seconds_by_rule(scenario, quarters).items()}
    return result


def run_of_100_quarters(rounds: int) -> float:
    """Time the default run, warm: 20 quarters of burn-in and 80 after it, with measures every quarter."""
    from abm import simulate

    simulate("equipment", quarters=2)
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        simulate("equipment")
        seconds.append(time.perf_counter() - began)
    return median(seconds)


def starts(quarters: int) -> dict[str, Any]:
    """Time a whole process with an empty cache of compiled code, and the next one."""
    with tempfile.TemporaryDirectory() as folder:
        first, second, third = (child("start", quarters, environment={"XDG_CACHE_HOME": folder}) for _ in range(3))
    return {
        "cold_start_seconds": first["process"],
        "second_start_seconds": min(second["process"], third["process"]),
        "second_start_imports_seconds": min(second["imports"], third["imports"]),
        "quarters": quarters,
    }


def import_times(rounds: int) -> dict[str, float]:
    """Time imports, each in processes of its own, in turns."""
    seconds: dict[str, list[float]] = {statement: [] for statement in IMPORTS}
    for _ in range(rounds):
        for statement, each in seconds.items():
            each.append(child("import", statement)["seconds"])
    return {statement: median(each) for statement, each in seconds.items()}


def machine() -> dict[str, Any]:
    """Return what the numbers depend on."""
    model = next((line.split(":")[1].strip() for line in _lines(Path("/proc/cpuinfo")) if "model name" in line), "")
    return {
        "processor": model or platform.processor(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "numba", "innonet")},
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def tables(results: dict[str, Any]) -> Iterator[str]:
    """Yield the report in Markdown, line by line."""
    computer = results["machine"]
    yield "# Speed"
    yield ""
    yield f"{computer['processor']}, {computer['cores']} cores, {computer['system']}, load {computer['load']:.1f}; " + (
        f"Python {computer['python']}, NumPy {computer['numpy']}, Numba {computer['numba']}; {computer['date']}."
    )
    yield "Medians; what is compared was measured in turns. Starts, imports, the run of 100 quarters and the efficiency"
    yield "of two workers are wall time, the rest is processor time. Made by `make bench`."
    yield ""
    yield "| What | Measured | Aim |"
    yield "|---|---|---|"
    for name, aim in AIMS.items():
        yield f"| {name.replace('_', ' ')} | {_found(results, name):.3g} | {aim} |"
    yield f"| compiled and uncompiled reach the same state | {results['kernels']['same_state']} | True |"
    yield ""
    yield from _sweep_lines(results["sweep"])
    yield ""
    yield "| Actors | Quarter, ms | Measures, ms | Per actor and quarter, µs | with measures, µs |"
    yield "|---|---|---|---|---|"
    for row in results["size"]["sizes"]:
        yield (
            f"| {row['actors']:,} | {row['step_milliseconds']:.3f} | {row['measures_milliseconds']:.3f} | "
            f"{row['microseconds_per_actor_quarter']:.2f} | {row['with_measures']:.2f} |"
        )
    yield ""
    columns = list(results["rules"])
    yield "| Rule | " + " | ".join(f"{int(size):,} actors, µs" for size in columns) + " |"
    yield "|---" * (1 + len(columns)) + "|"
    for rule in results["rules"][columns[0]]:
        yield f"| {rule} | " + " | ".join(f"{results['rules'][size][rule]:,.0f}" for size in columns) + " |"
    total = {size: sum(results["rules"][size].values()) for size in columns}
    yield "| **all** | " + " | ".join(f"{total[size]:,.0f}" for size in columns) + " |"
    yield ""
    yield "| Import | Seconds |"
    yield "|---|---|"
    for statement, seconds in results["imports"].items():
        yield f"| `{statement}` | {seconds:.3f} |"


def _sweep_lines(sweep: dict[str, Any]) -> Iterator[str]:
    """Yield what a sweep adds to a default run, in sentences."""
    yield (
        f"A sweep adds {sweep['sweep_overhead_milliseconds_per_run']:.1f} ms of processor time, its driver's included, "
        f"to a default run of {sweep['bare_run_cpu_seconds']:.2f} s"
    )
    yield (
        f"(100 quarters, the last one kept, {sweep['runs_in_a_chunk']} runs in a chunk): "
        f"{sweep['sweep_overhead_share']:.1%}. Swept over bare in turns: {sweep['swept_over_bare']:.3f}, in wall time "
        f"{sweep['swept_over_bare_in_wall_time']:.3f}."
    )
    yield (
        f"Two bare runs at once go at {sweep['two_bare_runs_at_once']:.0%} of the speed of one alone, which no sweep "
        f"can mend; two workers of a sweep at {sweep['two_workers_efficiency']:.0%}."
    )


def _found(results: dict[str, Any], name: str) -> float:
    value: float = next(part[name] for part in results.values() if isinstance(part, dict) and name in part)
    return value


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(), help="folder for BENCHMARKS.json and BENCHMARKS.md")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each measurement")
    parser.add_argument("--most", type=int, default=SIZES[-1], help="largest region, in actors")
    parser.add_argument("--uncompiled-quarters", type=int, default=80, help="quarters of the uncompiled run")
    asked = parser.parse_args()
    parts: dict[str, Callable[[], Any]] = {
        "starts": lambda: starts(quarters=80),
        "imports": lambda: import_times(asked.rounds),
        "kernels": lambda: compiled_over_uncompiled(min(asked.rounds, 3), asked.uncompiled_quarters),
        "run": lambda: {"run_of_100_quarters_seconds": run_of_100_quarters(asked.rounds)},
        "sweep": lambda: child("sweep", 2 * asked.rounds, 5),
        "size": lambda: cost_by_size(asked.rounds, asked.most),
        "rules": lambda: cost_by_rule(asked.most),
    }
    results: dict[str, Any] = {"machine": machine()}
    for name, measure in parts.items():
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        results[name] = measure()
    report = "\n".join(tables(results))
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "BENCHMARKS.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    (asked.out / "BENCHMARKS.md").write_text(report + "\n", encoding="utf-8")
    print(report)


if __name__ == "__main__":
    main()
