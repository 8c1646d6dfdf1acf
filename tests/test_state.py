"""State: tables, locks, growth, events, accounts, claims, ledger, neighbour lists and picks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.randomness import Draws, make_uid, mix
from abm.state import accounts, ledger
from abm.state.codes import ClaimKind, Event, Kind, Layer, Origin, Path, Purpose, Route, TieOrigin, label
from abm.state.columns import Table
from abm.state.events import COLUMNS, Events
from abm.state.network import make_roster, neighbour_lists, pick
from abm.state.structure import Structure, cosine, leontief_inverse
from abm.state.world import TABLES, World


def tiny_structure(n_regions: int = 1) -> Structure:
    """Two sectors in one chain, three fields."""
    weight = np.array([[0.5, 0.5, 0.0], [0.0, 0.4, 0.6]])
    inputs = np.array([[0.1, 0.2], [0.0, 0.1]])
    return Structure(
        field_names=("forming", "control", "optics"),
        sector_names=("parts", "machines"),
        chain_names=("machines",),
        region_names=tuple(f"region {r}" for r in range(n_regions)),
        frontier_growth=np.full(3, 0.04),
        embargo=np.array([0.0, 0.2, 0.5]),
        green=np.zeros(3),
        weight=weight,
        inputs=inputs,
        leontief=leontief_inverse(inputs),
        kinship=cosine(weight),
        final_demand=np.array([[0.0, 1.0]]),
        position=np.array([0, 2]),
        technology_class=np.array([1, 2]),
        labour_share=np.full(2, 0.3),
        energy_share=np.full(2, 0.1),
        capital_ratio=np.full(2, 2.0),
        household_share=np.array([0.2, 0.4]),
        equipment_share=np.array([0.0, 0.6]),
        adoption_share=np.array([0.0, 0.5]),
        export_base=np.full((n_regions, 2), 5.0),
        traditional_share=np.zeros(2),
        import_share=np.full(2, 0.2),
        can_sleep=np.zeros(2, dtype=np.bool_),
        openness=np.full(n_regions, 0.1),
    )


def tiny_world(n_firms: int = 4, cash: float = 10.0) -> World:
    """Firms in slots 0 to n - 1, then a bank, households and the neutral account."""
    world = World(tiny_structure(), seed=1, n_actors=n_firms + 3)
    kinds = [Kind.FIRM] * n_firms + [Kind.BANK, Kind.HOUSEHOLDS, Kind.NEUTRAL]
    with world.writable(("actors.*",)):
        actors = world.actors
        actors.is_active[:] = True
        actors.kind[:] = [int(kind) for kind in kinds]
        actors.uid[:] = [make_uid("actor", i) for i in range(len(kinds))]
        actors.region[-1] = -1
        actors.cash[:] = cash
    world.neutral = len(kinds) - 1
    world.total_cash = float(world.actors.cash.sum())
    return world


# --------------------------------------------------------------------------------------- columns, locks and growth


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_declared_in_full(name: str) -> None:
    for column, declared in TABLES[name].declared().items():
        assert declared.doc, column
        assert declared.unit, column
        assert set(declared.dims) <= set(tiny_world().dims), column
        if declared.low is not None and declared.high is not None:
            assert declared.low < declared.high, column
        is_number = declared.dtype in (np.float64, np.int64)
        if declared.low is not None and is_number:
            assert declared.fill >= declared.low, f"{column}: a fresh row is out of bounds"
        if declared.high is not None and is_number:
            assert declared.fill <= declared.high, f"{column}: a fresh row is out of bounds"


def test_amounts_have_bounds() -> None:
    """What can't be negative says so: only balances, differences and codes of "none" may lack a lower bound of zero."""
    for name, table in TABLES.items():
        for column, declared in table.declared().items():
            if declared.dtype is np.float64 and declared.low is None:
                assert any(word in column for word in ("profit", "return", "margin", "balance", "appeal", "gap")), (
                    f"{name}.{column}"
                )


@pytest.mark.parametrize("name", TABLES)
def test_fresh_tables_refuse_writes(name: str) -> None:
    table = tiny_world().table(name)
    for column, array in table.arrays().items():
        with pytest.raises(ValueError, match="read-only"):
            array[...] = array
        assert array.dtype == np.dtype(table.declared()[column].dtype)


