"""An agent-based model of a regional innovation network.

>>> from abm import Scenario, simulate
>>> result = simulate("equipment", seed=1, quarters=40)  # doctest: +SKIP
>>> result.measures.tail()  # doctest: +SKIP

Importing the package is cheap: what it offers is loaded when first used. Read `abm.schedule` to see what one step is.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from abm.errors import InputError
    from abm.graph import graph_of
    from abm.model import InnovationNetworkModel
    from abm.parameters import Parameters
    from abm.scenario import Scenario, scenario_names
    from abm.schedule import DEFAULT, Schedule
    from abm.simulation import Result, Simulation, simulate

    __version__: str

__all__ = [
    "DEFAULT",
    "InnovationNetworkModel",
    "InputError",
    "Parameters",
    "Result",
    "Scenario",
    "Schedule",
    "Simulation",
    "__version__",
    "graph_of",
    "scenario_names",
    "simulate",
]

_HOME = {
    "DEFAULT": "abm.schedule",
    "InnovationNetworkModel": "abm.model",
    "InputError": "abm.errors",
    "Parameters": "abm.parameters",
    "Result": "abm.simulation",
    "Scenario": "abm.scenario",
    "Schedule": "abm.schedule",
    "Simulation": "abm.simulation",
    "graph_of": "abm.graph",
    "scenario_names": "abm.scenario",
    "simulate": "abm.simulation",
}


def __getattr__(name: str) -> Any:
    """Load what the package offers when it is first asked for."""
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("innonet")
    elif name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return what the package offers."""
    return sorted(__all__)
