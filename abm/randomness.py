"""Draws by decision point.

A draw is a function of (seed, decision, quarter, uid[, other uid], ordinal) and of nothing else: not of the order of
rules, not of the slot an actor happens to sit in, not of who else draws. Two worlds that differ in one mechanism
therefore share all other chance (common random numbers).

The generator is a counter hash: the key of (seed, decision, quarter) and the uid go through the finaliser of
splitmix64 (Steele, Lea & Flood 2014, variant 13 of Stafford's mixers), once per level. ``tests/test_randomness.py``
holds the statistical battery it must pass.
"""

from __future__ import annotations

import hashlib
import math
import threading
from functools import lru_cache

import numpy as np

from abm.kernel import IS_COMPILED, kernel
from abm.types import UidArray

if not IS_COMPILED:
    np.seterr(over="ignore")  # 64-bit numbers wrap round in silence, as they do in compiled code

_MASK = (1 << 64) - 1
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)
_STEP = np.uint64(0xD1342543DE82EF95)
_SHIFT_30 = np.uint64(30)
_SHIFT_27 = np.uint64(27)
_SHIFT_31 = np.uint64(31)
_SHIFT_11 = np.uint64(11)
_TO_UNIT = 2.0**-53


@kernel
def mix(value: np.uint64) -> np.uint64:
    """Return the splitmix64 finaliser of a 64-bit number (a bijection that scatters neighbours)."""
    value = (value ^ (value >> _SHIFT_30)) * _MIX_A
    value = (value ^ (value >> _SHIFT_27)) * _MIX_B
    return value ^ (value >> _SHIFT_31)


@kernel
def uniform(key: np.uint64, uid: np.uint64, ordinal: int) -> float:
    """Return a uniform draw in [0, 1) for one actor; `ordinal` tells several draws of one decision apart."""
    scattered = mix(mix(np.uint64(key) + np.uint64(uid) * _GOLDEN) + np.uint64(ordinal) * _STEP)
    return float(scattered >> _SHIFT_11) * _TO_UNIT


@kernel
def pair_uid(uid_a: np.uint64, uid_b: np.uint64) -> np.uint64:
    """Return one identity for an unordered pair of actors."""
    first = np.uint64(uid_a)
    second = np.uint64(uid_b)
    low = min(first, second)
    high = max(first, second)
    return mix(mix(low) + high * _GOLDEN)


@kernel
def normal(key: np.uint64, uid: np.uint64, ordinal: int) -> float:
    """Return a standard normal draw (Box & Muller 1958); uses ordinals `2 * ordinal` and `2 * ordinal + 1`."""
    radius = math.sqrt(-2.0 * math.log(1.0 - uniform(key, uid, 2 * ordinal)))
    return radius * math.cos(2.0 * math.pi * uniform(key, uid, 2 * ordinal + 1))


@kernel
def laplace(key: np.uint64, uid: np.uint64, ordinal: int) -> float:
    """Return a Laplace draw with mean 0 and scale 1, by inversion."""
    centred = uniform(key, uid, ordinal) - 0.5
    if centred < 0.0:
        return math.log(1.0 + 2.0 * centred + 1e-16)
    return -math.log(1.0 - 2.0 * centred)


@kernel
def beta_three_three(key: np.uint64, uid: np.uint64, ordinal: int) -> float:
    """Return a Beta(3, 3) draw: the median of five uniforms; uses five ordinals from `5 * ordinal`."""
    draws = np.empty(5)
    for j in range(5):
        value = uniform(key, uid, 5 * ordinal + j)
        place = j
        while place > 0 and draws[place - 1] > value:
            draws[place] = draws[place - 1]
            place -= 1
        draws[place] = value
    return float(draws[2])


def _mix_int(value: int, mix_a: int = int(_MIX_A), mix_b: int = int(_MIX_B)) -> int:
    value = ((value ^ (value >> 30)) * mix_a) & _MASK
    value = ((value ^ (value >> 27)) * mix_b) & _MASK
    return value ^ (value >> 31)


@lru_cache(maxsize=4096)
def name_hash(name: str) -> int:
    """Return a stable 64-bit number for a name (BLAKE2b; Python's own hash changes between processes)."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def make_uid(*parts: int | str) -> np.uint64:
    """Return the identity of something born of `parts`, e.g. (region, sector, cause of birth, quarter, ordinal).

    >>> bool(make_uid("home", "rail", "endowment", 0, 1) == make_uid("home", "rail", "endowment", 0, 1))
    True
    >>> bool(make_uid("home", "rail", "endowment", 0, 1) == make_uid("home", "rail", "endowment", 0, 2))
    False
    """
    value = int(_GOLDEN)
    for part in parts:
        number = name_hash(part) if isinstance(part, str) else part & _MASK
        value = _mix_int((value + _mix_int(number ^ int(_STEP))) & _MASK)
    return np.uint64(value or 1)


@kernel
def decision_keys(quarter: np.uint64, names: UidArray) -> UidArray:
    """Return the key of each decision in a quarter, from the number of the quarter and the hashes of the names.

    >>> names = np.array([5, 6], np.uint64)
    >>> bool(decision_keys(np.uint64(3), names)[1] == mix(np.uint64(3 ^ 6)))
    True
    """
    keys = np.empty(len(names), np.uint64)
    for d in range(len(names)):
        keys[d] = mix(np.uint64(quarter) ^ names[d])
    return keys


class _Decisions:
    """The decisions asked for so far: all keys of a quarter are reckoned at one go; their order plays no part."""

    def __init__(self) -> None:
        self.place: dict[str, int] = {}
        self.hashes = np.zeros(0, np.uint64)
        self._lock = threading.Lock()

    def add(self, name: str) -> None:
        """Give a decision a place."""
        with self._lock:
            if name not in self.place:
                self.hashes = np.append(self.hashes, np.uint64(name_hash(name)))
                self.place[name] = len(self.hashes) - 1


_DECISIONS = _Decisions()


class Draws:
    """The keys of one quarter of one run.

    Parameters
    ----------
    seed
        Seed of the run.
    quarter
        Quarter being simulated, burn-in included.
    """

    def __init__(self, seed: int, quarter: int) -> None:
        self.seed = seed
        self.quarter = quarter
        self._base = np.uint64(_mix_int((_mix_int(seed & _MASK) + quarter * int(_GOLDEN)) & _MASK))
        self._keys = decision_keys(self._base, _DECISIONS.hashes)

    def key(self, decision: str) -> np.uint64:
        """Return the key of a named decision this quarter, to be handed to a kernel."""
        place = _DECISIONS.place.get(decision, len(self._keys))
        if place >= len(self._keys):
            _DECISIONS.add(decision)
            self._keys = decision_keys(self._base, _DECISIONS.hashes)
            place = _DECISIONS.place[decision]
        key: np.uint64 = self._keys[place]
        return key