def test_only_declared_columns_open_and_they_close_again() -> None:
    world = tiny_world()
    with world.writable(("actors.sales", "ties.*")):
        world.actors.sales[0] = 3.0
        world.ties.weight[0] = 0.5
        with pytest.raises(ValueError, match="read-only"):
            world.actors.cash[0] = 1.0
        with pytest.raises(ValueError, match="read-only"):
            world.claims.principal[0] = 1.0
    for array in (world.actors.sales, world.ties.weight):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0


def test_columns_close_after_an_error() -> None:
    world = tiny_world()
    with pytest.raises(RuntimeError, match="inside"), world.writable(("actors.cash",)):
        raise RuntimeError("inside")
    assert not world.actors.cash.flags.writeable


def test_a_misspelt_column_or_table_is_an_error() -> None:
    world = tiny_world()
    with pytest.raises(AttributeError), world.writable(("actors.csah",)):
        pass
    with pytest.raises(AttributeError), world.writable(("actor.cash",)):
        pass


def test_tables_cannot_be_rebound() -> None:
    world = tiny_world()
    with pytest.raises(AttributeError):
        world.actors.cash = np.zeros(3)  # type: ignore[misc]


def test_growth_keeps_rows_and_adds_fresh_locked_ones() -> None:
    world = tiny_world()
    with world.writable(("ties.*",)):
        world.ties.weight[1] = 0.25
        world.ties.is_active[1] = True
    before = world.ties.rows
    world.grow("ties", before + 5)
    assert world.ties.rows == before + 5
    assert world.ties.weight[1] == 0.25
    assert world.ties.source[before:].tolist() == [-1] * 5
    assert not world.ties.weight.flags.writeable


def test_actors_and_ledger_grow_together() -> None:
    world = tiny_world()
    world.grow("actors", 50)
    assert world.actors.rows == world.ledger.rows == 50
    assert not world.actors.is_active[7:].any()


def test_ensure_free_doubles_until_there_is_room() -> None:
    world = tiny_world()
    assert world.actors.rows == 7
    world.ensure_free("actors", 0)
    assert world.actors.rows == 7
    world.ensure_free("actors", 30)
    assert world.actors.rows == 64
    assert len(world.free_rows("actors", 30)) == 30


def test_free_rows_are_the_lowest() -> None:
    world = tiny_world()
    with world.writable(("ties.is_active",)):
        world.ties.is_active[[0, 2, 3]] = True
    assert world.free_rows("ties", 3).tolist() == [1, 4, 5]


def test_reset_gives_a_fresh_row() -> None:
    world = tiny_world()
    with world.writable(("actors.*",)):
        world.actors.capability[2] = 0.7
        world.actors.sector[2] = 1
        world.actors.reset(2)
    for name, declared in world.actors.declared().items():
        assert np.all(getattr(world.actors, name)[2] == declared.fill), name


def test_copies_are_independent() -> None:
    world = tiny_world()
    world.names[int(world.actors.uid[0])] = "first"
    world.events.add(Event.ENTRY, 1, world.actors.uid[:2])
    other = world.copy()
    with other.writable(("actors.cash",)):
        other.actors.cash[0] = 99.0
    other.events.add(Event.EXIT, 1, world.actors.uid[:1])
    other.names[7] = "new"
    assert world.actors.cash[0] == 10.0
    assert world.events.count == 2
    assert 7 not in world.names
    assert not other.actors.cash.flags.writeable


def test_slots_and_nodes() -> None:
    world = tiny_world()
    assert world.slots(Kind.FIRM).tolist() == [0, 1, 2, 3]
    assert world.nodes().tolist() == [0, 1, 2, 3, 4], "aggregates are no nodes"
    with world.writable(("actors.is_active",)):
        world.actors.is_active[1] = False
    assert world.slots(Kind.FIRM).tolist() == [0, 2, 3]


def test_structure_has_hand_worked_coefficients() -> None:
    structure = tiny_structure()
    # (I - B)^-1 of an upper triangular B: 1/.9, .2/.81, 1/.9
    assert np.allclose(structure.leontief, [[1 / 0.9, 0.2 / 0.81], [0.0, 1 / 0.9]])
    # cosine of (.5, .5, 0) and (0, .4, .6): .2 / (sqrt .5 sqrt .52)
    assert math.isclose(structure.kinship[0, 1], 0.2 / math.sqrt(0.5 * 0.52))
    assert (structure.n_fields, structure.n_sectors, structure.n_chains, structure.n_regions) == (3, 2, 1, 1)


def test_labels_are_words() -> None:
    assert label(Event.NEED_OPENED) == "need opened"


