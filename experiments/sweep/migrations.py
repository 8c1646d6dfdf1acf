"""Bringing older stores up to the present layout, one version at a time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from analysis.load import MANIFEST, FolderError
from analysis.schema import STORE_VERSION, check_version
from experiments.sweep.parts import storage_lost, write_whole

MIGRATIONS: dict[int, Callable[[Path], None]] = {}
"""By version: what brings a store of that version to the next; it may be interrupted and done again."""


def migrate(folder: Path) -> None:
    """Bring a store up to `STORE_VERSION`, writing the version reached after every step.

    Raises
    ------
    FolderError
        If the store is newer than this code, or too old for it.
    StorageLost
        If it cannot be written.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FolderError(f"{path}: cannot be read as JSON ({error})") from error
    while manifest.get("schema_version") in MIGRATIONS and manifest["schema_version"] < STORE_VERSION:
        try:
            MIGRATIONS[manifest["schema_version"]](folder)
            manifest["schema_version"] += 1
            write_whole(path, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
        except OSError as error:
            raise storage_lost(folder, error) from error
    check_version(folder, manifest)
