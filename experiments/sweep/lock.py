"""One driver per store: a lock that the operating system takes back when its process ends, and a note on who holds it.

Reading needs no lock.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from abm.errors import InputError
from experiments.sweep.parts import storage_lost

LOCK = ".driver.lock"
HOLDER = "driver.json"
"""Who drives or drove the store last: process, host, since when (Unix time), what was done then."""


@contextmanager
def held(folder: Path, *, purpose: str) -> Iterator[None]:
    """Hold the lock of a store while the block runs.

    Parameters
    ----------
    purpose
        What for, as a person would say it: "sweep", "resume", "compact".

    Raises
    ------
    InputError
        If another process holds it, or the folder cannot be written.
    StorageLost
        If there is no room left.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=1.0)
    except Timeout:
        raise InputError(
            f'the store "{folder}" is in use: {_who(folder)}. Look on with: innonet status {folder}'
        ) from None
    except OSError as error:
        raise InputError(f'cannot write to the store "{folder}": {(error.strerror or str(error)).lower()}') from error
    try:
        _write(folder, {"purpose": purpose, "pid": os.getpid(), "host": socket.gethostname(), "since": time.time()})
        yield
    finally:
        lock.release()


def note(folder: Path, **more: Any) -> None:
    """Write down more about who holds a store, for those who look on."""
    _write(folder, {**holder_of(folder), **more})


def _write(folder: Path, holder: dict[str, Any]) -> None:
    temporary = folder / f"{HOLDER}.new"
    try:
        temporary.write_text(json.dumps(holder) + "\n", encoding="utf-8")
        temporary.replace(folder / HOLDER)
    except OSError as error:
        raise storage_lost(folder, error) from error


def holder_of(folder: Path) -> dict[str, Any]:
    """Return who drives or drove a store last, empty if nobody did."""
    try:
        content = json.loads((folder / HOLDER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def is_held(folder: Path) -> bool:
    """Tell whether a process holds the lock of a store now; False where that cannot be found out."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder / LOCK)
    try:
        with lock.acquire(timeout=0):
            return False
    except Timeout:
        return True
    except OSError:
        return False


def _who(folder: Path) -> str:
    holder = holder_of(folder)
    if not holder:
        return "by another process"
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(holder.get("since", 0)))
    return f"{holder.get('purpose')} by process {holder.get('pid')} on {holder.get('host')} since {since}"
