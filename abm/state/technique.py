"""What a unit takes to make, as pure formulas shared by costs, trade and investment."""

from __future__ import annotations

from abm.kernel import kernel

HAND_WORK = 0.01
"""Labour productivity without any technology, over that at the reference level: what hands alone can do."""
STEP_MATERIAL = 0.5
"""Materials that bought steps add, over the share of labour they save."""


@kernel
def labour_productivity(
    base: float, equipment_level: float, reference: float, intelligent: float, gain: float
) -> float:
    """Return units per worker: base times embodied level over its reference, raised by the intelligent level.

    Never below what hands alone can do: equipment that embodies nothing does not make work impossible.

    >>> round(labour_productivity(0.12, 0.5, 0.5, 0.5, 0.4), 6)
    0.144
    """
    return base * max(equipment_level / reference, HAND_WORK) * (1.0 + gain * intelligent)


@kernel
def used_intelligence(level: float, talent: float, staff: float, half: float) -> float:
    """Return the part of an intelligent level that people put to use: l d / (d + half), d talent over staff.

    Machines that nobody can set up save no work (cheng 4.1); at `half` = 0 no talent is needed.

    >>> used_intelligence(0.75, 5.0, 50.0, 0.05), used_intelligence(0.75, 0.0, 50.0, 0.0)
    (0.5, 0.75)
    """
    density = talent / max(staff, 1e-9)
    return level * density / (density + half) if half > 0.0 else level


@kernel
def step_shift(outside_step_share: float, span: float) -> float:
    """Return how far bought production steps move cost from labour to materials; 0 where half the steps are bought."""
    return span * (outside_step_share - 0.5)


@kernel
def material_use(material: float, shift: float, digital: float, waste_saving: float) -> float:
    """Return materials per unit: bought steps add half of what they save in labour, digital saves waste (cheng 4.1).

    >>> round(material_use(0.4, 0.0, 1.0, 0.05), 6)
    0.38
    """
    return material * (1.0 + STEP_MATERIAL * shift) * (1.0 - waste_saving * digital)


@kernel
def fuel_use(energy: float, carbon_cost: float, green: float, green_saving: float) -> float:
    """Return energy and raw materials per unit: green saves them, a carbon price makes them dearer (cheng 4.3).

    >>> round(fuel_use(0.1, 0.5, 1.0, 0.2), 6)
    0.12
    """
    return energy * (1.0 + carbon_cost) * (1.0 - green_saving * green)
