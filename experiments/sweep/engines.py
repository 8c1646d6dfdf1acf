"""Engines: where runs are computed. Each gives a `concurrent.futures.Executor`, and knows how its workers get lost."""

from __future__ import annotations

import logging
import os
import socket
import time
import warnings
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import suppress
from importlib.metadata import version
from typing import Any, Protocol

from abm.errors import InputError
from experiments.sweep.work import EngineLost, greet, prepare_worker

THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
"""One process per core: libraries must not start threads of their own."""

START_SECONDS = 60.0
"""How long to wait for the first worker, and at most until the loss of a scheduler is told."""

IDLE_SECONDS = 60
"""After which a process of this machine without work ends."""

END_SECONDS = 20.0
"""How long to wait until stuck workers of a cluster have ended and new ones are there."""

ASK_SECONDS = 2.0
"""How often a scheduler is asked how many workers it has."""


class Engine(Protocol):
    """Where runs are computed.

    Attributes
    ----------
    name
        For people: what it is and where.
    """

    name: str

    def pool(self) -> Executor:
        """Return a pool that takes work, a new one if the last is broken."""

    def workers(self) -> int:
        """Return how many runs can be computed at the same time now; 0 while there are no workers."""

    def lost_workers(self, error: BaseException) -> int:
        """Return how many workers died of what a future raised this error for; 0 if it means something else."""

    def is_lost(self) -> bool:
        """Tell whether the workers cannot be reached any more."""

    def end_workers(self, stuck: Sequence[Future[Any]]) -> None:
        """End the workers that have these futures at once, and forget the futures; others may take their place."""

    def stop(self, *, at_once: bool) -> None:
        """Let the workers go; `at_once` also those that are at work."""


class LocalEngine:
    """Processes on this machine.

    Parameters
    ----------
    jobs
        Number of processes.
    """

    def __init__(self, jobs: int) -> None:
        self.name = f"{jobs} {'process' if jobs == 1 else 'processes'} on this machine"
        self._jobs = jobs

    def pool(self) -> Executor:
        """Return loky's pool: it is made again if it is broken."""
        from loky import get_reusable_executor

        warnings.filterwarnings("ignore", "A worker stopped while some jobs")  # one that grew large is replaced
        pool: Executor = get_reusable_executor(
            self._jobs, timeout=IDLE_SECONDS, initializer=prepare_worker, env=THREADS
        )
        return pool

    def workers(self) -> int:
        """Return the number of processes."""
        return self._jobs

    def lost_workers(self, error: BaseException) -> int:
        """Return 1 for a process that died."""
        from loky.process_executor import ShutdownExecutorError

        return int(isinstance(error, (BrokenExecutor, ShutdownExecutorError)))

    def is_lost(self) -> bool:
        """Return False: this machine is here."""
        return False

    def end_workers(self, stuck: Sequence[Future[Any]]) -> None:
        """End the processes; the next pool has new ones."""
        self.stop(at_once=True)

    def stop(self, *, at_once: bool) -> None:
        """End the processes at once, or leave them to the next sweep: idle, they end by themselves."""
        if at_once:
            self.pool().shutdown(wait=True, kill_workers=True)  # type: ignore[call-arg]


class ClusterEngine:
    """Workers of a Dask scheduler.

    Parameters
    ----------
    address
        Of the scheduler, ``tcp://HOST:PORT``.

    Raises
    ------
    InputError
        If Dask is not installed, or no scheduler answers at the address.
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
            from distributed.comm import get_address_host_port
        except ImportError as error:
            raise InputError("--cluster needs Dask: pip install 'innonet[cluster]'") from error
        try:
            socket.create_connection(get_address_host_port(address, strict=True), timeout=10).close()
            self._client: Any = Client(address, timeout=10, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise InputError(
                f'--cluster {address}: no scheduler answers there. Start one with "dask scheduler" and workers with '
                f'"dask worker tcp://HOST:8786 --nthreads 1", and give its address as tcp://HOST:PORT'
            ) from error
        _silence("distributed")
        self.name = f"Dask at {address}"
        self._workers, self._asked = 0, -ASK_SECONDS

    def pool(self) -> Executor:
        """Return the client as a pool; `pure=False`, as equal arguments must not make one task."""
        pool: Executor = self._client.get_executor(pure=False)
        return pool

    def workers(self) -> int:
        """Return the threads of all workers that are there now, as last heard."""
        if time.monotonic() - self._asked >= ASK_SECONDS:
            with suppress(Exception):  # the connection may be gone: `is_lost` tells
                threads = self._client.sync(self._client.scheduler.ncores, callback_timeout=5)
                self._workers = sum(threads.values())
            self._asked = time.monotonic()
        return self._workers

    def lost_workers(self, error: BaseException) -> int:
        """Return how many workers died one after the other while they computed the task."""
        from distributed.scheduler import KilledWorker

        return int(error.allowed_failures) + 1 if isinstance(error, KilledWorker) else 0

    def is_lost(self) -> bool:
        """Tell whether the connection to the scheduler is gone."""
        return bool(self._client.status != "running")

    def end_workers(self, stuck: Sequence[Future[Any]]) -> None:
        """Let those that are at work be started again by their nannies; those without a nanny get no more work.

        The futures are cancelled first, or the scheduler would give them to the next worker.
        """
        with suppress(Exception):  # the connection may be gone: `is_lost` tells
            busy = [address for address, tasks in self._client.processing().items() if tasks]
            for future in stuck:
                future.cancel()
            self._client.restart_workers(busy, timeout=END_SECONDS, raise_for_error=False)
        self._asked = -ASK_SECONDS

    def stop(self, *, at_once: bool) -> None:
        """Give back what is not begun, and leave."""
        self._client.close(timeout=5)


def _silence(library: str) -> None:
    """Let a library log no more: what matters of it is told by the driver."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] == library:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def check_workers(engine: Engine, folder: str) -> None:
    """See that a worker starts, has the same version of innonet and finds the store.

    Raises
    ------
    EngineLost
        If none answers within a minute, or not well.
    """
    try:
        found, sees_store = engine.pool().submit(greet, folder).result(timeout=START_SECONDS)
    except TimeoutError:
        raise EngineLost(f"{engine.name}: no worker took work within {START_SECONDS:.0f} s") from None
    except (Exception, CancelledError) as error:
        raise EngineLost(f"{engine.name}: workers cannot start ({type(error).__name__}: {error})") from error
    if found != version("innonet"):
        raise EngineLost(f"{engine.name}: workers have innonet {found}, this is {version('innonet')}")
    if not sees_store:
        raise EngineLost(
            f'{engine.name}: workers do not see the store "{folder}"; it must lie where all of them can write'
        )


def cores() -> int:
    """Return how many processes this machine can run at once, for this process."""
    return len(os.sched_getaffinity(0))