# ------------------------------------------------------------------------------------------------------- events


def test_events_are_numbered_and_repeat_scalars() -> None:
    events = Events(capacity=2)
    first = events.add(Event.ENTRY, 3, np.array([11, 12, 13], np.uint64), region=0, amount=np.array([1.0, 2.0, 3.0]))
    second = events.add(Event.EXIT, 4, 12, cause=first[1])
    assert first.tolist() == [0, 1, 2]
    assert second.tolist() == [3]
    columns = events.columns()
    assert list(columns) == list(COLUMNS)
    assert columns["uid"].tolist() == [11, 12, 13, 12]
    assert columns["quarter"].tolist() == [3, 3, 3, 4]
    assert columns["amount"].tolist() == [1.0, 2.0, 3.0, 0.0]
    assert columns["cause_id"].tolist() == [-1, -1, -1, 1]
    assert columns["field"].tolist() == [-1] * 4
    assert columns["partner_uid"].tolist() == [0] * 4


def test_no_event_is_no_row() -> None:
    events = Events()
    assert len(events.add(Event.ENTRY, 1, np.array([], np.uint64))) == 0
    assert events.count == 0


def test_events_outgrow_their_room_and_can_be_restored() -> None:
    events = Events(capacity=1)
    for quarter in range(100):
        events.add(Event.TIE_FORMED, quarter, quarter + 1)
    again = Events.restored(events.columns())
    again.add(Event.TIE_DISSOLVED, 100, 1)
    assert again.count == 101
    assert again.columns()["quarter"].tolist() == list(range(101))
    assert again.columns()["event_id"].tolist() == list(range(101))
    assert events.count == 100


# ------------------------------------------------------------------------------------------------------ accounts


def test_transfer_moves_cash_and_books_both_ends() -> None:
    world = tiny_world()
    with world.writable(accounts.WRITES):
        paid = accounts.transfer(world, np.array([0, 1]), 4, np.array([3.0, 4.0]), Purpose.LOAN)
    assert paid == 7.0
    assert world.actors.cash.tolist() == [7.0, 6.0, 10.0, 10.0, 17.0, 10.0, 10.0]
    assert world.accounts.paid[int(Kind.FIRM)] == 7.0
    assert world.accounts.received[int(Kind.BANK)] == 7.0
    assert world.volumes.amount[int(Purpose.LOAN)].tolist() == [7.0, 0.0]
    assert accounts.money_residual(world) == 0.0


def test_a_payer_pays_at_most_what_it_holds_in_turn() -> None:
    world = tiny_world()
    with world.writable(accounts.WRITES):
        paid = accounts.transfer(world, 0, np.array([1, 2, 3]), np.array([6.0, 6.0, 6.0]), Purpose.INPUTS)
    assert paid == 10.0
    assert world.actors.cash[:4].tolist() == [0.0, 16.0, 14.0, 10.0]


def test_money_paid_outside_every_region_is_counted_where_the_other_end_is() -> None:
    world = tiny_world()
    with world.writable(accounts.WRITES):
        accounts.transfer(world, world.neutral, 0, 2.0, Purpose.EXPORTS)
        accounts.transfer(world, world.neutral, world.neutral, 1.0, Purpose.NEUTRAL)
    assert world.volumes.amount[int(Purpose.EXPORTS)].tolist() == [2.0, 0.0]
    assert world.volumes.amount[int(Purpose.NEUTRAL)].tolist() == [0.0, 1.0]


def test_transfer_refuses_a_rule_that_has_not_declared_it() -> None:
    world = tiny_world()
    with pytest.raises(ValueError, match="declare"):
        accounts.transfer(world, 0, 1, 1.0, Purpose.INPUTS)


@pytest.mark.parametrize("amount", [-1.0, math.nan, math.inf])
def test_transfer_refuses_what_is_not_an_amount(amount: float) -> None:
    world = tiny_world()
    with world.writable(accounts.WRITES), pytest.raises(ValueError, match="INPUTS"):
        accounts.transfer(world, np.array([0, 0]), 1, np.array([1.0, amount]), Purpose.INPUTS)
    assert world.actors.cash.tolist() == [10.0] * 7, "nothing has moved"


def test_an_empty_transfer_is_nothing() -> None:
    world = tiny_world()
    with world.writable(accounts.WRITES):
        none = np.array([], np.int64)
        assert accounts.transfer(world, none, none, np.array([]), Purpose.INPUTS) == 0.0


