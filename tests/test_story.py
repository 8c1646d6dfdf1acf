"""Summary and story: what they say is what the tables hold."""

from __future__ import annotations

import io
import math
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console, RenderableType

from abm.state.codes import Event, Kind, Origin, Route, label
from abm.state.codes import Path as UpgradingPath
from analysis.actor import actor_of
from analysis.load import FolderError, load_run
from analysis.names import find_actor
from analysis.sentences import ORIGINS, PATHS, ROUTES, WORDINGS, tell
from analysis.story import story
from analysis.summary import describe_books, describe_paths, describe_size, growth_per_year, region_block, summary
from tests import synthetic


def text_of(content: RenderableType, width: int = 200) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(content)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return synthetic.run_folder(tmp_path / "run")


# ----------------------------------------------------------------------------------------------------- summary


def test_the_summary_says_what_a_person_asks(folder: Path) -> None:
    text = text_of(summary(load_run(folder)))
    for part in (
        "made-up, seed 1: 8 quarters after 20 of burn-in",
        "switches.platform = False",
        "311 firms (10 core, 301 SMEs)",
        "billion yuan a quarter, +8.2% a year",
        "only paired worlds can say",
        "moving most now: value chain",
        "mild imbalance",
        "sensing in measuring instruments, for the rail chain: 1.2 billion yuan a quarter exposed",
        "money balances",
        "innonet explain",
        "innonet run made-up --seed 1 --quarters 8 --set switches.platform=off",
    ):
        assert part in text, part


def test_the_summary_fits_80_columns(folder: Path) -> None:
    assert max(len(line) for line in text_of(summary(load_run(folder)), 80).splitlines()) <= 80


def test_the_largest_path_and_its_lead_are_named() -> None:
    rows = synthetic.measures(20)
    last = rows.index[-1]
    rows.loc[last, ["path_common_technology_share", "path_supporting_chain_share"]] = 0.2, 0.5
    rows.loc[last, "path_innovation_platform_share"] = 0.3
    rows["dominant_path"] = [None] * 15 + ["supporting_chain"] * 5
    first, second, _ = describe_paths(rows)
    assert "supporting chain with 50%" in first
    assert "20 points ahead of innovation platform (30%)" in first
    assert "supporting chain is dominant since quarter 16" in second
    rows.loc[last, "dominant_path"] = None
    assert "no path is dominant now" in describe_paths(rows)[1]


def test_nulls_and_short_runs_have_words() -> None:
    one = synthetic.measures(1)
    one[[column for column in one if str(column).startswith("path")]] = math.nan
    one[["dominant_path", "upgrading_stage", "worst_need_field", "worst_need_sector", "worst_need_chain"]] = None
    text = text_of(region_block("Home", one, str))
    assert "nothing was gained along the three paths" in text
    assert "none of them rose" in text
    assert "no output is exposed" in text
    assert "a year" not in "".join(describe_size(one))
    assert "no quarters" in text_of(region_block("", one.iloc[:0], str))


def test_growth_needs_two_years_and_sales() -> None:
    assert growth_per_year([0.0] * 8) is None
    assert growth_per_year([1.0] * 8) == 0.0


def test_books_out_of_balance_are_called_so() -> None:
    rows = synthetic.measures(4)
    rows.loc[2, "money_residual"] = -1e-3
    money, ledger = describe_books(rows)
    assert "DOES NOT BALANCE" in money
    assert "ledger of gains balances" in ledger


def test_each_region_has_its_block(folder: Path) -> None:
    synthetic.measures(8, ("North", "South")).to_parquet(folder / "measures.parquet")
    text = text_of(summary(load_run(folder)))
    assert text.index("North") < text.index("South")


# ------------------------------------------------------------------------------------------------------- story


