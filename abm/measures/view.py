"""What measures look at: one quarter of one world, with the sums they share made once and only when asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from abm.measures import flows, milestones, sums, topology
from abm.measures.history import History
from abm.parameters import Parameters
from abm.randomness import Draws
from abm.state.codes import FIRST_AGGREGATE, N_ORIGINS, N_PATHS, N_ROUTES, ClaimKind, Origin
from abm.state.ledger import PATH_OF
from abm.state.network import ring_points
from abm.state.world import World
from abm.types import FloatArray, IntArray

Result = TypeVar("Result")

N_THREE = 3
"""The three paths come first among the paths; see `Path`."""

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
    """

    def __init__(self, world: World, parameters: Parameters, history: History, quarter: int) -> None:
        self.world = world
        self.parameters = parameters
        self.history = history
        self.quarter = quarter
        self.n_regions = world.structure.n_regions
        self._made: dict[str, Any] = {}

    @classmethod
    def alone(cls, world: World, parameters: Parameters | None = None) -> View:
        """Return a view of a world as if this were its first quarter."""
        view = cls(world, parameters or Parameters(), History.empty(world.structure.n_regions), world.quarter)
        view.remember()
        return view

    def once(self, name: str, make: Callable[[], Result]) -> Result:
        """Return what `make` makes, made once per view."""
        if name not in self._made:
            self._made[name] = make()
        made: Result = self._made[name]
        return made

    def remember(self) -> None:
        """Enter this quarter's gains and events in the history, once, before the first measure is taken."""
        self.history.fit_to(len(self.world.actors.uid))
        self.history.push(self.path_gains, self.event_counts)

    # ------------------------------------------------------------------------------------------------ firms

    @cached_property
    def money(self) -> sums.Money:
        """Sums of the firms' money."""
        actors = self.world.actors
        return sums.Money(*sums.money_sums(
            actors.is_active, actors.kind, actors.region, actors.is_core, actors.mode, actors.sales, actors.profit,
            actors.research_spending, actors.loan_request, actors.loan_granted, self.n_regions,
        ))  # fmt: skip

    @cached_property
    def levels(self) -> sums.Levels:
        """Means of the firms' levels."""
        actors, structure = self.world.actors, self.world.structure
        return sums.Levels(*sums.level_sums(
            actors.is_active, actors.kind, actors.region, actors.sector, actors.sales, actors.capability,
            actors.equipment_level, actors.value_chain, structure.weight, self.world.fields.frontier,
            structure.technology_class, self.n_regions,
        ))  # fmt: skip

    @cached_property
    def work(self) -> sums.Work:
        """The firms' people and means of levels."""
        actors = self.world.actors
        return sums.Work(*sums.work_sums(
            actors.is_active, actors.kind, actors.region, actors.sales, actors.staff, actors.talent, actors.vacancy,
            actors.skill, actors.local_input_share, actors.outside_step_share, actors.level, self.n_regions,
        ))  # fmt: skip

    @cached_property
    def by_sector(self) -> FloatArray:
        """Sales and people at work by sector, shape (2, regions, sectors)."""
        actors = self.world.actors
        return sums.sector_sums(
            actors.is_active, actors.kind, actors.region, actors.sector, actors.sales, actors.staff, actors.talent,
            self.n_regions, self.world.structure.n_sectors,
        )  # fmt: skip

    @cached_property
    def reached(self) -> IntArray:
        """Stages each firm has reached, see `milestones.firm_stages`."""
        actors, structure = self.world.actors, self.world.structure
        return milestones.firm_stages(
            actors.is_active, actors.kind, actors.uid, actors.sector, actors.equipment_level,
            actors.value_chain, structure.weight @ self.world.fields.frontier, structure.technology_class,
            self.history.reached, self.history.reached_uid,
        )  # fmt: skip

    @cached_property
    def stage_counts(self) -> FloatArray:
        """Firms that have reached factor, value chain, structure and none of them, shape (4, regions)."""
        return milestones.stage_counts(self.reached, self.world.actors.region, self.n_regions)

    def equality(self, value: FloatArray) -> sums.Equality:
        """Return how evenly `value`, shape (actors,), is spread over the firms of each region."""
        actors = self.world.actors
        order = np.argsort(value, kind="stable")
        return sums.Equality(
            *sums.concentration(order, value, actors.is_active, actors.kind, actors.region, self.n_regions)
        )

    @cached_property
    def equality_of_research(self) -> sums.Equality:
        """How evenly research spending is spread over firms."""
        return self.equality(self.world.actors.research_spending)

    @cached_property
    def outside_funds(self) -> FloatArray:
        """Money of others that each actor works with: loans and equity on it (million yuan), shape (actors,)."""
        claims = self.world.claims
        chosen = claims.is_active & ((claims.kind == int(ClaimKind.LOAN)) | (claims.kind == int(ClaimKind.EQUITY)))
        summed = np.bincount(claims.debtor[chosen], claims.principal[chosen], minlength=len(self.world.actors.uid))
        funds = summed.astype(np.float64)
        funds.flags.writeable = False  # like the columns, so that one compiled kernel serves both
        return funds

    @cached_property
    def equality_of_funds(self) -> sums.Equality:
        """How evenly outside money is spread over firms."""
        return self.equality(self.outside_funds)

    # ------------------------------------------------------------------------------------------------ gains

    @cached_property
    def gains(self) -> FloatArray:
        """Firms' gains this quarter, times sales and plain, shape (2, regions, origins, routes)."""
        actors = self.world.actors
        flat = self.world.ledger.gain.reshape(len(actors.uid), -1)
        summed = flows.gain_sums(actors.is_active, actors.kind, actors.region, actors.sales, flat, self.n_regions)
        return summed.reshape(2, self.n_regions, N_ORIGINS, N_ROUTES)

    @cached_property
    def gains_by_origin(self) -> FloatArray:
        """Sales-weighted mean gain by origin, NaN without sales, shape (origins, regions)."""
        return self.gains[0].sum(axis=2).T / self.money.sales

    @cached_property
    def gains_by_route(self) -> FloatArray:
        """Sales-weighted mean gain by route, NaN without sales, shape (routes, regions)."""
        return self.gains[0].sum(axis=1).T / self.money.sales

    @cached_property
    def path_gains(self) -> FloatArray:
        """Mean gain by path this quarter, shape (weightings, regions, paths)."""
        money = self.money
        return flows.path_sums(self.gains, money.sales, money.n_firms, PATH_OF, N_PATHS, int(Origin.ENDOWMENT))

    @cached_property
    def trailing_gains(self) -> FloatArray:
        """Mean gain by path over the last quarters, shape (weightings, paths, regions)."""
        gains: FloatArray = self.history.path_gains.sum(axis=0).swapaxes(1, 2)
        return gains

    @cached_property
    def path_shares(self) -> FloatArray:
        """Share of each of the three paths in their trailing gains, shape (weightings, paths, regions)."""
        three = self.trailing_gains[:, :N_THREE]
        return three / three.sum(axis=1, keepdims=True)

    @cached_property
    def gain_shares(self) -> FloatArray:
        """Share of each path, and of none, in all trailing gains, shape (weightings, paths, regions)."""
        gains = self.trailing_gains
        return gains / gains.sum(axis=1, keepdims=True)

    @cached_property
    def three_shares(self) -> FloatArray:
        """Share of the three paths in all trailing gains, shape (weightings, regions)."""
        share: FloatArray = self.gain_shares[:, :N_THREE].sum(axis=1)
        return share

    # ----------------------------------------------------------------------------------------- events, money

    @cached_property
    def event_counts(self) -> FloatArray:
        """Events this quarter by kind, see `flows.event_counts`, shape (`flows.N_COUNTS`, regions)."""
        columns = self.world.events.columns()
        return flows.event_counts(
            columns["kind"], columns["region"], columns["channel"], columns["quarter"], self.world.quarter,
            self.n_regions,
        )  # fmt: skip

    @cached_property
    def trailing_events(self) -> FloatArray:
        """Events of the last quarters by kind, shape (`flows.N_COUNTS`, regions)."""
        counts: FloatArray = self.history.events.sum(axis=0)
        return counts

    @cached_property
    def volumes(self) -> FloatArray:
        """Money moved this quarter by purpose and region (million yuan), shape (purposes, regions)."""
        amount: FloatArray = self.world.volumes.amount[:, : self.n_regions]
        return amount

    @cached_property
    def projects(self) -> flows.ProjectCounts:
        """Innovation projects under way, on the shelf, and pulled by demand."""
        projects = self.world.projects
        return flows.ProjectCounts(*flows.project_counts(
            projects.is_active, projects.region, projects.stage, projects.is_pull, self.n_regions
        ))  # fmt: skip

    @cached_property
    def platform_money(self) -> FloatArray:
        """Fees, support and spending of platforms (million yuan per quarter), shape (3, regions)."""
        platforms = self.world.platforms
        out = np.zeros((3, self.n_regions))
        for row in np.flatnonzero(platforms.is_active):
            region = self.world.actors.region[platforms.actor[row]]
            out[0, region] += platforms.income[row]
            out[1, region] += platforms.support[row]
            out[2, region] += platforms.spending[row]
        return out

    @cached_property
    def cash(self) -> FloatArray:
        """Cash of all accounts of each region (million yuan), shape (regions,)."""
        actors = self.world.actors
        counted: Any = np.bincount(actors.region + 1, actors.cash * actors.is_active, self.n_regions + 1)
        within: FloatArray = counted[1:]
        return within

    # ---------------------------------------------------------------------------------------------- network

    @cached_property
    def kind_counts(self) -> FloatArray:
        """Active actors by kind, shape (kinds of network actors, regions)."""
        actors = self.world.actors
        return topology.kind_counts(actors.is_active, actors.kind, actors.region, self.n_regions)

    @cached_property
    def ties(self) -> FloatArray:
        """Ties by layer, shape (layers, regions)."""
        ties = self.world.ties
        return topology.tie_counts(
            ties.is_active, ties.source, ties.target, ties.layer, self.world.actors.region, self.n_regions
        )

    @cached_property
    def partners(self) -> tuple[IntArray, IntArray]:
        """Distinct partners over the counted layers, as start and other of a neighbour list."""
        start, other, tie = self.world.neighbours()
        return topology.partner_lists(
            start, other, tie, self.world.ties.layer, topology.COUNTED_LAYERS, self.world.actors.kind
        )

    @cached_property
    def shape(self) -> topology.Shape:
        """Degree, clustering and components."""
        first, partner = self.partners
        actors = self.world.actors
        return topology.Shape(*topology.shape_of(
            actors.is_active, actors.kind, actors.region, first, topology.triangles(first, partner),
            topology.components(first, partner), self.n_regions,
        ))  # fmt: skip

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