@settings(max_examples=200, deadline=None)
@given(
    start=st.lists(st.floats(0.0, 1e9), min_size=7, max_size=7),
    payments=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.floats(0.0, 1e9)), min_size=1, max_size=60),
)
def test_cash_is_conserved_and_never_negative(start: list[float], payments: list[tuple[int, int, float]]) -> None:
    world = tiny_world()
    with world.writable(("actors.cash",)):
        world.actors.cash[:] = start
    world.total_cash = float(world.actors.cash.sum())
    payer, payee, amount = (np.array(each) for each in zip(*payments, strict=True))
    with world.writable(accounts.WRITES):
        moved = accounts.transfer(world, payer, payee, amount.astype(np.float64), Purpose.SALES)
    assert world.actors.cash.min() >= 0.0
    assert math.isclose(float(world.actors.cash.sum()), world.total_cash, rel_tol=1e-12, abs_tol=1e-9)
    assert math.isclose(float(world.accounts.paid.sum()), moved, rel_tol=1e-12, abs_tol=1e-12)
    assert math.isclose(float(world.volumes.amount.sum()), moved, rel_tol=1e-12, abs_tol=1e-12)
    assert moved <= amount.sum() * (1 + 1e-12)


# -------------------------------------------------------------------------------------------------------- claims


def test_claims_have_two_sides_and_debts_add_up() -> None:
    world = tiny_world()
    world.quarter = 5
    with world.writable(("claims.*", "actors.debt", *accounts.WRITES)):
        firms = np.array([0, 1, 1])
        principal = np.array([2.0, 3.0, 4.0])
        rows = accounts.open_claims(world, ClaimKind.LOAN, np.full(3, 4), firms, principal, np.full(3, 0.01))
        world.actors.debt[:] = np.bincount(firms, principal, world.actors.rows)
        accounts.transfer(world, 4, firms, principal, Purpose.LOAN)
    assert rows.tolist() == [0, 1, 2]
    claims = world.claims
    assert claims.is_active[rows].all()
    assert claims.born[rows].tolist() == [5, 5, 5]
    assert (claims.debtor_uid[rows] == world.actors.uid[firms]).all()
    assert (claims.creditor_uid[rows] == world.actors.uid[4]).all()
    assert accounts.money_residual(world) == 0.0


def test_claims_reuse_the_lowest_free_rows() -> None:
    world = tiny_world()
    one = np.array([1.0])
    with world.writable(("claims.*",)):
        for _ in range(3):
            accounts.open_claims(world, ClaimKind.LOAN, np.array([4]), np.array([0]), one, one * 0.01)
        world.claims.reset(1)
        row = accounts.open_claims(world, ClaimKind.EQUITY, np.array([4]), np.array([1]), one, one * 0.0)
    assert row.tolist() == [1]


def test_a_full_claims_table_says_so() -> None:
    world = tiny_world()
    many = np.zeros(world.claims.rows + 1)
    with world.writable(("claims.*",)), pytest.raises(ValueError, match="full"):
        accounts.open_claims(world, ClaimKind.LOAN, many.astype(int), many.astype(int), many, many)


@pytest.mark.parametrize("spoil", ["cash", "debt", "flows"])
def test_the_money_residual_sees_what_is_wrong(spoil: str) -> None:
    world = tiny_world()
    with world.writable(("actors.cash", "actors.debt", "accounts.paid")):
        if spoil == "cash":
            world.actors.cash[0] += 2.0
        elif spoil == "debt":
            world.actors.debt[0] += 2.0
        else:
            world.accounts.paid[0] += 2.0
    assert accounts.money_residual(world) >= 1.0


# -------------------------------------------------------------------------------------------------------- ledger


