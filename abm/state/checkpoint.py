"""Checkpoints: a world as a NumPy archive with a JSON header, written whole or not at all, read without pickle."""

from __future__ import annotations

import json
import os
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from abm.errors import InputError
from abm.state.columns import Column
from abm.state.events import COLUMNS, Events
from abm.state.structure import Structure
from abm.state.world import TABLES, World

FORMAT = 1
_PLACES = ("quarter", "rest_of_world", "market", "neutral", "total_cash")
_DAMAGE = (
    OSError, EOFError, ValueError, LookupError, MemoryError, NotImplementedError, RuntimeError,
    struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What reading a damaged archive can raise."""


def save_world(world: World, path: Path, region: str = "") -> None:
    """Write `world` to `path` (under a temporary name first); `region` tells which region it belongs to.

    Raises
    ------
    InputError
        If the place cannot be written.
    """
    header = {
        "format": FORMAT,
        "region": region,
        "seed": world.seed,
        "names": {str(uid): name for uid, name in world.names.items()},
        "dims": world.dims,
        **{name: getattr(world, name) for name in _PLACES},
    }
    arrays: dict[str, Any] = {f"events.{name}": values for name, values in world.events.columns().items()}
    for table in TABLES:
        for name, array in world.table(table).arrays().items():
            arrays[f"{table}.{name}"] = array
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            np.savez_compressed(file, header=np.frombuffer(json.dumps(header).encode(), np.uint8), **arrays)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise InputError(f"checkpoint {path}: cannot be written ({error.strerror})") from error


def load_world(path: Path, structure: Structure, region: str = "") -> World:
    """Return the world written by `save_world`.

    Raises
    ------
    InputError
        If the file is missing, damaged, of another format, or belongs to another structure or region.
    """
    header, arrays = _read(path)
    if header.get("format") != FORMAT:
        raise InputError(f"checkpoint {path}: format {header.get('format')!r}, this version reads {FORMAT}")
    try:
        world = World(structure, int(header["seed"]), 1)
        world.names = {int(uid): str(name) for uid, name in header["names"].items()}
        for name in _PLACES:
            setattr(world, name, type(getattr(world, name))(header[name]))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"checkpoint {path}: its header is damaged ({error})") from error
    if header.get("dims") != world.dims:
        raise InputError(f"checkpoint {path}: made for another structure of sectors, fields, chains or regions")
    if header.get("region") != region:
        raise InputError(f"checkpoint {path}: made for another region, or for another start of this one")
    for table, cls in TABLES.items():
        rows = len(arrays.get("actors.uid" if table == "ledger" else f"{table}.{next(iter(cls.declared()))}", ()))
        columns = {
            name: _column(path, f"{table}.{name}", arrays, declared, (rows, *(world.dims[d] for d in declared.dims)))
            for name, declared in cls.declared().items()
        }
        setattr(world, table, cls(**columns).locked())
    count = (len(arrays.get("events.event_id", ())),)
    events = {name: Column(dtype, "1", doc) for name, (dtype, doc) in COLUMNS.items()}
    world.events = Events.restored(
        {name: _column(path, f"events.{name}", arrays, declared, count) for name, declared in events.items()}
    )
    return world


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the header and the columns of a checkpoint."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            header = json.loads(archive["header"].tobytes())
            arrays = {name: archive[name] for name in archive.files if name != "header"}
    except FileNotFoundError as error:
        raise InputError(f"checkpoint {path}: no such file") from error
    except (*_DAMAGE, AttributeError, TypeError) as error:  # the last two: a single array, not an archive
        raise InputError(f"checkpoint {path}: damaged or not a checkpoint ({error})") from error
    if not isinstance(header, dict):
        raise InputError(f"checkpoint {path}: its header is damaged")
    return header, arrays


def _column(path: Path, name: str, arrays: Mapping[str, Any], declared: Column, shape: tuple[int, ...]) -> Any:
    """Return a column if it has the declared type and shape."""
    array = arrays.get(name)
    if array is None or array.dtype != np.dtype(declared.dtype) or array.shape != shape:
        raise InputError(f"checkpoint {path}: column {name} is missing or has the wrong type or length")
    return array
