"""What measures look at: one quarter of one world, with the sums they share made once and only when asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from abm.measures import flows, milestones, need_changes, rates, stocks, sums, topology, uses
from abm.measures.equality import Equality, concentration
from abm.measures.history import WINDOW, History, carry
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.state.codes import FIRST_AGGREGATE, Kind
from abm.state.ledger import PATH_OF
from abm.state.network import ring_points
from abm.state.world import World
from abm.types import FloatArray, IntArray

Result = TypeVar("Result")

INTERVAL = 8
"""Quarters between two looks at path length and modularity, which cost more than a quarter of the model."""


class View:
    """One quarter as measures see it; nothing in it may be written to.

    Attributes
    ----------
    world, parameters
        The world at the end of the quarter and the parameters in force.
    history
        What is remembered of earlier quarters; this quarter's gains and events are in.
    quarter
        Quarter counted after the burn-in.
    made
        What was made once for several measures, by name.
    """

    def __init__(self, world: World, parameters: Parameters, history: History, quarter: int) -> None:
        self.world = world
        self.parameters = parameters
        self.history = history
        self.quarter = quarter
        self.n_regions = world.structure.n_regions
        self.made: dict[str, Any] = {}

    @classmethod
    def alone(cls, world: World, parameters: Parameters | None = None) -> View:
        """Return a view of a world as if this were its first quarter."""
        history = History.of(world.structure)
        view = cls(world, parameters or Parameters(), history, world.quarter)
        view.remember()
        return view

    def once(self, name: str, make: Callable[[], Result]) -> Result:
        """Return what `make` makes, made once per view."""
        if name not in self.made:
            self.made[name] = make()
        made: Result = self.made[name]
        return made

    def remember(self) -> None:
        """Enter this quarter's gains and events in the history, once, before the first measure is taken."""
        self.history.fit_to(len(self.world.actors.uid))
        self.history.push(self.gains.by_path, self.event_counts)
        needs, regions = self.world.needs, self.world.regions
        self.history.follow(
            needs.is_open, needs.opened, needs.gap, regions.budget, regions.accrued, regions.lapsed, self.world.quarter
        )

    def carried(self, measures: tuple[Any, ...], first: int) -> FloatArray:
        """Return measures, shape (measures, regions), of which one that is null keeps its last known value.

        `first` is the place of the first of them in `History.known`.
        """
        value = np.array([each.once(self) for each in measures])
        carry(value, self.history.known, first)
        return value

    @cached_property
    def null(self) -> FloatArray:
        """Null in every region, shape (regions,)."""
        return np.full(self.n_regions, np.nan)

    # ------------------------------------------------------------------------------------------------ firms

    @cached_property
    def firm(self) -> IntArray:
        """Slots of the firms."""
        return self.world.slots(Kind.FIRM)

    @cached_property
    def firms(self) -> sums.Firms:
        """Sums and means over the firms of each region."""
        actors, structure, regions = self.world.actors, self.world.structure, self.world.regions
        return sums.Firms.of(sums.firm_sums(
            self.firm, actors.region, actors.sector, actors.is_core, actors.mode, actors.sales, actors.profit,
            actors.research_spending, actors.loan_request, actors.loan_granted, actors.capability,
            actors.equipment_level, actors.value_chain, actors.staff, actors.talent, actors.vacancy, actors.skill,
            actors.local_input_share, actors.outside_step_share, actors.level, structure.weight,
            self.world.fields.frontier, structure.technology_class, regions.demand, regions.export_orders,
            actors.price, actors.flaw, actors.hidden,
        ))  # fmt: skip

    @cached_property
    def money(self) -> sums.Money:
        """Sums of the firms' money."""
        return self.firms.money

    @cached_property
    def levels(self) -> sums.Levels:
        """Means of the firms' levels."""
        return self.firms.levels

    @cached_property
    def work(self) -> sums.Work:
        """The firms' people and means of levels."""
        return self.firms.work

    @cached_property
    def milestones(self) -> milestones.Milestones:
        """Stages each firm has reached, how many firms have, and how many changed, see `milestones.firm_stages`."""
        actors, structure = self.world.actors, self.world.structure
        return milestones.Milestones(*milestones.firm_stages(
            self.firm, actors.uid, actors.region, actors.sector, actors.equipment_level, actors.value_chain,
            structure.weight, self.world.fields.frontier, structure.technology_class,
            self.history.reached, self.history.reached_uid, self.n_regions,
        ))  # fmt: skip

    @cached_property
    def firms_by_region(self) -> list[IntArray]:
        """Slots of the firms of each region."""
        if self.n_regions == 1:
            return [self.firm]
        region = self.world.actors.region[self.firm]
        return [self.firm[region == r] for r in range(self.n_regions)]

    def equality(self, value: FloatArray) -> Equality:
        """Return how evenly `value`, shape (actors,), is spread over the firms of each region."""
        spread = []
        for firm in self.firms_by_region:
            ordered = value[firm]
            ordered.sort()
            spread.append(concentration(ordered))
        return Equality(*np.array(spread).T)

    @cached_property
    def equality_of_research(self) -> Equality:
        """How evenly research spending is spread over firms."""
        return self.equality(self.world.actors.research_spending)

    @cached_property
    def outside_funds(self) -> FloatArray:
        """Money of others that each actor works with (million yuan), shape (actors,)."""
        claims = self.world.claims
        return stocks.outside_funds(
            claims.is_active, claims.kind, claims.debtor, claims.principal, self.world.actors.rows
        )  # fmt: skip

    @cached_property
    def equality_of_funds(self) -> Equality:
        """How evenly outside money is spread over firms."""
        return self.equality(self.outside_funds)

    @cached_property
    def uses(self) -> uses.Uses:
        """What firms use up, the research they and universities perform, and public money."""
        actors, structure, production = self.world.actors, self.world.structure, self.parameters.production
        return uses.Uses(*uses.use_sums(
            actors.is_active, actors.kind, actors.region, actors.sector, actors.is_core, actors.output, actors.level,
            actors.outside_step_share, actors.research_spending, actors.research_support, actors.public_money,
            actors.n_projects, actors.project_load, actors.mode, actors.service, structure.inputs,
            structure.energy_share, self.n_regions,
            production.waste_saving, production.green_saving, production.step_span,
            self.parameters.innovation.most_projects,
        ))  # fmt: skip

    # ------------------------------------------------------------------------------------------------ gains

    @cached_property
    def gains(self) -> flows.Gains:
        """Firms' mean gains this quarter, and whether the ledger is in balance."""
        actors, ledger = self.world.actors, self.world.ledger
        n_actors = len(actors.uid)
        return flows.Gains.of(*flows.quarter_gains(
            self.firm, actors.is_active, actors.region, actors.sales, ledger.stock.reshape(n_actors, -1),
            ledger.gain.reshape(n_actors, -1), ledger.loss, actors.capability, PATH_OF, self.n_regions,
        ))  # fmt: skip

    # ----------------------------------------------------------------------------------------- events, money

    @cached_property
    def event_counts(self) -> FloatArray:
        """Events this quarter by kind, see `flows.event_counts`, shape (`flows.N_COUNTS`, regions)."""
        columns = self.world.events.columns()
        return flows.event_counts(
            columns["kind"], columns["region"], columns["channel"], columns["amount"], columns["quarter"],
            self.world.quarter, self.n_regions,
        )  # fmt: skip

    @cached_property
    def trailing_events(self) -> FloatArray:
        """Events of the last quarters by kind, shape (`flows.N_COUNTS`, regions)."""
        counts: FloatArray = self.history.events.sum(axis=0)
        return counts

    @cached_property
    def conversions(self) -> flows.Conversions:
        """What became of the results of the last quarters."""
        return flows.Conversions(*flows.conversions(self.trailing_events, self.money.n_firms))

    @cached_property
    def volumes(self) -> FloatArray:
        """Money moved this quarter by purpose and region (million yuan), shape (purposes, regions)."""
        amount: FloatArray = self.world.volumes.amount[:, : self.n_regions]
        return amount

    @cached_property
    def stocks(self) -> stocks.Stocks:
        """Projects, platforms' money, cash and needs at the end of the quarter."""
        world = self.world
        actors, projects, platforms, needs = world.actors, world.projects, world.platforms, world.needs
        regions = world.regions
        return stocks.Stocks(*stocks.stocks_at_end(
            actors.is_active, actors.region, actors.cash, projects.is_active, projects.region, projects.stage,
            projects.is_pull, platforms.is_active, platforms.actor, platforms.income, platforms.support,
            platforms.spending, needs.is_open, needs.opened, needs.exposure, world.quarter, regions.imports,
            regions.export_orders, regions.budget,
        ))  # fmt: skip

    @cached_property
    def needs(self) -> tuple[FloatArray, FloatArray]:
        """Needs of each chain and of each region, see `need_changes.needs_now`."""
        needs, structure, history = self.world.needs, self.world.structure, self.history
        return need_changes.needs_now(
            needs.is_open, needs.opened, needs.exposure, self.world.regions.final_demand, structure.final_demand,
            structure.leontief, history.solved, int(history.observed[0]) % WINDOW, self.world.quarter,
        )  # fmt: skip

    @property
    def regional_needs(self) -> FloatArray:
        """Needs closed and solved, time to solve them, and the covered share, shape (4, regions)."""
        return self.needs[1]

    # ---------------------------------------------------------------------------------------------- network

    @cached_property
    def network(self) -> topology.Network:
        """Distinct partners, the shape of the network, and counts of actors and ties."""
        actors, ties = self.world.actors, self.world.ties
        return topology.Network.of(*topology.network_of(
            *self.world.neighbours(), ties.is_active, ties.source, ties.target, ties.layer,
            topology.COUNTED_LAYERS, actors.is_active, actors.kind, actors.region, self.n_regions,
        ))  # fmt: skip

    @cached_property
    def rates(self) -> FloatArray:
        """Sizes, growth, churn and the use of public money, see `rates.rates_of`."""
        network, regions, history = self.network, self.world.regions, self.history
        return rates.rates_of(
            network.kinds, network.ties, self.work.talent, self.uses.performed, history.earlier_sizes(),
            self.trailing_events, self.money.n_firms, history.public_money, regions.accrued, regions.lapsed,
        )  # fmt: skip

    @property
    def is_interval(self) -> bool:
        """Tell whether path length and modularity are looked at in this quarter."""
        return self.quarter % INTERVAL == 0

    def members_of(self, region: int) -> IntArray:
        """Return the slots of a region's network actors in the order of their identities."""
        actors = self.world.actors
        slots = np.flatnonzero(actors.is_active & (actors.kind < FIRST_AGGREGATE) & (actors.region == region))
        ordered: IntArray = slots[np.argsort(actors.uid[slots])]
        return ordered

    def sample_of(self, region: int, number: int) -> IntArray:
        """Return up to `number` of a region's network actors, drawn by identity (not by slot)."""
        slots = self.members_of(region)
        if len(slots) <= number:
            return slots
        key = Draws(self.world.seed, self.world.quarter).key("sample sources of paths")
        points = ring_points(self.world.actors.uid[slots], key)
        chosen: IntArray = slots[np.argsort(points)[:number]]
        return chosen