def test_each_gain_has_the_path_that_was_declared() -> None:
    """The table of model.md section 3, worked by hand."""
    expected = {
        (Origin.CALL, Route.OWN): Path.COMMON_TECHNOLOGY,
        (Origin.CALL, Route.ORDER): Path.COMMON_TECHNOLOGY,
        (Origin.CALL, Route.PLATFORM): Path.COMMON_TECHNOLOGY,
        (Origin.JOINT_RESEARCH, Route.CALL): Path.COMMON_TECHNOLOGY,
        (Origin.OWN_RESEARCH, Route.ORDER): Path.SUPPORTING_CHAIN,
        (Origin.ENDOWMENT, Route.SIDEWAYS): Path.SUPPORTING_CHAIN,
        (Origin.JOINT_RESEARCH, Route.PLATFORM): Path.INNOVATION_PLATFORM,
        (Origin.OWN_RESEARCH, Route.PLATFORM): Path.INNOVATION_PLATFORM,
        (Origin.JOINT_RESEARCH, Route.PROPOSAL): Path.CHAIN_LEADER,
        (Origin.INTRODUCTION, Route.LICENCE): Path.NONE,
        (Origin.PEOPLE, Route.PEOPLE): Path.NONE,
        (Origin.OWN_RESEARCH, Route.OWN): Path.NONE,
        (Origin.JOINT_RESEARCH, Route.ACQUAINTANCE): Path.NONE,
    }
    for (origin, route), path in expected.items():
        assert ledger.PATH_OF[origin, route] == path, (origin, route)
    assert ledger.PATH_OF.shape == (len(Origin), len(Route))
    assert not ledger.PATH_OF.flags.writeable


def test_routes_mirror_the_origins_of_ties() -> None:
    assert [route.name for route in Route][: len(TieOrigin)] == [origin.name for origin in TieOrigin]


def test_book_raises_stock_gain_and_total_alike() -> None:
    stock, gain, total = (np.zeros((2, len(Origin), len(Route))) for _ in range(3))
    ledger.book(stock, gain, total, 1, 0.25, int(Origin.IMITATION), int(Route.ORDER))
    for array in (stock, gain, total):
        assert array[1, Origin.IMITATION, Route.ORDER] == 0.25
        assert array.sum() == 0.25


@settings(max_examples=100, deadline=None)
@given(
    held=st.lists(st.floats(0.0, 100.0), min_size=8, max_size=8),
    amount=st.floats(0.0, 10.0),
    route=st.sampled_from(list(Route)),
)
def test_what_is_inherited_keeps_the_shares_of_the_source(held: list[float], amount: float, route: Route) -> None:
    source = np.zeros((1, len(Origin), len(Route)))
    source[0, :, Route.OWN] = held
    shares = ledger.origin_shares(source)
    assert math.isclose(float(shares.sum()), 1.0, rel_tol=1e-12)
    stock, gain, total = (np.zeros((2, len(Origin), len(Route))) for _ in range(3))
    ledger.book_inherited(stock, gain, total, 1, amount, shares, 0, int(route))
    assert math.isclose(float(gain.sum()), amount, rel_tol=1e-12, abs_tol=1e-300)
    assert np.allclose(gain[1, :, route], amount * shares[0], rtol=1e-12)
    assert (stock == gain).all()
    assert (total == gain).all()


def test_an_actor_with_no_stock_passes_on_endowment() -> None:
    assert ledger.origin_shares(np.zeros((1, 8, 9)))[0].tolist() == [0, 0, 0, 0, 0, 0, 1, 0]
    assert int(Origin.ENDOWMENT) == 6


def test_the_ledger_residual_is_zero_when_booked_and_not_otherwise() -> None:
    world = tiny_world()
    with world.writable(("actors.capability", *ledger.WRITES)):
        world.actors.capability[0, 1] += 0.5
        assert ledger.ledger_residual(world) == 0.5
        books = (world.ledger.stock, world.ledger.gain, world.ledger.total_gain)
        ledger.book(*books, 0, 0.5, int(Origin.OWN_RESEARCH), int(Route.OWN))
    assert ledger.ledger_residual(world) == 0.0


# ---------------------------------------------------------------------------------------------------- neighbours


def add_tie(world: World, source: int, target: int, layer: Layer = Layer.RESEARCH) -> int:
    """Write a tie into the lowest free row."""
    with world.writable(("ties.*",)):
        row = int(world.free_rows("ties", 1)[0])
        world.ties.is_active[row] = True
        world.ties.source[row] = source
        world.ties.target[row] = target
        world.ties.layer[row] = int(layer)
    return row


def test_neighbour_lists_by_hand() -> None:
    """Ties 0-1, 1-2, (3-0 gone), 1-0 again in another layer: actor 1 has ties 0, 1, 3 to 0, 2, 0."""
    is_active = np.array([True, True, False, True])
    source, target = np.array([0, 1, 3, 1]), np.array([1, 2, 0, 0])
    start, other, tie = neighbour_lists(is_active, source, target, 4)
    assert start.tolist() == [0, 2, 5, 6, 6]
    assert other.tolist() == [1, 1, 0, 2, 0, 1]
    assert tie.tolist() == [0, 3, 0, 1, 3, 1]


