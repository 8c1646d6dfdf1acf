"""What must hold in every quarter of every world: each check yields a sentence about whatever does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from abm.kernels_projects import project_counts
from abm.measures import MEASURES
from abm.parameters import Parameters
from abm.recorder import Recorder
from abm.scenario import Scenario
from abm.simulation import Simulation
from abm.state.accounts import money_residual
from abm.state.codes import N_KINDS, ClaimKind, Event, Kind, Layer, Purpose
from abm.state.ledger import ledger_residual, origin_shares
from abm.state.world import TABLES, World

TOLERANCE = 1e-9
"""Largest residual, relative to the quarter's gross flow."""


def violations(world: World, parameters: Parameters) -> list[str]:
    """Return what does not hold at the end of a quarter."""
    return [f"quarter {world.quarter}: {sentence}" for check in CHECKS for sentence in check(world, parameters)]


def books_balance(world: World, parameters: Parameters) -> Iterator[str]:
    for name, residual in (("money", money_residual(world)), ("ledger", ledger_residual(world))):
        if not abs(residual) < TOLERANCE:
            yield f"{name} residual {residual}"
    actors = world.actors
    gross = max(float(world.accounts.paid.sum()), 1.0)
    pending = float(world.regions.pending_demand.sum())
    if not abs(float(actors.cash[world.market]) - pending) < TOLERANCE * gross:
        yield f"the market holds {actors.cash[world.market]}, prepaid orders are {pending}"
    if parameters.market.trade and not parameters.switches.closure and world.quarter > 0:  # all who sold are there
        sold, paid = float(actors.sales.sum()), float(world.volumes.amount[Purpose.SALES].sum())
        if not abs(sold - paid) < TOLERANCE * gross:
            yield f"firms sold {sold} and were paid {paid}"


def numbers_are_finite(world: World, parameters: Parameters) -> Iterator[str]:
    for name in TABLES:
        for column, values in world.table(name).arrays().items():
            if values.dtype == np.float64 and not np.isfinite(values).all():
                yield f"{name}.{column} has {int((~np.isfinite(values)).sum())} values that are not finite"


def columns_keep_their_bounds(world: World, parameters: Parameters) -> Iterator[str]:
    for name in TABLES:
        table = world.table(name)
        arrays = table.arrays()
        rows: Any = arrays["is_active"] if "is_active" in arrays else slice(None)
        for column, declared in table.declared().items():
            values = arrays[column][rows]
            if values.size == 0:
                continue
            if declared.low is not None and values.min() < declared.low:
                yield f"{name}.{column} falls to {values.min()}, below {declared.low}"
            if declared.high is not None and values.max() > declared.high:
                yield f"{name}.{column} rises to {values.max()!r}, above {declared.high}"


def capability_is_bounded(world: World, parameters: Parameters) -> Iterator[str]:
    most = (1.0 + parameters.frontier.leapfrog) * world.fields.frontier * (1.0 + 1e-12)
    if (world.actors.capability > most).any():
        yield f"capability of {np.argwhere(world.actors.capability > most)[:3].tolist()} is beyond the leap allowed"


def market_shares_sum_to_one(world: World, parameters: Parameters) -> Iterator[str]:
    st, actors = world.structure, world.actors
    firm = world.slots(Kind.FIRM)
    market = actors.region[firm] * st.n_sectors + actors.sector[firm]
    held = np.bincount(market, actors.market_share[firm], st.n_regions * st.n_sectors)
    total = world.regions.import_share.ravel() + held
    if np.abs(total - 1.0).max() > TOLERANCE:
        yield f"shares of a market sum to {total[np.abs(total - 1.0).argmax()]}"
    if actors.market_share[~actors.is_active].any() or actors.market_share[actors.kind != Kind.FIRM].any():
        yield "somebody who is not an active firm has a market share"


