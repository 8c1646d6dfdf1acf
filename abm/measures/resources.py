"""Group 7, resources: energy, materials and emissions, per unit, where less is used, and in total, where it is more."""

from __future__ import annotations

from abm.measures.declaration import measure
from abm.measures.view import View
from abm.types import FloatArray

_NOTHING_MADE = "nothing is made"
_PER_UNIT = "million yuan at base prices per million units"
_TOTAL = "million yuan at base prices per quarter"


@measure(unit="million units per quarter", formula="sum_i output_i over firms", source="zhao2020:III.C")
def output(view: View) -> FloatArray:
    """What firms make: sales at base prices."""
    return view.uses.output


@measure(
    unit=_PER_UNIT,
    formula="sum_i output_i energy_s (1 - green_saving green_i) / sum_i output_i",
    source="zhao2020:III.C; cheng:3.3",
    null_when=_NOTHING_MADE,
)
def energy_use_per_output(view: View) -> FloatArray:
    """Energy and raw materials used up in a unit of what firms make; neither price nor carbon price enters."""
    return view.uses.energy / view.uses.output


@measure(
    unit=_TOTAL,
    formula="sum_i output_i material use_i: bought inputs, less what digital saves, plus what bought steps add",
    source="zhao2020:III.C; cheng:4.1",
)
def material_use(view: View) -> FloatArray:
    """Materials and parts used up by what firms make, in total."""
    return view.uses.materials


@measure(
    unit=_PER_UNIT,
    formula="sum_i output_i material use_i / sum_i output_i",
    source="zhao2020:III.C; cheng:4.1",
    null_when=_NOTHING_MADE,
)
def material_use_per_output(view: View) -> FloatArray:
    """Materials and parts used up in a unit of what firms make."""
    return view.uses.materials / view.uses.output


@measure(
    unit="tonnes of CO2 per quarter",
    formula="production.emission_factor sum_i output_i energy_s (1 - green_saving green_i)",
    source="zhao2020:III.C; cheng:3.3",
)
def emissions(view: View) -> FloatArray:
    """Emissions of what firms use up of energy and raw materials, in total."""
    return view.parameters.production.emission_factor * view.uses.energy


@measure(
    unit="tonnes of CO2 per million units",
    formula="emissions / sum_i output_i",
    source="zhao2020:III.C; cheng:3.3",
    null_when=_NOTHING_MADE,
)
def emissions_per_output(view: View) -> FloatArray:
    """Emissions per unit of what firms make."""
    return view.parameters.production.emission_factor * view.uses.energy / view.uses.output
