"""Reading run folders: the manifest, the tables as pandas frames, the network."""

from __future__ import annotations

import difflib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.checksums import read_checked

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

MANIFEST = "manifest.json"
NEEDED: dict[str, tuple[str, ...]] = {
    "measures": ("region", "quarter"),
    "panel": ("region", "quarter", "uid", "name", "kind", "sector", "capability_index", "sales"),
    "events": ("event_id", "quarter", "kind", "uid", "partner_uid", "channel", "amount", "cause_id"),
    "stages": ("region", "quarter", "uid", "stage", "direction", "cause_id"),
    "chains": ("region", "quarter", "chain", "worst_need"),
}
"""Columns without which a table cannot be read."""
SCHEMA_VERSIONS: tuple[int, ...] = (1,)
"""Versions of the tables that this code reads."""


class FolderError(ValueError):
    """The folder or what is asked of it is not valid; the message says what would be."""


@dataclass(frozen=True)
class Run:
    """One run as it lies on disk; tables are read when first asked for.

    Attributes
    ----------
    folder
        Where it lies.
    manifest
        What was run, by which versions and when.
    """

    folder: Path
    manifest: Mapping[str, Any]

    def sector_label(self, name: str) -> str:
        """Return the words for a sector, its name if the scenario has none."""
        labels = self.manifest.get("scenario", {}).get("sector_labels", {})
        return str(labels.get(name) or name.replace("_", " "))

    @cached_property
    def measures(self) -> pd.DataFrame:
        """One row per region and quarter."""
        return self._table("measures")

    @cached_property
    def panel(self) -> pd.DataFrame:
        """One row per actor and recorded quarter."""
        return self._table("panel")

    @cached_property
    def events(self) -> pd.DataFrame:
        """One row per event."""
        return self._table("events")

    @cached_property
    def stages(self) -> pd.DataFrame:
        """One row per stage of upgrading that a firm reached or lost, with the gains behind it."""
        return self._table("stages")

    @cached_property
    def chains(self) -> pd.DataFrame:
        """One row per region, quarter and chain: needs and how they are solved."""
        return self._table("chains")

    @cached_property
    def graph(self) -> nx.MultiDiGraph[Any]:
        """The network of the last quarter."""
        import networkx as nx

        text = io.BytesIO(self._content("network.graphml"))
        graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(nx.read_graphml(text, force_multigraph=True))
        return graph

    def _content(self, name: str) -> bytes:
        """Return the bytes of a file, compared with their checksum."""
        path = self.folder / name
        if not path.is_file():
            raise FolderError(f"{self.folder}: {name} is missing; the run folder is not complete")
        try:
            return read_checked(path, checksums_of(self.manifest).get(name))
        except OSError as error:
            raise FolderError(f"{path}: cannot be read ({error}); {self._again()}") from error

    def _again(self) -> str:
        command = self.manifest.get("command")
        return f"make the run again: {command}" if command else "make the run again"

    def _table(self, name: str) -> pd.DataFrame:
        import pandas as pd
        import pyarrow as pa

        path = self.folder / f"{name}.parquet"
        content = self._content(path.name)
        try:
            table = pd.read_parquet(io.BytesIO(content))
        except (OSError, pa.ArrowException) as error:
            raise FolderError(f"{path}: cannot be read as a Parquet table ({error})") from error
        lacking = [column for column in NEEDED[name] if column not in table]
        if lacking:
            raise FolderError(f"{path}: lacks the columns {', '.join(lacking)}; it was not written by innonet run")
        return table


def load_run(folder: str | Path) -> Run:
    """Open a run folder.

    Raises
    ------
    FolderError
        If it does not exist, is not a run folder, or has another schema version.
    """
    place = Path(folder)
    manifest = read_manifest(place)
    if manifest.get("kind") == "sweep":
        raise FolderError(f'"{place}" is the store of a sweep, not the folder of one run; read it with open_store')
    version = manifest.get("schema_version")
    if version not in SCHEMA_VERSIONS:
        raise FolderError(
            f"{place / MANIFEST}: schema version {version!r}; this version of innonet reads {SCHEMA_VERSIONS[-1]}"
        )
    return Run(place, manifest)


def checksums_of(manifest: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the checksums of the files of a run folder by name; empty if they were not written down."""
    found = manifest.get("checksums")
    return found if isinstance(found, dict) else {}


def read_manifest(place: Path) -> dict[str, Any]:
    """Return the manifest of a run folder or of the store of a sweep.

    Raises
    ------
    FolderError
        If the folder does not exist or has no manifest that can be read.
    """
    if not place.is_dir():
        close = difflib.get_close_matches(place.name, _folders_beside(place), n=1, cutoff=0.4)
        offer = f'; did you mean "{place.parent / close[0]}"?' if close else ""
        raise FolderError(f'there is no run folder "{place}"{offer}')
    path = place / MANIFEST
    if not path.is_file():
        raise FolderError(f'"{place}" is not a run folder: it has no {MANIFEST}')
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FolderError(f"{path}: cannot be read as JSON ({error})") from error
    return manifest if isinstance(manifest, dict) else {}


def _folders_beside(place: Path) -> list[str]:
    """Return the names of the run folders that lie where `place` was looked for."""
    try:
        return [each.name for each in place.parent.iterdir() if (each / MANIFEST).is_file()]
    except OSError:
        return []
