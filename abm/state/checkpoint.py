"""Checkpoints: a world as a NumPy archive with a JSON header, written whole or not at all, read without pickle."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from abm.errors import InputError
from abm.state.events import Events
from abm.state.structure import Structure
from abm.state.world import TABLES, World

FORMAT = 1


def save_world(world: World, path: Path) -> None:
    """Write `world` to `path` (under a temporary name first).

    Raises
    ------
    InputError
        If the place cannot be written.
    """
    header = {
        "format": FORMAT,
        "seed": world.seed,
        "quarter": world.quarter,
        "rest_of_world": world.rest_of_world,
        "market": world.market,
        "neutral": world.neutral,
        "total_cash": world.total_cash,
        "names": {str(uid): name for uid, name in world.names.items()},
        "dims": world.dims,
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


def load_world(path: Path, structure: Structure) -> World:
    """Return the world written by `save_world`.

    Raises
    ------
    InputError
        If the file is missing, damaged, of another format, or belongs to another structure.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            header = json.loads(archive["header"].tobytes())
            arrays = {name: archive[name] for name in archive.files if name != "header"}
    except FileNotFoundError as error:
        raise InputError(f"checkpoint {path}: no such file") from error
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError) as error:
        raise InputError(f"checkpoint {path}: damaged or not a checkpoint ({error})") from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise InputError(f"checkpoint {path}: format {header.get('format')!r}, this version reads {FORMAT}")
    world = World(structure, int(header["seed"]), 1)
    if header.get("dims") != world.dims:
        raise InputError(f"checkpoint {path}: made for another structure of sectors, fields, chains or regions")
    for table, cls in TABLES.items():
        columns = {}
        for name, declared in cls.declared().items():
            array = arrays.get(f"{table}.{name}")
            if array is None or array.dtype != np.dtype(declared.dtype):
                raise InputError(f"checkpoint {path}: column {table}.{name} is missing or has the wrong type")
            array.flags.writeable = False
            columns[name] = array
        setattr(world, table, cls(**columns))
    world.events = Events.restored({name: arrays[f"events.{name}"] for name in Events().columns()})
    for name in ("quarter", "rest_of_world", "market", "neutral", "total_cash"):
        setattr(world, name, header[name])
    world.names = {int(uid): name for uid, name in header["names"].items()}
    return world
