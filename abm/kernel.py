"""Kernels: plain functions of arrays, compiled by Numba and cached between processes.

A kernel is written for one firm, one tie, one project at a time, in plain Python with ``math.*`` and loops.
Under ``NUMBA_DISABLE_JIT=1`` the very same source runs uncompiled and gives the same numbers.

Numba notices a change in a kernel's own file but not in a kernel or a constant it takes from another file. Each
kernel's cache folder is therefore named after a hash of its own code, of every kernel and constant it uses, of the
versions of Numba and NumPy, and of the processor: what did not change is not compiled again.
"""

from __future__ import annotations

import enum
import gc
import hashlib
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.core.registry import CPUDispatcher

Function = TypeVar("Function", bound=Callable[..., Any])


def _writable_folder() -> Path:
    """Return the cache folder in the user's cache, or one in the temporary folder if that cannot be written."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    for parent in (base / "innonet", Path(tempfile.gettempdir()) / f"innonet-{os.getuid()}"):
        folder = parent / "kernels"
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

KERNELS: dict[str, Any] = {}
"""Every kernel by ``module.name``, for tests and for warming the cache."""

COMPILING_THRESHOLD = 50_000
"""Objects made between two collections of garbage while kernels are compiled or loaded: they leave hardly any, and
Python's own number costs a tenth of the time."""

_PLATFORM = "|".join((numba.__version__, np.__version__, platform.machine(), sys.version))
_hashes: dict[int, str] = {}


def kernel(function: Function) -> Function:
    """Compile `function` on its first call and keep the machine code for later processes."""
    return _kept(function, numba.njit(cache=True, no_cfunc_wrapper=True))


def inner(function: Function) -> Function:
    """Compile `function`, which only kernels call, as `kernel` does but without an entry from Python.

    The entry takes an eighth of the time to compile. Called from Python, such a kernel runs as it is written.
    """
    return _kept(function, _without_entry)


class _InnerKernel(CPUDispatcher):  # type: ignore[misc]  # Numba has no types
    def __call__(self, *arguments: Any) -> Any:
        with np.errstate(over="ignore"):  # 64-bit numbers wrap round in silence, as they do in compiled code
            return _unboxed(self.py_func(*arguments))


def _unboxed(value: Any) -> Any:
    """Return Python's own numbers for NumPy's, as compiled code does."""
    if isinstance(value, tuple):
        return tuple(map(_unboxed, value))
    return value.item() if isinstance(value, np.generic) else value


def _without_entry(function: Callable[..., Any]) -> Any:
    if not IS_COMPILED:
        return function
    options = {"nopython": True, "boundscheck": None, "no_cfunc_wrapper": True, "no_cpython_wrapper": True}
    compiled = _InnerKernel(function, targetoptions=options)
    compiled.enable_caching()
    return compiled


def _kept(function: Function, compiler: Callable[[Any], Any]) -> Function:
    """Compile with a cache folder of the function's own, named after all that its machine code is made from."""
    digest = hashlib.blake2b(digest_size=8)
    for part in (_PLATFORM, *_content(function)):
        digest.update(part.encode())
    numba.config.CACHE_DIR = str(CACHE_FOLDER / digest.hexdigest())
    compiled = compiler(function)
    _hashes[id(compiled)] = digest.hexdigest()
    KERNELS[f"{function.__module__}.{function.__name__}"] = compiled
    return cast(Function, compiled)


def _content(function: Callable[..., Any]) -> Iterator[str]:
    """Yield all that the machine code of a function is made from."""
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        yield f"{code.co_code.hex()}{code.co_names}{code.co_varnames}"
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                codes.append(constant)
            else:
                yield repr(constant)
        used = [function.__globals__[name] for name in code.co_names if name in function.__globals__]
        yield from map(_described, used)
        for module in used:
            if isinstance(module, ModuleType) and module.__name__.partition(".")[0] == __package__:
                yield from (_described(getattr(module, name)) for name in code.co_names if hasattr(module, name))


def _described(value: Any) -> str:
    """Return words that change with a global that a kernel uses."""
    if id(value) in _hashes:
        return _hashes[id(value)]
    if isinstance(value, enum.EnumType):
        return repr(list(value))
    if isinstance(value, np.ndarray):
        return f"{value.dtype.str}{value.shape}{value.tobytes().hex()}"
    if isinstance(value, (ModuleType, type)) or callable(value):
        return str(value.__name__)
    return repr(value)


def _ready_mark() -> Path:
    """Return the file that says that a whole step of just these kernels has been compiled."""
    digest = hashlib.blake2b("".join(sorted(_hashes.values())).encode(), digest_size=8)
    return CACHE_FOLDER / f"ready-{digest.hexdigest()}"


def is_cache_ready() -> bool:
    """Tell whether an earlier run has already compiled a whole step of the kernels imported so far."""
    return not IS_COMPILED or _ready_mark().exists()


def mark_cache_ready() -> None:
    """Remember that a whole step has been compiled; silently skipped where the folder has gone."""
    try:
        _ready_mark().touch()
    except OSError:
        return


@contextmanager
def second_compiler() -> Iterator[None]:
    """Let a second process compile from the other end of the step, if nothing is compiled and a core is free.

    Each process finds in the cache what the other has made. Where no process can be started, nothing is lost but time.
    """
    helper = None
    if not is_cache_ready() and (os.cpu_count() or 1) > 1:
        try:
            helper = subprocess.Popen(
                [sys.executable, "-m", "abm.warming"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            helper = None
    thresholds = gc.get_threshold()
    gc.set_threshold(COMPILING_THRESHOLD)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        if helper is not None:
            helper.terminate()
            helper.wait()