def test_the_story_tells_events_with_their_causes(folder: Path) -> None:
    text = text_of(story(load_run(folder), "core 1"))
    assert "Core enterprise in measuring instruments" in text
    assert "2,000.0" in text
    assert "won a call for sensing with university 1" in text
    assert "because government 1 opened a call for sensing in quarter 1" in text
    assert "because government 1 had a need for sensing open up in the rail chain in quarter 1" in text
    assert "brought a result in sensing to the market with university 1 (2 times, last in quarter 8)" in text
    assert "because it won a call for sensing with university 1 in quarter 2" in text
    assert "reached factor upgrading; of the three paths, common technology brought most since its last change" in text
    assert "60% common technology" in text
    assert "Of the upgrading paths, common technology carried most: 60% of its gains." in text
    assert "Its sales are 1.50 times what they were; those of the median firm of its sector 1.50 times." in text
    assert "shared most successes with university 1" in text
    assert "loan refused (1)" in text


def test_a_partner_sees_the_event_from_its_side(folder: Path) -> None:
    text = text_of(story(load_run(folder), "university 1"))
    assert "brought a result in sensing to the market with core 1" in text
    assert "Its sales" not in text


def test_who_left_is_told_so(folder: Path) -> None:
    text = text_of(story(load_run(folder), "firm 4"))
    assert "left the market in quarter 6" in text
    assert "still there" not in text


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("core 1", "core 1"),
        ("CORE", "core 1"),
        ("firm 1", "firm 1"),
        (str(2**63 + 5), "core 1"),
        ("21", "university 1"),
    ],
)
def test_actors_are_found_by_name_uid_or_beginning(folder: Path, wanted: str, name: str) -> None:
    assert actor_of(load_run(folder), wanted).name == name


@pytest.mark.parametrize(
    ("wanted", "message"),
    [("firm", "may be"), ("univercity 1", 'did you mean "university 1"'), ("", "no actor"), ("zzz", "no actor")],
)
def test_unclear_actors_are_refused_with_an_offer(folder: Path, wanted: str, message: str) -> None:
    with pytest.raises(FolderError, match=message):
        actor_of(load_run(folder), wanted)


def test_long_lists_of_candidates_are_cut() -> None:
    with pytest.raises(FolderError, match="and 14 more"):
        find_actor("firm", {uid: f"firm {uid}" for uid in range(100, 120)})


def test_a_run_without_records_cannot_be_explained(folder: Path) -> None:
    synthetic.panel().iloc[:0].to_parquet(folder / "panel.parquet")
    with pytest.raises(FolderError, match="--panel-every 0"):
        actor_of(load_run(folder), "core 1")


def test_an_actor_to_whom_nothing_happened_has_a_story(folder: Path) -> None:
    synthetic.events().iloc[:0].to_parquet(folder / "events.parquet")
    text = text_of(story(load_run(folder), "government 1"))
    assert "Nothing that the event table records" in text
    assert "It gained none." in text


def test_every_code_of_the_model_has_words() -> None:
    assert {label(event) for event in Event} == set(WORDINGS)
    assert {origin.name.lower() for origin in Origin} == set(ORIGINS)
    assert {route.name.lower() for route in Route} == set(ROUTES)
    assert {path.name.lower() for path in UpgradingPath} == set(PATHS)


@pytest.mark.parametrize("kind", WORDINGS)
@pytest.mark.parametrize("partner", [0, 2])
def test_every_kind_of_event_is_a_sentence(kind: str, partner: int) -> None:
    event = {"kind": kind, "uid": 1, "partner_uid": partner, "field": None, "channel": None, "amount": -2.0}
    for viewpoint in (1, 2):
        sentence = tell(event, viewpoint, {1: "one"})
        assert sentence
        assert "{" not in sentence
        assert "nan" not in sentence.lower().split()


def test_every_kind_of_actor_has_a_colour() -> None:
    from analysis.figures.style import KIND_COLOURS

    words = {kind.name.lower().replace("_", " ") for kind in Kind if kind < Kind.HOUSEHOLDS} - {"firm"}
    assert words | {"SME", "core enterprise"} == set(KIND_COLOURS)


def test_frames_without_partners_are_fine(folder: Path) -> None:
    frame = synthetic.events().assign(partner_uid=pd.Series(0, index=range(11), dtype="uint64"))
    frame.to_parquet(folder / "events.parquet")
    assert "won a call for sensing" in text_of(story(load_run(folder), "core 1"))