def test_neighbours_follow_the_ties() -> None:
    world = tiny_world()
    assert world.neighbours().start.tolist() == [0] * 8
    add_tie(world, 0, 1)
    row = add_tie(world, 2, 0, Layer.SUPPLY)
    lists = world.neighbours()
    assert lists.other[lists.start[0] : lists.start[1]].tolist() == [1, 2]
    assert lists is world.neighbours(), "made once"
    with world.writable(("ties.is_active",)):
        world.ties.is_active[row] = False
    lists = world.neighbours()
    assert lists.other[lists.start[0] : lists.start[1]].tolist() == [1]


@settings(max_examples=100, deadline=None)
@given(ties=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.booleans()), max_size=60))
def test_every_active_tie_stands_at_both_its_ends(ties: list[tuple[int, int, bool]]) -> None:
    source, target = (np.array([tie[end] for tie in ties], dtype=np.int64) for end in (0, 1))
    is_active = np.array([tie[2] for tie in ties], dtype=np.bool_)
    start, other, tie = neighbour_lists(is_active, source, target, 10)
    listed = sorted((i, int(other[p]), int(tie[p])) for i in range(10) for p in range(start[i], start[i + 1]))
    wanted = sorted(
        end
        for e in np.flatnonzero(is_active).tolist()
        for end in ((int(source[e]), int(target[e]), e), (int(target[e]), int(source[e]), e))
    )
    assert listed == wanted


# --------------------------------------------------------------------------------------------------------- picks

KEY = Draws(1, 3).key("meet")
POINTS = [np.uint64(mix(np.uint64(i + 1))) for i in range(300)]


def uids_picked(uid: np.ndarray, group: np.ndarray, wanted: int = 0) -> list[int]:
    """Return the uid picked at each of `POINTS`."""
    roster = make_roster(group, 2, uid, KEY)
    slots = [pick(roster.start, roster.ring, roster.slot, wanted, point) for point in POINTS]
    return [int(uid[slot]) if slot >= 0 else -1 for slot in slots]


def crowd(size: int) -> np.ndarray:
    return np.array([make_uid("crowd", i) for i in range(size)], dtype=np.uint64)


def test_nobody_is_picked_from_an_empty_group() -> None:
    uid = crowd(3)
    assert set(uids_picked(uid, np.array([1, 1, -1]))) == {-1}
    assert set(uids_picked(uid[:0], np.array([], np.int64))) == {-1}


def test_picks_stay_in_their_group_and_leave_nobody_out() -> None:
    uid, group = crowd(20), np.arange(20) % 3 - 1
    for wanted in (0, 1):
        assert set(uids_picked(uid, group, wanted)) <= {int(u) for u in uid[group == wanted]}
    alone = uids_picked(uid, np.where(np.arange(20) == 7, 0, -1))
    assert set(alone) == {int(uid[7])}


@settings(max_examples=30, deadline=None)
@given(order=st.permutations(range(25)))
def test_relabelling_slots_picks_the_same_actors(order: list[int]) -> None:
    uid, group = crowd(25), np.arange(25) % 2
    assert uids_picked(uid[order], group[order]) == uids_picked(uid, group)


@settings(max_examples=30, deadline=None)
@given(size=st.integers(1, 40))
def test_a_newcomer_takes_only_picks_just_before_it(size: int) -> None:
    uid = crowd(size + 1)
    before = uids_picked(uid[:-1], np.zeros(size, np.int64))
    after = uids_picked(uid, np.zeros(size + 1, np.int64))
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert {new for _, new in changed} <= {int(uid[-1])}
    assert len({old for old, _ in changed}) <= 1, "all were its successor's"


def test_picks_are_spread_evenly_over_quarters() -> None:
    """One quarter's ring favours some; over many quarters everybody has the same chance."""
    uid, point, counts = crowd(10), np.uint64(2**63), np.zeros(10)
    quarters = 4000
    for quarter in range(quarters):
        roster = make_roster(np.zeros(10, np.int64), 1, uid, Draws(1, quarter).key("meet"))
        counts[pick(roster.start, roster.ring, roster.slot, 0, point)] += 1
    expected = quarters / 10
    assert ((counts - expected) ** 2).sum() / expected < 27.9, "chi-square of 9 degrees of freedom at 0.1 %"


def test_tables_are_what_the_world_has() -> None:
    world = tiny_world()
    assert all(isinstance(world.table(name), Table) for name in TABLES)
