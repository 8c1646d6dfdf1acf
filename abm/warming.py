"""Compile a step from its end: ``python -m abm.warming``, run beside a first simulation by `kernel.second_compiler`."""

from __future__ import annotations

import gc

from abm.kernel import COMPILING_THRESHOLD
from abm.randomness import Draws
from abm.recorder import Recorder
from abm.simulation import Simulation, start_quarter


def warm_backwards(quarters: int = 12) -> None:
    """Take the measures of the default region, then live some quarters with the rules from the last to the first."""
    simulation = Simulation("equipment")
    world, parameters = simulation.world, simulation.parameters
    recorder = Recorder(world.structure, quarters, 1)
    for quarter in range(1, quarters + 1):
        world.quarter = quarter
        start_quarter(world)
        recorder.observe(world, parameters, quarter)
        draws = Draws(simulation.seed, quarter)
        for rule in reversed(simulation.schedule.rules):
            rule(world, parameters, draws)


if __name__ == "__main__":
    gc.set_threshold(COMPILING_THRESHOLD)
    warm_backwards()
