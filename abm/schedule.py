"""One step, in order. Read this first: it is the table of contents of the model (model.md section 2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from abm.errors import InputError, nearest
from abm.rule import Rule
from abm.rules.frontier import advance_frontier, learn_from_imported_equipment, let_capability_obsolesce
from abm.rules.closure import close_firms
from abm.rules.competition import compete_for_shares
from abm.rules.costs import set_prices, set_quality
from abm.rules.entry import enter_firms, review_core_status
from abm.rules.feedback import learn_from_users
from abm.rules.finance import invest_from_outside, serve_and_lend
from abm.rules.investment import invest
from abm.rules.labour import employ_staff
from abm.rules.needs import assess_needs
from abm.rules.new_productivity import adopt
from abm.rules.policy import support_firms, tax_and_budget
from abm.rules.structure_choice import choose_sectors
from abm.rules.trade import trade


@dataclass(frozen=True)
class Schedule:
    """An immutable sequence of rules, edited by name.

    >>> [rule.name for rule in DEFAULT.without("assess needs")][:2]
    ['advance frontier', 'let capability obsolesce']
    """

    rules: tuple[Rule, ...]

    def __iter__(self) -> Iterator[Rule]:
        """Iterate over the rules in order."""
        return iter(self.rules)

    def __len__(self) -> int:
        """Return the number of rules."""
        return len(self.rules)

    def __str__(self) -> str:
        """Return one line per rule."""
        return "\n".join(f"{place:2d}  {rule.name:36s} {rule.source}" for place, rule in enumerate(self.rules, 1))

    def place(self, name: str) -> int:
        """Return the position of a rule.

        Raises
        ------
        InputError
            If no rule has that name.
        """
        names = [rule.name for rule in self.rules]
        if name not in names:
            raise InputError(f'no rule "{name}" in the schedule{nearest(name, names)}')
        return names.index(name)

    def without(self, name: str) -> Schedule:
        """Return the schedule without a rule."""
        place = self.place(name)
        return Schedule(self.rules[:place] + self.rules[place + 1 :])

    def after(self, name: str, rule: Rule) -> Schedule:
        """Return the schedule with `rule` right after the rule called `name`."""
        place = self.place(name) + 1
        return Schedule(self.rules[:place] + (rule,) + self.rules[place:])

    def before(self, name: str, rule: Rule) -> Schedule:
        """Return the schedule with `rule` right before the rule called `name`."""
        place = self.place(name)
        return Schedule(self.rules[:place] + (rule,) + self.rules[place:])


DEFAULT = Schedule(
    (
        advance_frontier,
        let_capability_obsolesce,
        learn_from_imported_equipment,
        assess_needs,
        tax_and_budget,
        support_firms,
        serve_and_lend,
        invest_from_outside,
        adopt,
        employ_staff,
        set_quality,
        set_prices,
        compete_for_shares,
        trade,
        learn_from_users,
        invest,
        choose_sectors,
        close_firms,
        enter_firms,
        review_core_status,
    )
)
"""The step of the model."""