def actors_are_whole(world: World, parameters: Parameters) -> Iterator[str]:
    actors, st = world.actors, world.structure
    active = np.flatnonzero(actors.is_active)
    if len(np.unique(actors.uid[active])) != len(active) or not actors.uid[active].all():
        yield "two actors have one identity"
    firm = world.slots(Kind.FIRM)
    if len(firm) and not ((actors.sector[firm] >= 0) & (actors.sector[firm] < st.n_sectors)).all():
        yield "a firm has no sector"
    if (actors.kind[active] >= N_KINDS).any() or (actors.region[active] >= st.n_regions).any():
        yield "an actor has no kind or region"
    inside = active[actors.kind[active] < Kind.REST_OF_WORLD]
    if (actors.region[inside] < 0).any():
        yield "an actor of a region is outside every region"
    if actors.cash[~actors.is_active].any() or world.ledger.stock[~actors.is_active].any():
        yield "a free row holds money or knowledge"
    for r in range(st.n_regions):
        for slot, kind in (
            (world.regions.household_slot[r], Kind.HOUSEHOLDS),
            (world.regions.government_slot[r], Kind.GOVERNMENT),
        ):
            if actors.kind[slot] != kind or actors.region[slot] != r or not actors.is_active[slot]:
                yield f"region {r} has lost its {kind.name}"


def references_are_alive(world: World, parameters: Parameters) -> Iterator[str]:
    actors = world.actors
    for name, ends in (
        ("ties", ("source", "target")),
        ("claims", ("creditor", "debtor")),
        ("projects", ("member",)),
        ("platforms", ("actor",)),
    ):
        arrays = world.table(name).arrays()
        rows = arrays["is_active"]
        for end in ends:
            slot, uid = arrays[end][rows], arrays[f"{end}_uid"][rows]
            used = slot >= 0
            if end != "member" and not used.all():
                yield f"a row of {name} has no {end}"
            slot, uid = slot[used], uid[used]
            if not actors.is_active[slot].all():
                yield f"{name}.{end} names {int((~actors.is_active[slot]).sum())} actors that are gone"
            elif not (actors.uid[slot] == uid).all():
                yield f"{name}.{end} and its identity differ"


def ties_are_proper(world: World, parameters: Parameters) -> Iterator[str]:
    ties = world.ties
    rows = np.flatnonzero(ties.is_active)
    if (ties.source[rows] == ties.target[rows]).any():
        yield "an actor is tied to itself"
    pair = np.sort(np.stack((ties.source[rows], ties.target[rows])), axis=0)
    directed = ties.layer[rows] != Layer.RESEARCH
    pair[:, directed] = np.stack((ties.source[rows], ties.target[rows]))[:, directed]
    key = np.stack((ties.layer[rows], *pair))
    if len(np.unique(key, axis=1).T) != len(rows):
        yield "two actors are tied twice in one layer"
    if (ties.born[rows] > world.quarter).any() or (ties.used[rows] > world.quarter).any():
        yield "a tie comes from the future"


def projects_are_proper(world: World, parameters: Parameters) -> Iterator[str]:
    projects, actors = world.projects, world.actors
    rows = np.flatnonzero(projects.is_active)
    if len(np.unique(projects.uid[rows])) != len(rows):
        yield "two projects have one identity"
    if (projects.n_members[rows] != (projects.member[rows] >= 0).sum(axis=1)).any():
        yield "a project miscounts its members"
    if len(rows) and (projects.n_members[rows] < 1).any():
        yield "a project has nobody"
    if (projects.field[rows] >= world.structure.n_fields).any():
        yield "a project has no field"
    count = project_counts(projects.is_active, projects.stage, projects.n_members, projects.member, actors.rows)
    if (count[actors.is_active] != actors.n_projects[actors.is_active]).any():
        yield "an actor miscounts its projects"


def claims_have_two_sides(world: World, parameters: Parameters) -> Iterator[str]:
    claims, actors = world.claims, world.actors
    loans = np.flatnonzero(claims.is_active & (claims.kind == int(ClaimKind.LOAN)))
    if (actors.loan[claims.debtor[loans]] != loans).any():
        yield "a loan is not the loan of its debtor"
    owing = np.flatnonzero(actors.loan >= 0)
    if not np.isin(actors.loan[owing], loans).all():
        yield "an actor names a loan that is gone"
    if claims.principal[~claims.is_active].any():
        yield "a struck claim still has a principal"


