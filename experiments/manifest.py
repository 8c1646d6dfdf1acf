"""The manifest of a run: what was run, by which versions and when, with the whole scenario."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.request import Request

if TYPE_CHECKING:
    from abm.scenario import Scenario
    from abm.simulation import Result

SCHEMA_VERSION = 1
"""Version of the tables; raised when a column changes its name or meaning."""

MANIFEST = "manifest.json"
VERSIONED = ("innonet", "numpy", "numba", "mesa", "pandas", "networkx", "scipy", "pyarrow", "matplotlib")


def write_manifest(folder: Path, content: Mapping[str, Any]) -> None:
    """Write ``manifest.json``, readable: one entry a line, arrays on one line."""
    (folder / MANIFEST).write_text(as_json(content) + "\n", encoding="utf-8")


def as_json(value: Any, levels: int = 4, indent: str = "") -> str:
    """Return JSON whose outer `levels` of objects have one entry a line.

    >>> print(as_json({"a": {"b": [1, 2]}, "c": None}, levels=1))
    {
      "a": {"b": [1, 2]},
      "c": null
    }
    """
    if not (isinstance(value, Mapping) and value and levels):
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    inner = indent + "  "
    entries = (f"{inner}{json.dumps(str(key))}: {as_json(each, levels - 1, inner)}" for key, each in value.items())
    return "{\n" + ",\n".join(entries) + f"\n{indent}}}"


def manifest_of(
    request: Request, result: Result, started: datetime, seconds: Mapping[str, float], checksums: Mapping[str, str]
) -> dict[str, Any]:
    """Return what is needed to repeat and to read the run; `checksums` are those of its files by name."""
    commit, is_dirty = commit_of(Path(__file__).parent)
    return {
        "schema_version": SCHEMA_VERSION,
        "run": request.run,
        "command": request.command,
        "scenario": scenario_content(request.scenario),
        "changes": dict(request.changes),
        "seed": request.seed,
        "quarters": result.quarters,
        "burn_in": request.scenario.burn_in,
        "panel_every": request.panel_every,
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "wall_seconds": {name: round(value, 3) for name, value in seconds.items()},
        "versions": versions(),
        "commit": commit,
        "commit_is_dirty": is_dirty,
        "checksums": dict(checksums),
    }


def scenario_content(scenario: Scenario) -> dict[str, Any]:
    """Return everything a scenario holds: parameters, regimes, structure, founders."""
    return {
        "name": scenario.name,
        "title": scenario.title,
        "description": scenario.description,
        "source": scenario.source,
        "hash": scenario.content_hash(),
        "filled": list(scenario.notes),
        "sector_labels": dict(zip(scenario.structure().sector_names, scenario.sector_labels, strict=True)),
        "parameters": scenario.parameters_at(1 - scenario.burn_in).flat(),
        "regimes": [
            {"from_quarter": regime.from_quarter, "name": regime.name, "changes": dict(regime.changes)}
            for regime in scenario.regimes
        ],
        "structure": _plain(scenario.structure()),
        "founders": _plain(scenario.founders(0)),
    }


def _plain(table: Any) -> dict[str, Any]:
    """Return the fields of a dataclass of arrays and names as lists, with null for NaN."""
    return {each.name: _listed(getattr(table, each.name)) for each in fields(table)}


def _listed(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return _listed(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_listed(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that results depend on."""
    found = {"python": sys.version.split()[0]}
    for name in VERSIONED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


def commit_of(folder: Path) -> tuple[str | None, bool | None]:
    """Return the commit this code is at and whether it was changed since; None, None outside a repository."""
    if shutil.which("git") is None or not _git(folder, "ls-files", "--error-unmatch", Path(__file__).name):
        return None, None
    commit = _git(folder, "rev-parse", "HEAD")
    return (commit, bool(_git(folder, "status", "--porcelain"))) if commit else (None, None)


def _git(folder: Path, *arguments: str) -> str:
    """Return what git answers, empty if it refuses."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    try:
        answer = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
            env=environment,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
