"""Why things happened: events name the events that led to them, and stages the gains behind them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from abm import Scenario, Simulation
from abm.parameters import Parameters
from abm.recorder import Recorder
from abm.simulation import simulate
from abm.state.causes import PROGRESS, last_events
from abm.state.codes import Event, Instrument, Origin, Path, Route
from tests.small_worlds import EVERYTHING, small_world

# --------------------------------------------------------------------------------------------------------- stages


def test_a_stage_tells_the_gains_since_the_last_one_and_what_let_the_firm_reach_it() -> None:
    world = small_world()
    recorder = Recorder(world.structure, 3, 0)
    uid = world.actors.uid

    def quarter(number: int, value_chain: float, ordered: float, called: float) -> None:
        world.quarter = number
        with world.writable(EVERYTHING):
            world.actors.value_chain[1] = value_chain
            world.ledger.total_gain[1, Origin.JOINT_RESEARCH, Route.ORDER] += ordered
            world.ledger.total_gain[1, Origin.CALL, Route.OWN] += called
            world.ledger.total_gain[1, Origin.OWN_RESEARCH, Route.OWN] += 0.5
        recorder.observe(world, Parameters(), number)

    quarter(1, 0.2, 0.3, 0.1)
    world.events.add(Event.INDUSTRIALISED, 2, uid[0], region=0, partner=uid[1])
    world.events.add(Event.LICENCE, 2, uid[0], region=0)
    quarter(2, 0.6, 0.1, 0.0)
    quarter(3, 0.1, 0.0, 0.2)
    frame = recorder.stages_frame()
    assert frame["quarter"].tolist() == [2, 3]
    assert frame["stage"].tolist() == ["value_chain", "value_chain"]
    assert frame["direction"].tolist() == [1, -1]
    assert frame["gain_supporting_chain"].tolist() == pytest.approx([0.4, 0.0])
    assert frame["gain_common_technology"].tolist() == pytest.approx([0.1, 0.2])
    assert frame["gain_none"].tolist() == pytest.approx([1.0, 0.5])
    assert frame["cause_id"].tolist() == [0, -1]
    events = recorder.events_frame(world)
    changed = events[events["kind"] == "stage changed"]
    assert changed["channel"].tolist() == ["supporting chain", "common technology"]
    assert changed["cause_id"].tolist() == [0, -1]


def test_a_new_firm_in_an_old_slot_starts_with_no_gains() -> None:
    world = small_world()
    recorder = Recorder(world.structure, 4, 0)
    gain = world.ledger.total_gain
    for number, (value_chain, total, identity) in enumerate(
        [(0.2, 0.4, 7), (0.6, 0.5, 7), (0.2, 0.1, 8), (0.6, 0.3, 8)]
    ):
        world.quarter = number + 1
        with world.writable(EVERYTHING):
            gain = world.ledger.total_gain
            world.actors.uid[1] = identity
            world.actors.value_chain[1] = value_chain
            gain[1, Origin.OWN_RESEARCH, Route.ORDER] = total
        recorder.observe(world, Parameters(), number + 1)
    frame = recorder.stages_frame()
    assert frame["uid"].tolist() == [7, 8]
    assert frame["gain_supporting_chain"].tolist() == pytest.approx([0.5, 0.3])


def test_no_stage_is_an_empty_table_with_all_columns() -> None:
    world = small_world()
    frame = Recorder(world.structure, 1, 0).stages_frame()
    assert len(frame) == 0
    assert {"quarter", "region", "uid", "stage", "direction", "cause_id"} <= set(frame.columns)
    assert {f"gain_{path.name.lower()}" for path in Path} <= set(frame.columns)


# --------------------------------------------------------------------------------------------------- last events


def test_the_last_event_of_either_side_is_found() -> None:
    world = small_world()
    uid = world.actors.uid
    for number, event in enumerate((Event.ARTEFACT, Event.EXIT, Event.LICENCE), 1):
        world.events.add(event, number, uid[0], partner=uid[1])
    assert last_events(world, PROGRESS, uid[[0, 1, 2]]).tolist() == [2, 2, -1]
    assert last_events(world, (Event.ARTEFACT,), uid[[1]]).tolist() == [0]
    assert last_events(world, (Event.ARTEFACT,), uid[[1]], since=2).tolist() == [-1]
    assert last_events(world, PROGRESS, uid[:0]).tolist() == []


# ---------------------------------------------------------------------------------------------------------- policy


def with_regimes(*regimes: tuple[int, dict[str, Any]]) -> Scenario:
    from abm.scenario.scenario import Regime

    base = Scenario.load("blank")
    from dataclasses import replace

    return replace(base, burn_in=2, regimes=tuple(Regime(start, f"regime {start}", each) for start, each in regimes))


def changes_of(simulation: Simulation) -> list[tuple[int, int, float]]:
    columns = simulation.world.events.columns()
    rows = np.flatnonzero(columns["kind"] == int(Event.POLICY_CHANGED))
    burn_in = simulation.scenario.burn_in
    return [
        (int(columns["quarter"][i]) - burn_in, int(columns["channel"][i]), float(columns["amount"][i])) for i in rows
    ]


def test_a_change_of_policy_is_an_event_when_it_takes_effect() -> None:
    scenario = with_regimes(
        (2, {"policy.grant_share": 0.5, "policy.call_share": 0.2, "policy.patience": 3}),
        (4, {"switches.common_technology": False}),
    )
    simulation = Simulation(scenario, seed=1)
    for _ in range(7):
        simulation.step()
    told = changes_of(simulation)
    before, after = scenario.parameters_at(1).policy, scenario.parameters_at(2).policy
    assert before.call_share == after.call_share  # the same in a sum that now exceeds 1: all others get less
    now = [each for each in told if each[0] == 2]
    assert {channel for _, channel, _ in now} >= {int(Instrument.GRANT), -1}
    assert next(amount for _, channel, amount in now if channel == -1) == 1.0
    later = [each for each in told if each[0] == 4]
    assert (4, int(Instrument.CALL), 0.0) in later
    assert (4, -1, 1.0) in later
    assert {quarter for quarter, _, _ in told} == {2, 4}


def test_a_run_without_regimes_has_no_change_of_policy() -> None:
    simulation = Simulation("blank", seed=1)
    for _ in range(4):
        simulation.step()
    assert changes_of(simulation) == []


def test_a_checkpoint_tells_the_same_changes(tmp_path: Any) -> None:
    scenario = with_regimes((1, {"policy.patience": 3}))
    one = Simulation(scenario, seed=1)
    one.step()
    one.save(tmp_path / "world.npz")
    other = Simulation(scenario, seed=1)
    other.load(tmp_path / "world.npz")
    for each in (one, other):
        each.step()
        each.step()
    assert changes_of(one) == changes_of(other) == [(1, -1, 1.0)]


# -------------------------------------------------------------------------------------------------------- a region

EARLY = {
    "platforms.open_quarter": 4,
    "platforms.open_probability": 1.0,
    "platforms.prospect": 0.0,
    "policy.patience": 2,
}


@pytest.fixture(scope="module")
def events() -> Any:
    return simulate("equipment", seed=1, quarters=12, changes=EARLY, panel_every=0).events


CAUSES = {
    "licence": {"need opened"},
    "moved sector": {"sector activated", "industrialised", "artefact", "licence"},
    "core gained": {"industrialised", "artefact", "licence", "moved sector"},
    "exit": {"default", "loan refused"},
    "default": {"loan refused"},
    "member joined": {"platform opened"},
    "platform closed": {"platform opened"},
    "call opened": {"need opened"},
    "need published": {"need opened"},
    "need closed": {"need opened"},
    "entry": {"research succeeded"},
    "stage changed": {"industrialised", "artefact", "licence", "moved sector"},
}
"""What can have caused an event that names a cause."""


def test_causes_are_of_the_right_kind_and_come_first(events: Any) -> None:
    kind = events.set_index("event_id")["kind"]
    caused = events[events["cause_id"] >= 0]
    assert (caused["cause_id"] < caused["event_id"]).all()
    cause_kind = kind.loc[caused["cause_id"]].to_numpy()
    for each, allowed in CAUSES.items():
        found = set(cause_kind[(caused["kind"] == each).to_numpy()])
        assert found <= allowed, each
    seen = set(caused["kind"])
    assert {"licence", "member joined", "call opened", "need published", "entry"} <= seen


def test_ties_of_those_who_leave_end_because_they_left(events: Any) -> None:
    kind = events.set_index("event_id")["kind"]
    ended = events[(events["kind"] == "tie dissolved") & (events["cause_id"] >= 0)]
    causes = set(kind.loc[ended["cause_id"]])
    assert "exit" in causes
    assert causes <= {"exit", "platform closed", "proposal"}  # who is proposed takes the place of the worst
    row = ended[kind.loc[ended["cause_id"]].to_numpy() == "exit"].iloc[0]
    leaver = events.set_index("event_id")["uid"].loc[row["cause_id"]]
    assert leaver in (row["uid"], row["partner_uid"])


def test_refusals_say_why_and_suppliers_for_whom(events: Any) -> None:
    refused = events[events["kind"] == "loan refused"]
    assert set(refused["channel"]) <= {"risk", "funds"}
    assert refused["channel"].notna().all()
    suppliers = events[(events["kind"] == "entry") & (events["channel"] == "supplier")]
    assert (suppliers["partner_uid"] > 0).any()
