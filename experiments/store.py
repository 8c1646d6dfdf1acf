"""The run folder: a store with one run, written whole or not at all.

```
manifest.json      what was run, by which versions and when, with the whole scenario; checksums of the files below
measures.parquet   one row per run, region and quarter
panel.parquet      one row per run, region, recorded quarter and actor
events.parquet     one row per run and event
stages.parquet     one row per run and stage of upgrading that a firm reached or lost, with the gains behind it
chains.parquet     one row per run, region, quarter and chain: needs and how they are solved
network.graphml    the network of the last quarter
figures/           PNG and SVG
```
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from abm.errors import InputError
from analysis.checksums import checksum
from experiments.manifest import MANIFEST

if TYPE_CHECKING:
    from abm.simulation import Result

# ------------------------------------------------------------------------------------------------- the folder


@contextmanager
def staged(folder: Path, *, force: bool) -> Iterator[Path]:
    """Give a temporary folder beside `folder`; when the block ends well it becomes `folder`, else it is removed.

    Raises
    ------
    InputError
        If `folder` exists and `force` is not given, is not a run folder, or cannot be written.
    """
    check_target(folder, force=force)
    made = [parent for parent in folder.parents if not parent.exists()]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.partial-", dir=folder.parent))
    except OSError as error:
        _remove_empty(made)
        raise InputError(f'cannot write to the output folder "{folder}": {_reason(error)}') from error
    try:
        temporary.chmod(0o755)
        yield temporary
        _replace(temporary, folder)
    except OSError as error:
        raise InputError(f'cannot write to the output folder "{folder}": {_reason(error)}') from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        _remove_empty(made)


def _remove_empty(folders: list[Path]) -> None:
    """Remove those of the folders, innermost first, that hold nothing."""
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return


def check_target(folder: Path, *, force: bool) -> None:
    """Refuse a folder that must not be written to.

    Raises
    ------
    InputError
        If it is a file, a folder that is no run folder, or a run folder and `force` is not given.
    """
    try:
        if folder.is_dir():
            if not any(folder.iterdir()):
                return
            if not is_run_folder(folder):
                raise InputError(f'"{folder}" exists and is not a run folder; choose another with --out')
            if not force:
                raise InputError(
                    f'the run folder "{folder}" exists; choose another with --out '
                    "(only innonet run can replace it, with --force)"
                )
        elif folder.exists() or folder.is_symlink():
            raise InputError(f'"{folder}" is a file, not a folder; choose another with --out')
    except OSError as error:
        raise InputError(f'cannot write to the output folder "{folder}": {_reason(error)}') from error


def is_run_folder(folder: Path) -> bool:
    """Tell whether a folder holds a manifest of ours, so that it may be replaced."""
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and {"schema_version", "run"} <= content.keys()


def _replace(new: Path, folder: Path) -> None:
    """Put `new` in the place of `folder`; at no moment does the name stand for half a run."""
    if not folder.exists():
        new.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}.old-", dir=folder.parent))
    folder.rename(old / "run")
    try:
        new.rename(folder)
    except OSError:
        (old / "run").rename(folder)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


# ------------------------------------------------------------------------------------------------- the tables


def write_tables(folder: Path, result: Result) -> None:
    """Write the tables and the network."""
    frames = {name: getattr(result, name) for name in ("measures", "panel", "events", "stages", "chains")}
    for name, frame in frames.items():
        frame.to_parquet(folder / f"{name}.parquet", engine="pyarrow", compression="zstd", index=False)
    write_network(result, folder / "network.graphml")


def checksums_in(folder: Path) -> dict[str, str]:
    """Return the checksum of every table and of the network, by file name."""
    files = sorted(path for path in folder.iterdir() if path.suffix in {".parquet", ".graphml"})
    return {path.name: checksum(path.read_bytes()) for path in files}


def write_network(result: Result, path: Path) -> None:
    """Write the network as GraphML: quarters as in the tables, and an id for every tie, as Gephi wants it."""
    import networkx as nx

    from abm.graph import graph_of

    graph = graph_of(result.world)
    burn_in = result.scenario.burn_in
    graph.graph["quarter"] -= burn_in
    for _, actor in graph.nodes(data=True):
        actor["born"] -= burn_in
    for number, (_, _, tie) in enumerate(graph.edges(data=True)):
        tie["id"] = f"tie-{number}"
    nx.write_graphml(graph, path, edge_id_from_attribute="id")
