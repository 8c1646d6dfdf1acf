"""A region and its history: files, tables and graphs in, what a run needs out.

Read `scenario` for what a scenario is, `schema` for what a file may hold, `build` for how one becomes the other.
"""

from abm.scenario.scenario import Regime, Scenario, scenario_names

__all__ = ["Regime", "Scenario", "scenario_names"]
