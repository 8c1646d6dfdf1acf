"""Half-times over an ensemble: censored runs are counted, not dropped."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from analysis.half_times import half_times, median_time, survival
from analysis.store import Store, open_store
from tests import synthetic


def test_the_median_waits_for_censored_runs() -> None:
    # 1, 2, 3 end, 4 is censored at 2.5: at 3 two are left, so S = 3/4 x 2/3 x 1/2 = 1/4 after 1/2 at 2.
    assert median_time([1.0, 2.0, 3.0], [True, True, True]).median == 2.0
    assert median_time([1.0, 2.0, 2.5, 3.0], [True, True, False, True]).median == 2.0
    assert median_time([1.0, 1.5, 2.0, 3.0], [True, False, True, True]).median == 2.0
    assert median_time([1.0, 1.5, 1.6, 2.0, 3.0], [True, False, False, True, True]).median == 2.0
    assert median_time([1.0, 9.0, 9.0, 9.0], [True, False, False, False])[0] != 1.0


def test_all_censored_or_none_there_is_no_median() -> None:
    assert all(math.isnan(each) for each in median_time([4.0, 4.0], [False, False]))
    assert all(math.isnan(each) for each in median_time([], []))


def test_the_interval_holds_the_median_and_shrinks_with_runs() -> None:
    few = median_time([float(t) for t in range(1, 11)], [True] * 10)
    many = median_time([t / 10 for t in range(1, 101)], [True] * 100)
    assert few.low <= few.median <= few.high
    assert many.high - many.low < few.high - few.low
    assert survival([1.0, 2.0], [True, True])[-1][1] == 0.0


def made_up(index: dict[str, list[float]]) -> Store:
    """Return what `half_times` reads of a store: runs of one point with one index each."""
    runs = pd.DataFrame({"run": list(index), "point": 0})
    rows = [
        {"run": run, "region": "home", "quarter": quarter, "factor_index": value}
        for run, values in index.items()
        for quarter, value in enumerate(values, 1)
    ]
    return cast(Store, SimpleNamespace(runs=runs, measures=pd.DataFrame(rows)))


def test_half_times_of_a_store() -> None:
    store = made_up({"a": [0.2, 0.6, 0.7], "b": [0.2, 0.4, 0.8], "c": [0.2, 0.3, 0.3]})
    (line,) = cast(Any, half_times(store, {"factor_index": "factors"}).itertuples())
    assert (line.n, line.n_censored, line.point, line.region) == (3, 1, 0, "home")
    # Half-times 2 and 2.5, and one censored at 3: 2/3 are left after 2, 1/3 after 2.5.
    assert line.median == pytest.approx(2.5)


def test_half_times_of_a_run_folder(tmp_path: Path) -> None:
    folder = synthetic.run_folder(tmp_path / "run")
    rows = synthetic.measures(8)
    rows.insert(0, "run", 0)
    rows.to_parquet(folder / "measures.parquet")
    frame = half_times(open_store(folder))
    assert set(frame["index"]) == {"factor_index", "value_chain_index", "structure_index"}
    assert (frame["n"] == 1).all()
