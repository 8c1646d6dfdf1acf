"""Parts: whole or not there, checked to the byte; what a killed writer leaves is readable."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from analysis.checksums import tables_beside
from analysis.schema import part_path
from experiments.sweep.parts import (
    StorageLost,
    check_part,
    make_folders,
    part_names,
    remove_stale,
    runs_in,
    write_parts,
)
from tests.sweeps import stores

RUNS = [stores.identity(point, 0) for point in range(3)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_folders(tmp_path)
    return tmp_path


def test_a_part_holds_what_was_written_in_plain_types(folder: Path) -> None:
    name = write_parts(folder, {"measures": stores.measures(RUNS), "events": stores.events(RUNS)})
    measures = pq.read_table(part_path(folder, "measures", name))
    assert {str(field.type) for field in measures.schema} == {"string", "int64", "float"}
    np.testing.assert_array_equal(measures["m0"], stores.measures(RUNS)["m0"].astype(np.float32))
    events = pq.read_table(part_path(folder, "events", name))
    assert str(events.schema.field("kind").type) == "string"
    assert events["uid"].to_pylist() == [2**64 - 1] * 6
    chunk = pq.ParquetFile(part_path(folder, "measures", name)).metadata.row_group(0).column(4)
    assert (chunk.compression, chunk.encodings[-1]) == ("ZSTD", "BYTE_STREAM_SPLIT")
    assert sorted(tables_beside(part_path(folder, "measures", name))) == ["events", "measures"]
    assert runs_in(part_path(folder, "measures", name)) == RUNS
    assert part_names(folder) == part_names(folder, "events") == {name}
    assert not list((folder / "parts" / ".tmp").iterdir())


def test_columns_of_a_mapping_do_as_well_and_floats_may_stay_long(folder: Path) -> None:
    columns = {"run": RUNS[:1], "region": ["home"], "quarter": [1], "x": [0.1]}
    name = write_parts(folder, {"measures": columns}, single=False)
    assert pd.read_parquet(part_path(folder, "measures", name))["x"].tolist() == [0.1]


def test_a_frame_without_the_keys_is_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="region, quarter"):
        write_parts(folder, {"measures": {"run": RUNS, "x": [1.0, 2.0, 3.0]}})
    assert not list((folder / "parts").rglob("*.*parquet"))


def test_a_truncated_part_is_seen_wherever_it_is_cut(folder: Path) -> None:
    path = part_path(folder, "measures", write_parts(folder, {"measures": stores.measures(RUNS)}))
    content = path.read_bytes()
    assert check_part(path) is None
    for length in (0, 4, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        assert "cannot be read" in str(check_part(path))
    path.unlink()
    assert check_part(path) == "is missing"


@pytest.mark.parametrize("table", ["measures", "events"])
def test_a_wrong_byte_is_seen_wherever_it_stands(folder: Path, table: str) -> None:
    tables = {"measures": stores.measures(RUNS, quarters=200), "events": stores.events(RUNS)}
    path = part_path(folder, table, write_parts(folder, tables))
    content = path.read_bytes()
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    chance = random.Random(1)
    in_pages, in_footer = chance.sample(range(footer), 150), chance.sample(range(footer, len(content)), 150)
    for place in (0, 3, len(content) - 1, *in_pages, *in_footer):
        wrong = bytearray(content)
        wrong[place] ^= 1 << chance.randrange(8)
        path.write_bytes(wrong)
        assert "cannot be read" in str(check_part(path)), f"bit flipped in byte {place} of {len(content)}"
    path.write_bytes(content)
    assert check_part(path) is None


def test_pages_have_checksums_for_other_programs(folder: Path) -> None:
    path = part_path(folder, "measures", write_parts(folder, {"measures": stores.measures(RUNS, quarters=200)}))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    (folder / "copy.parquet").write_bytes(content)
    with pytest.raises(OSError, match=r"(?i)crc|checksum"):
        pq.ParquetFile(folder / "copy.parquet", page_checksum_verification=True).read()


def test_the_same_rows_make_the_same_part(folder: Path) -> None:
    names = {write_parts(folder, {"measures": stores.measures(RUNS), "events": stores.events(RUNS)}) for _ in range(2)}
    assert part_names(folder) == names
    assert len(names | {write_parts(folder, {"measures": stores.measures(RUNS[:2])})}) == 2


def test_a_file_that_is_no_part_is_seen(folder: Path) -> None:
    path = part_path(folder, "measures", "other")
    pd.DataFrame({"run": ["a"]}).to_parquet(path)
    assert check_part(path) == "lacks the columns region, quarter"


def test_only_stale_temporary_files_are_removed(folder: Path) -> None:
    old, new = (folder / "parts" / ".tmp" / f"{name}.inprogress" for name in ("old", "new"))
    old.touch()
    new.touch()
    os.utime(old, (time.time() - 700, time.time() - 700))
    assert remove_stale(folder) == 1
    assert [path.name for path in old.parent.iterdir()] == ["new.inprogress"]


WRITER = """
import sys
import numpy as np
from pathlib import Path
from experiments.sweep.parts import write_parts
folder, run = Path(sys.argv[1]), 0
values = np.random.default_rng(1).normal(size=10_000)
while True:
    columns = {"run": [f"{run:032x}"] * 10_000, "region": ["home"] * 10_000, "quarter": np.arange(10_000)}
    write_parts(folder, {"measures": columns | {f"m{k}": values + run for k in range(10)}})
    print(f"{run:032x}", flush=True)  # acknowledged
    run += 1
"""


def test_a_writer_killed_at_random_moments_leaves_readable_parts_and_loses_nothing(folder: Path) -> None:
    chance = random.Random(1)
    in_progress = 0
    for _ in range(12):
        for path in (folder / "parts" / "measures").iterdir():
            path.unlink()
        with subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            acknowledged = {writer.stdout.readline().strip()}
            time.sleep(chance.random() * 0.1)
            writer.send_signal(signal.SIGKILL)
            acknowledged |= set(writer.stdout.read().split())
        paths = list((folder / "parts" / "measures").iterdir())
        assert all(path.suffix == ".parquet" and check_part(path) is None for path in paths)
        found = {run for path in paths for run in runs_in(path)}
        assert acknowledged <= found
        assert len(found) <= len(acknowledged) + 1
        in_progress += remove_stale(folder, seconds=-1)
    assert in_progress > 0, "no kill fell into a write: the test does not test"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_closed_folder_is_told(folder: Path) -> None:
    (folder / "parts" / ".tmp").chmod(0o500)
    with pytest.raises(StorageLost, match=r"permission denied.*innonet resume"):
        write_parts(folder, {"measures": stores.measures(RUNS)})


def test_a_folder_that_has_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageLost, match=r"no such file.*innonet resume"):
        write_parts(tmp_path / "gone", {"measures": stores.measures(RUNS)})
