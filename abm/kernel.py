"""Kernels: plain functions of arrays, compiled by Numba and cached between processes.

A kernel is written for one firm, one tie, one project at a time, in plain Python with ``math.*`` and loops.
Under ``NUMBA_DISABLE_JIT=1`` the very same source runs uncompiled and gives the same numbers.

Numba notices a change in a kernel's own file but not in a kernel it calls from another file, so the cache folder
is named after a hash of every source file of the model, the versions of Numba and NumPy, and the processor.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

_READY_MARK = "ready"


def _source_hash() -> str:
    """Hash what decides whether compiled code is still good: sources, versions, processor."""
    digest = hashlib.blake2b(digest_size=8)
    root = Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        source = path.read_bytes()
        if b"@kernel" in source or path.parent.name == "state":  # constants of state are frozen into kernels
            digest.update(str(path.relative_to(root)).encode())
            digest.update(source)
    for part in (version("numba"), version("numpy"), platform.processor(), platform.machine(), sys.version):
        digest.update(part.encode())
    return digest.hexdigest()


def _writable_folder() -> Path:
    """Return the cache folder in the user's cache, or one in the temporary folder if that cannot be written."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for parent in (base / "innonet", Path(tempfile.gettempdir()) / f"innonet-{os.getuid()}"):
        folder = parent / f"kernels-{_source_hash()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix="innonet-kernels-"))


IS_COMPILED: bool = not numba.config.DISABLE_JIT
"""False when ``NUMBA_DISABLE_JIT=1`` makes kernels run as plain Python."""

CACHE_FOLDER: Path = _writable_folder()
numba.config.CACHE_DIR = str(CACHE_FOLDER)

KERNELS: dict[str, Any] = {}
"""Every kernel by ``module.name``, for tests and for warming the cache."""


def kernel(function: Function) -> Function:
    """Compile `function` on its first call and keep the machine code for later processes."""
    compiled = numba.njit(cache=True)(function)
    KERNELS[f"{function.__module__}.{function.__name__}"] = compiled
    return cast(Function, compiled)


def is_cache_ready() -> bool:
    """Tell whether an earlier run has already compiled a whole step with these sources."""
    return not IS_COMPILED or (CACHE_FOLDER / _READY_MARK).exists()


def mark_cache_ready() -> None:
    """Remember that a whole step has been compiled; silently skipped where the folder has gone."""
    try:
        (CACHE_FOLDER / _READY_MARK).touch()
    except OSError:
        return
