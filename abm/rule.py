"""What a rule is: a function of (world, parameters, draws) that declares what it writes and why it exists."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from abm.parameters import Parameters
from abm.randomness import Draws
from abm.state.world import World

Action = Callable[[World, Parameters, Draws], None]


@dataclass(frozen=True)
class Rule:
    """One line of the step.

    Attributes
    ----------
    name
        Verb phrase, unique in a schedule.
    writes
        Columns it may write, as ``"table.column"`` or ``"table.*"``; NumPy refuses every other write.
    source
        Where the mechanism is described, as keys of ``references.bib`` or ``assumption``.
    off
        Parameter changes with which the rule changes nothing.
    needs_rows
        Free rows to keep in each table before the rule runs, as a multiple of the actors.
    """

    name: str
    writes: tuple[str, ...]
    source: str
    off: Mapping[str, float | bool]
    needs_rows: Mapping[str, float]
    action: Action
    doc: str = field(repr=False)

    def __call__(self, world: World, parameters: Parameters, draws: Draws) -> None:
        """Apply the rule with its columns unlocked."""
        for table, multiple in self.needs_rows.items():
            world.ensure_free(table, int(multiple * world.actors.rows) + 8)
        world.unlock(self.writes)
        try:
            self.action(world, parameters, draws)
        finally:
            world.lock(self.writes)


def rule(
    *,
    writes: tuple[str, ...],
    source: str,
    off: Mapping[str, float | bool],
    needs_rows: Mapping[str, float] | None = None,
) -> Callable[[Action], Rule]:
    """Make a rule of a function whose docstring has the five labelled lines (see CONTRIBUTING)."""

    def declare(action: Action) -> Rule:
        name = action.__name__.replace("_", " ")
        return Rule(name, writes, source, dict(off), dict(needs_rows or {}), action, action.__doc__ or "")

    return declare