def origins_sum_to_one(world: World, parameters: Parameters) -> Iterator[str]:
    shares = origin_shares(world.ledger.stock)[world.actors.is_active]
    for name, values in (("a ledger's", shares), ("the pool's", world.regions.pool_origin)):
        if np.abs(values.sum(axis=1) - 1.0).max() > TOLERANCE:
            yield f"{name} origins sum to {values.sum(axis=1).tolist()[:3]}"


def events_are_told_in_order(world: World, parameters: Parameters) -> Iterator[str]:
    events = world.events.columns()
    if len(events["quarter"]) == 0:
        return
    if (np.diff(events["quarter"]) < 0).any() or events["quarter"][-1] > world.quarter:
        yield "events are out of order"
    if (events["cause_id"] >= events["event_id"]).any():
        yield "an event is caused by a later one"
    if (
        not np.isfinite(events["amount"]).all()
        or (events["kind"] >= len(Event)).any()
        or not events["uid"][events["kind"] != Event.SECTOR_ACTIVATED].all()
    ):
        yield "an event lacks an amount, a kind or an actor"


Check = Callable[[World, Parameters], Iterator[str]]
CHECKS: tuple[Check, ...] = (
    books_balance, numbers_are_finite, columns_keep_their_bounds, capability_is_bounded, market_shares_sum_to_one,
    actors_are_whole, references_are_alive, ties_are_proper, projects_are_proper, claims_have_two_sides,
    origins_sum_to_one, events_are_told_in_order,
)  # fmt: skip


# ---------------------------------------------------------------------------------------------------- measures


def _firms(world: World, region: int) -> Any:
    firm = world.slots(Kind.FIRM)
    return firm[world.actors.region[firm] == region]


def _asked(world: World, region: int) -> bool:
    actors, firm = world.actors, _firms(world, region)
    return bool((actors.loan_request[firm[~actors.is_core[firm]]] > 0.0).any())


NULL_ONLY_IF: dict[str, Callable[[World, int], bool]] = {
    "no firm has sales": lambda world, r: not (world.actors.sales[_firms(world, r)] > 0.0).any(),
    "there is no firm": lambda world, r: len(_firms(world, r)) == 0,
    "nobody works": lambda world, r: not (world.actors.staff + world.actors.talent)[_firms(world, r)].any(),
    "no SME asked for a loan": lambda world, r: not _asked(world, r),
    "no firm spends on research": lambda world, r: not world.actors.research_spending[_firms(world, r)].any(),
    "no need is open": lambda world, r: not world.needs.is_open[r].any(),
    "there is no actor": lambda world, r: not (world.actors.region[world.nodes()] == r).any(),
}
"""What must be true of a region where a measure is null, by the words its declaration uses."""


def unexplained_nulls(world: World, recorder: Recorder) -> list[str]:
    """Return the measures of the last quarter that are null and may not be."""
    found = []
    for name, measure in MEASURES.items():
        for region in np.flatnonzero(np.isnan(recorder.latest(name))):
            may_be_null = NULL_ONLY_IF.get(measure.null_when or "", lambda world, r: True)
            if measure.null_when is None or not may_be_null(world, int(region)):
                found.append(f"quarter {world.quarter}: {name} is null, allowed when: {measure.null_when}")
    return found


def watched(scenario: Scenario, seed: int, changes: Mapping[str, Any]) -> list[str]:
    """Run a scenario and return what is wrong in the first quarter in which anything is."""
    simulation = Simulation(scenario, seed=seed, changes=changes)
    recorder = Recorder(simulation.world.structure, scenario.quarters, panel_every=4)
    wrong = violations(simulation.world, simulation.parameters)
    for _ in range(scenario.burn_in + scenario.quarters):
        if wrong:
            return wrong
        parameters = simulation.parameters
        simulation.step()
        wrong = violations(simulation.world, parameters)
        recorder.observe(simulation.world, parameters, simulation.quarter)
        if simulation.quarter >= 1:
            wrong += unexplained_nulls(simulation.world, recorder)
    frame = recorder.panel_frame(simulation.world).select_dtypes("number")
    wrong += [f"panel column {name} is null" for name in frame.columns[frame.isna().any()]]
    return wrong
