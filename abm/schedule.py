"""One step, in order. Read this first: it is the table of contents of the model (model.md section 2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from abm.errors import InputError, nearest
from abm.rule import Rule
from abm.rules.absorption import renew_absorption
from abm.rules.budget import plan_research
from abm.rules.calls import run_calls
from abm.rules.chain_leader import lead_chains
from abm.rules.chain_owners import act_as_chain_owners
from abm.rules.closure import close_firms
from abm.rules.competition import compete_for_shares
from abm.rules.core_status import review_core_status
from abm.rules.costs import set_prices, set_quality
from abm.rules.debts import serve_debts
from abm.rules.diffusion import open_demand
from abm.rules.entry import enter_firms
from abm.rules.feedback import learn_from_users
from abm.rules.finance import lend
from abm.rules.frontier import advance_frontier, learn_from_imported_equipment, let_capability_obsolesce
from abm.rules.innovation_outcome import finish_stages
from abm.rules.innovation_payment import pay_for_projects
from abm.rules.innovation_shelf import take_up_results
from abm.rules.innovation_start import start_projects
from abm.rules.introduction import introduce_technology
from abm.rules.investment import invest
from abm.rules.labour import employ_staff
from abm.rules.learning import learn_along_ties, learn_sideways
from abm.rules.needs import assess_needs
from abm.rules.new_productivity import adopt
from abm.rules.outside_capital import invest_from_outside
from abm.rules.penetration import penetrate
from abm.rules.platform_services import run_platforms
from abm.rules.platforms import close_platforms, open_platforms
from abm.rules.policy import support_firms, tax_and_budget
from abm.rules.proposals import propose_pairs
from abm.rules.search import search_partners
from abm.rules.strategy import choose_strategy
from abm.rules.structure_choice import choose_sectors
from abm.rules.supervision import supervise_markets
from abm.rules.supply_ties import find_suppliers
from abm.rules.talent import move_talent
from abm.rules.tie_endings import end_research_ties, end_supply_ties
from abm.rules.trade import trade
from abm.rules.training import train_people


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
        return Schedule((*self.rules[:place], rule, *self.rules[place:]))

    def before(self, name: str, rule: Rule) -> Schedule:
        """Return the schedule with `rule` right before the rule called `name`."""
        place = self.place(name)
        return Schedule((*self.rules[:place], rule, *self.rules[place:]))


DEFAULT = Schedule(
    (
        advance_frontier,
        let_capability_obsolesce,
        learn_from_imported_equipment,
        assess_needs,
        tax_and_budget,
        support_firms,
        lead_chains,
        act_as_chain_owners,
        propose_pairs,
        open_platforms,
        run_platforms,
        close_platforms,
        move_talent,
        train_people,
        employ_staff,
        choose_strategy,
        plan_research,
        search_partners,
        find_suppliers,
        end_research_ties,
        end_supply_ties,
        serve_debts,
        lend,
        invest_from_outside,
        run_calls,
        introduce_technology,
        start_projects,
        pay_for_projects,
        finish_stages,
        take_up_results,
        renew_absorption,
        learn_along_ties,
        learn_sideways,
        adopt,
        supervise_markets,
        set_quality,
        set_prices,
        compete_for_shares,
        open_demand,
        trade,
        penetrate,
        learn_from_users,
        invest,
        choose_sectors,
        close_firms,
        enter_firms,
        review_core_status,
    )
)
"""The step of the model."""
