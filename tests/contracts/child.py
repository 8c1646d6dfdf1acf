"""A process of its own for `test_processes`: what came out of the small regions, and what was compiled."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from abm import Simulation
from abm.kernel import IS_COMPILED, KERNELS
from abm.simulation import simulate
from tests.contracts import worlds


def visit_every_way_of_running() -> None:
    """Run the default region, a branch, a checkpoint and the Mesa model, so that kernels meet all kinds of arrays."""
    simulation = Simulation("equipment", seed=1)
    for _ in range(30):
        simulation.step()
    simulation.branch({"switches.platform": False}).step()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "world.npz"
        simulation.save(path)
        simulation.load(path)
    simulation.step()
    _ = simulate("equipment", seed=2, quarters=9).measures


def signatures() -> dict[str, list[str]]:
    """Return what each kernel was compiled for; numbers written in a call count as any other."""
    from numba.core.types import unliteral

    def types(kernel: Any) -> set[str]:
        return {str(tuple(unliteral(each) for each in signature)) for signature in kernel.signatures}

    return {name: sorted(types(kernel)) for name, kernel in KERNELS.items()}


if __name__ == "__main__":
    found: dict[str, Any] = {"digests": {name: worlds.digests(result) for name, result in worlds.cases().items()}}
    if IS_COMPILED:
        visit_every_way_of_running()
        found["signatures"] = signatures()
    json.dump(found, sys.stdout)
