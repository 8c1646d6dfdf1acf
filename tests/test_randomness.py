"""The statistical battery that the draws must pass, and their stability.

Everything here is deterministic, so a test either always passes or never does. The threshold was fixed before the
first run: with sound draws the chance that anything in the battery fails is ALPHA; it is shared equally among all
p-values of the battery (Bonferroni), whatever their number. P-values are two-sided: a fit that is too good fails too.

A *stream* varies one argument of the draw (uid, ordinal, quarter, seed, decision, pair) and keeps the others.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast

import numba
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from abm.kernel import IS_COMPILED
from abm.randomness import (
    Draws,
    beta_three_three,
    laplace,
    make_uid,
    mix,
    name_hash,
    normal,
    pair_uid,
    uniform,
)

ALPHA = 1e-3
"""Chance, over the whole battery, that sound draws fail."""

N = 1 << 18
"""Length of a stream."""

Floats = NDArray[np.float64]
Words = NDArray[np.uint64]
BITS = 53

needs_compiler = pytest.mark.skipif(not IS_COMPILED, reason="a million draws need compiled kernels")


Function = TypeVar("Function", bound=Callable[..., Any])


def loop(function: Function) -> Function:
    """Compile a loop over draws for this module only."""
    return cast(Function, numba.njit(function))


_cache: dict[str, Any] = {}


def _once(name: str, make: Callable[[], Any]) -> Any:
    if name not in _cache:
        _cache[name] = make()
    return _cache[name]


# ------------------------------------------------------------------------------------------------------ streams


@loop
def by_uid(key: np.uint64, uids: Words, ordinal: int) -> Floats:
    out = np.empty(len(uids))
    for i in range(len(uids)):
        out[i] = uniform(key, uids[i], ordinal)
    return out


@loop
def by_ordinal(key: np.uint64, uid: np.uint64, count: int) -> Floats:
    out = np.empty(count)
    for i in range(count):
        out[i] = uniform(key, uid, i)
    return out


@loop
def by_key(keys: Words, uid: np.uint64) -> Floats:
    out = np.empty(len(keys))
    for i in range(len(keys)):
        out[i] = uniform(keys[i], uid, 0)
    return out


@loop
def by_pair(key: np.uint64, uids: Words) -> Floats:
    """Draw for all pairs i < j, row by row."""
    n = len(uids)
    out = np.empty(n * (n - 1) // 2)
    place = 0
    for i in range(n):
        for j in range(i + 1, n):
            out[place] = uniform(key, pair_uid(uids[i], uids[j]), 0)
            place += 1
    return out


@loop
def _pairs_with(key: np.uint64, one: np.uint64, others: Words) -> Floats:
    out = np.empty(len(others))
    for i in range(len(others)):
        out[i] = uniform(key, pair_uid(one, others[i]), 0)
    return out


@loop
def transformed(key: np.uint64, count: int, which: int) -> Floats:
    """Normal (0), Laplace (1) or Beta (2) draws: eight actors take turns, ordinals rise."""
    out = np.empty(count)
    for i in range(count):
        uid = np.uint64(1 + i % 8)
        if which == 0:
            out[i] = normal(key, uid, i // 8)
        elif which == 1:
            out[i] = laplace(key, uid, i // 8)
        else:
            out[i] = beta_three_three(key, uid, i // 8)
    return out


KEY = Draws(1, 7).key("choose a partner")
COUNT = np.arange(1, N + 1, dtype=np.uint64)
BORN = np.array([make_uid("home", "rail", "entry", i // 50, i % 50) for i in range(1 << 15)], dtype=np.uint64)


def _keys(make: Callable[[int], np.uint64], count: int = 1 << 16) -> Words:
    return np.array([make(i) for i in range(count)], dtype=np.uint64)


def _grid(seed: int) -> Floats:
    """Draws of 512 actors in 512 quarters, quarter by quarter, as a rule asks for them."""
    rows = [by_uid(Draws(seed, quarter).key("meet"), BORN[:512], 0) for quarter in range(512)]
    return np.concatenate(rows)


STREAMS: dict[str, Callable[[], Floats]] = {
    "whole numbers as uids": lambda: by_uid(KEY, COUNT, 0),
    "high bits of uids": lambda: by_uid(KEY, COUNT << np.uint64(44), 0),
    "uids of the model": lambda: by_uid(KEY, BORN, 0),
    "ordinals": lambda: by_ordinal(KEY, BORN[0], N),
    "quarters": lambda: by_key(_keys(lambda i: Draws(1, i).key("meet")), BORN[0]),
    "seeds": lambda: by_key(_keys(lambda i: Draws(i, 7).key("meet")), BORN[0]),
    "decisions": lambda: by_key(_keys(lambda i: Draws(1, 7).key(f"decision {i}")), BORN[0]),
    "pairs of small uids": lambda: by_pair(KEY, COUNT[:725]),
    "pairs of actors": lambda: by_pair(KEY, BORN[:725]),
    "actors within quarters": lambda: _grid(3),
    "quarters within actors": lambda: np.ravel(_grid(3).reshape(512, 512).T),
}


# -------------------------------------------------------------------------------------------------------- tests


def _two_sided(below: float, above: float) -> float:
    return float(min(1.0, 2.0 * min(below, above)))


def _chi_square(value: float, freedom: float) -> float:
    return _two_sided(stats.chi2.cdf(value, freedom), stats.chi2.sf(value, freedom))


def _normal(z: float) -> float:
    return float(2.0 * stats.norm.sf(abs(z)))


def _poisson(count: int, mean: float) -> float:
    return _two_sided(stats.poisson.cdf(count, mean), stats.poisson.sf(count - 1, mean))


def _even(cells: NDArray[np.int64], n_cells: int) -> float:
    counts = np.bincount(cells, minlength=n_cells)
    expected = len(cells) / n_cells
    return _chi_square(float(((counts - expected) ** 2).sum() / expected), n_cells - 1)


def _words(draws: Floats) -> Words:
    return (draws * 2.0**BITS).astype(np.uint64)


def _top(draws: Floats, bits: int) -> NDArray[np.int64]:
    return (draws * 2.0**bits).astype(np.int64)


def _bits(draws: Floats) -> Floats:
    """Return the 53 bits of each draw as -1 and 1, shape (draws, 53)."""
    places = np.arange(BITS, dtype=np.uint64)
    return np.where((_words(draws)[:, None] >> places) & np.uint64(1), 1.0, -1.0)


def equal_cells(draws: Floats) -> float:
    return _even(_top(draws, 11), 1 << 11)


def low_bits_equal_cells(draws: Floats) -> float:
    return _even((_words(draws) & np.uint64(2047)).astype(np.int64), 1 << 11)


def kolmogorov_smirnov(draws: Floats) -> float:
    above = float(stats.kstest(draws, "uniform", method="asymp").pvalue)
    return _two_sided(1.0 - above, above)


def serial_pairs(draws: Floats) -> float:
    cells = _top(draws[: len(draws) // 2 * 2], 5).reshape(-1, 2)
    return _even(cells[:, 0] * 32 + cells[:, 1], 1 << 10)


def serial_triples(draws: Floats) -> float:
    cells = _top(draws[: len(draws) // 3 * 3], 3).reshape(-1, 3)
    return _even(cells[:, 0] * 64 + cells[:, 1] * 8 + cells[:, 2], 1 << 9)


def autocorrelation(draws: Floats) -> float:
    """Portmanteau over 32 lags."""
    x = (draws - 0.5) * np.sqrt(12.0)
    lags = range(1, 33)
    return _chi_square(sum(float(x[:-k] @ x[k:]) ** 2 / (len(x) - k) for k in lags), len(lags))


def _periodogram(draws: Floats) -> Floats:
    """Return the ordinates of the spectrum, which are exponential with mean 1 for white noise."""
    power = np.abs(np.fft.rfft((draws - 0.5) * np.sqrt(12.0))) ** 2 / len(draws)
    return power[1 : (len(draws) - 1) // 2]


def spectral_shape(draws: Floats) -> float:
    return kolmogorov_smirnov(np.exp(-_periodogram(draws)))


def spectral_peak(draws: Floats) -> float:
    ordinates = _periodogram(draws)
    beyond = np.exp(-ordinates.max())
    none_so_high = float(np.exp(len(ordinates) * np.log1p(-beyond)))
    return _two_sided(none_so_high, 1.0 - none_so_high)


def runs_about_half(draws: Floats) -> float:
    """Count runs above and below one half (Wald & Wolfowitz 1940)."""
    above = draws >= 0.5
    n1, n2 = int(above.sum()), int((~above).sum())
    n = n1 + n2
    mean = 1.0 + 2.0 * n1 * n2 / n
    variance = (mean - 1.0) * (mean - 2.0) / (n - 1.0)
    return _normal((1 + int((above[1:] != above[:-1]).sum()) - mean) / variance**0.5)


def runs_up_and_down(draws: Floats) -> float:
    rising = draws[1:] > draws[:-1]
    n = len(draws)
    runs = 1 + int((rising[1:] != rising[:-1]).sum())
    return _normal((runs - (2.0 * n - 1.0) / 3.0) / ((16.0 * n - 29.0) / 90.0) ** 0.5)


def gaps(draws: Floats) -> float:
    """Gaps between visits to [0, 1/8) are geometric (Knuth, volume 2, 3.3.2)."""
    gap = np.diff(np.flatnonzero(draws < 0.125)) - 1
    counts = np.bincount(np.minimum(gap, 40), minlength=41)
    expected = len(gap) * np.append(0.125 * 0.875 ** np.arange(40), 0.875**40)
    return _chi_square(float(((counts - expected) ** 2 / expected).sum()), 40)


def bit_balance(draws: Floats) -> float:
    bits = _bits(draws[: 1 << 16])
    return _chi_square(float((bits.sum(axis=0) ** 2).sum() / len(bits)), BITS)


def bits_of_one_draw_apart(draws: Floats) -> float:
    """Correlations of all pairs of the 53 bits."""
    bits = _bits(draws[: 1 << 16])
    product = (bits.T @ bits)[np.triu_indices(BITS, 1)]
    return _chi_square(float((product**2).sum() / len(bits)), len(product))


def bits_of_neighbours_apart(draws: Floats) -> float:
    """Correlations of each of the 53 bits with each bit of the next draw."""
    bits = _bits(draws[: 1 << 16])
    product = bits[:-1].T @ bits[1:]
    return _chi_square(float((product**2).sum() / (len(bits) - 1)), BITS * BITS)


def repeats(draws: Floats) -> float:
    """Count pairs of draws equal in as many top bits as make some 128 such pairs likely."""
    n = len(draws)
    bits = round(np.log2(n * (n - 1) / 2 / 128))
    counts = np.unique(_top(draws, bits), return_counts=True)[1]
    return _poisson(int((counts * (counts - 1) // 2).sum()), n * (n - 1) / 2 / 2**bits)


def birthday_spacings(draws: Floats) -> float:
    """Equal spacings among 4,096 birthdays in a year of 2^32 days (Marsaglia), over all such years."""
    n, total = 4096, 0
    years = _top(draws[: len(draws) // n * n], 32).reshape(-1, n)
    for year in years:
        spacings = np.diff(np.sort(year))
        total += n - 1 - len(np.unique(spacings))
    return _poisson(total, len(years) * n**3 / (4.0 * 2**32))


ONE_STREAM = (
    equal_cells,
    low_bits_equal_cells,
    kolmogorov_smirnov,
    serial_pairs,
    serial_triples,
    autocorrelation,
    spectral_shape,
    spectral_peak,
    runs_about_half,
    runs_up_and_down,
    gaps,
    bit_balance,
    bits_of_one_draw_apart,
    bits_of_neighbours_apart,
    repeats,
    birthday_spacings,
)

TWO_STREAMS: dict[str, Callable[[], tuple[Floats, Floats]]] = {
    "neighbouring seeds": lambda: (by_uid(Draws(1, 7).key("a"), COUNT, 0), by_uid(Draws(2, 7).key("a"), COUNT, 0)),
    "neighbouring quarters": lambda: (
        by_uid(Draws(1, 7).key("a"), COUNT, 0),
        by_uid(Draws(1, 8).key("a"), COUNT, 0),
    ),
    "seed and quarter swapped": lambda: (
        by_uid(Draws(3, 8).key("a"), COUNT, 0),
        by_uid(Draws(8, 3).key("a"), COUNT, 0),
    ),
    "two decisions": lambda: (by_uid(Draws(1, 7).key("a"), COUNT, 0), by_uid(Draws(1, 7).key("b"), COUNT, 0)),
    "neighbouring ordinals": lambda: (by_uid(KEY, COUNT, 0), by_uid(KEY, COUNT, 1)),
    "neighbouring uids": lambda: (by_uid(KEY, COUNT, 0), by_uid(KEY, COUNT + np.uint64(1), 0)),
    "neighbouring uids, by ordinal": lambda: (by_ordinal(KEY, COUNT[0], N), by_ordinal(KEY, COUNT[1], N)),
    "uids one high bit apart": lambda: (by_uid(KEY, COUNT, 0), by_uid(KEY, COUNT ^ np.uint64(1 << 63), 0)),
    "actor and its pairs": lambda: (by_uid(KEY, COUNT, 0), _pairs_with(KEY, BORN[0], COUNT)),
    "pairs sharing one actor": lambda: (_pairs_with(KEY, BORN[0], COUNT), _pairs_with(KEY, BORN[1], COUNT)),
}


def joint_cells(streams: tuple[Floats, Floats]) -> float:
    return _even(_top(streams[0], 5) * 32 + _top(streams[1], 5), 1 << 10)


def correlation(streams: tuple[Floats, Floats]) -> float:
    x, y = ((s - 0.5) * np.sqrt(12.0) for s in streams)
    return _normal(float(x @ y) / len(x) ** 0.5)


def bits_of_two_streams_apart(streams: tuple[Floats, Floats]) -> float:
    x, y = (_bits(s[: 1 << 16]) for s in streams)
    return _chi_square(float(((x.T @ y) ** 2).sum() / len(x)), BITS * BITS)


def difference_uniform(streams: tuple[Floats, Floats]) -> float:
    """The difference of independent draws, modulo 1, is uniform."""
    return _even(_top((streams[0] - streams[1]) % 1.0, 11), 1 << 11)


OF_TWO = (joint_cells, correlation, bits_of_two_streams_apart, difference_uniform)


# ---------------------------------------------------------------------------------------------------- avalanche


@loop
def flips(which: int, key: np.uint64, bit: int, count: int) -> NDArray[np.int64]:
    """Count, for each of the 53 bits of a draw, how often it changes when one bit of an argument does."""
    changed = np.zeros(53, np.int64)
    mask = np.uint64(1) << np.uint64(bit)
    for i in range(count):
        uid = mix(np.uint64(i))
        other_key, other_uid, ordinal, other_ordinal = key, uid, i % 1024, i % 1024
        if which == 0:
            other_uid = uid ^ mask
        elif which == 1:
            other_key = key ^ mask
        else:
            other_ordinal = ordinal ^ (1 << bit)
        one = np.uint64(uniform(key, uid, ordinal) * 2.0**53)
        two = np.uint64(uniform(other_key, other_uid, other_ordinal) * 2.0**53)
        for b in range(53):
            changed[b] += np.int64(((one ^ two) >> np.uint64(b)) & np.uint64(1))
    return changed


def avalanche(argument: str) -> float:
    """Every bit of a draw changes half the time when any one bit of `argument` does."""
    count = 1 << 12
    which, n_bits = {"uid": (0, 64), "key": (1, 64), "ordinal": (2, 16)}[argument]
    z = np.array([flips(which, KEY, bit, count) for bit in range(n_bits)]) * 2.0 - count
    return _chi_square(float((z**2).sum() / count), n_bits * BITS)


def key_avalanche(argument: str) -> float:
    """Every bit of a key changes half the time when any one bit of the seed or quarter does."""
    total, tried, total_bits = 0.0, 64, 16
    for bit in range(total_bits):
        changed = np.zeros(64)
        for i in range(tried):
            seed, quarter = (i + 1) * 7919, i
            other = (seed ^ (1 << bit), quarter) if argument == "seed" else (seed, quarter ^ (1 << bit))
            difference = int(Draws(seed, quarter).key("a")) ^ int(Draws(*other).key("a"))
            changed += [(difference >> b) & 1 for b in range(64)]
        total += float(((2.0 * changed - tried) ** 2).sum() / tried)
    return _chi_square(total, total_bits * 64)


# -------------------------------------------------------------------------------------------------- other shapes

SHAPES: dict[str, tuple[int, Callable[[Floats], Floats]]] = {
    "normal": (0, stats.norm.cdf),
    "laplace": (1, stats.laplace.cdf),
    "beta": (2, stats.beta(3, 3).cdf),
}

MOMENTS: dict[str, Callable[[int], float]] = {
    "normal": lambda k: math.prod(range(1, k, 2)) if k % 2 == 0 else 0.0,
    "laplace": lambda k: math.factorial(k) if k % 2 == 0 else 0.0,
    "beta": lambda k: math.prod((3 + r) / (6 + r) for r in range(k)),
}
"""Raw moments in closed form."""


def _shape(name: str) -> Floats:
    draws: Floats = _once(f"shape {name}", lambda: transformed(KEY, N, SHAPES[name][0]))
    return draws


def _levelled(name: str) -> Floats:
    """Draws sent through their distribution function, which makes them uniform."""
    draws: Floats = _once(f"levelled {name}", lambda: SHAPES[name][1](_shape(name)))
    return draws


def shape_fits(name: str) -> float:
    return kolmogorov_smirnov(_levelled(name))


def shape_white(name: str) -> float:
    return spectral_shape(_levelled(name))


def shape_serial(name: str) -> float:
    return serial_pairs(_levelled(name))


def moment(name: str, order: int) -> float:
    """Compare a raw moment with its value under the law; its variance is E x^2k - (E x^k)^2."""
    draws = _shape(name)
    mean = MOMENTS[name](order)
    variance = MOMENTS[name](2 * order) - mean**2
    return _normal(float(((draws**order).mean() - mean) / (variance / len(draws)) ** 0.5))


# ---------------------------------------------------------------------------------------------------- the battery


def _on(test: Callable[[Any], float], name: str, make: Callable[[], Any]) -> float:
    return test(_once(name, make))


def _battery() -> dict[str, Callable[[], float]]:
    tests: dict[str, Callable[[], float]] = {}
    for name, make in STREAMS.items():
        for one in ONE_STREAM:
            tests[f"{name}: {one.__name__}"] = partial(_on, one, name, make)
    for name, make_two in TWO_STREAMS.items():
        for two in OF_TWO:
            tests[f"{name}: {two.__name__}"] = partial(_on, two, name, make_two)
    for argument in ("uid", "key", "ordinal"):
        tests[f"avalanche of {argument}"] = partial(avalanche, argument)
    for argument in ("seed", "quarter"):
        tests[f"avalanche of {argument} in keys"] = partial(key_avalanche, argument)
    for name in SHAPES:
        for shape in (shape_fits, shape_white, shape_serial):
            tests[f"{name}: {shape.__name__}"] = partial(shape, name)
        for order in (1, 2, 3, 4):
            tests[f"{name}: moment {order}"] = partial(moment, name, order)
    return tests


BATTERY = _battery()
THRESHOLD = ALPHA / len(BATTERY)


@needs_compiler
@pytest.mark.parametrize("name", BATTERY)
def test_battery(name: str) -> None:
    p = BATTERY[name]()
    assert p >= THRESHOLD, f"{name}: p = {p:.3g}, below {ALPHA:g} / {len(BATTERY)} = {THRESHOLD:.3g}"


def _weyl(count: int) -> Floats:
    """Multiples of the golden ratio modulo 1: even, but anything except random."""
    words = COUNT[:count] * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(11)
    return words.astype(np.float64) * 2.0**-BITS


def _half_mixed(count: int) -> Floats:
    """The finaliser without its last two steps."""
    x = COUNT[:count]
    words = ((x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)) >> np.uint64(11)
    return words.astype(np.float64) * 2.0**-BITS


def _congruential(count: int) -> Floats:
    """A linear congruential generator modulo 2^31 (RANDU)."""
    out, value = np.empty(count), 1
    for i in range(count):
        value = value * 65539 % 2**31
        out[i] = value / 2**31
    return out


@needs_compiler
@pytest.mark.parametrize("make", [_weyl, _half_mixed, _congruential])
def test_the_battery_catches_weak_generators(make: Callable[[int], Floats]) -> None:
    draws = make(1 << 16)
    assert min(test(draws) for test in ONE_STREAM) < THRESHOLD


# ------------------------------------------------------------------------------------------------ exact properties


def test_pairs_are_symmetric_and_distinct() -> None:
    uids = [np.uint64(u) for u in (1, 2, 3, 2**63, 2**64 - 1)]
    pairs = {}
    for a in uids:
        for b in uids:
            assert pair_uid(a, b) == pair_uid(b, a)
            pairs[frozenset((int(a), int(b)))] = int(pair_uid(a, b))
    assert len(set(pairs.values())) == len(pairs)


def test_draws_lie_in_the_unit_interval_and_other_shapes_are_finite() -> None:
    for i in range(200):
        uid = np.uint64(i * 0x9E3779B97F4A7C15 & (2**64 - 1))
        assert 0.0 <= uniform(KEY, uid, i) < 1.0
        assert 0.0 <= beta_three_three(KEY, uid, i) < 1.0
        assert abs(normal(KEY, uid, i)) < 9.0
        assert abs(laplace(KEY, uid, i)) < 40.0


def test_keys_of_seeds_quarters_and_decisions_are_distinct() -> None:
    names = [f"decision {i}" for i in range(10)]
    keys = {int(Draws(seed, q).key(name)) for seed in range(50) for q in range(100) for name in names}
    assert len(keys) == 50 * 100 * len(names)


def test_uids_are_distinct_and_depend_on_the_order_of_their_parts() -> None:
    uids = {
        int(make_uid("home", sector, cause, q, i))
        for sector in range(8)
        for cause in ("entry", "spin-off")
        for q in range(50)
        for i in range(20)
    }
    assert len(uids) == 8 * 2 * 50 * 20
    assert make_uid("a", "b") != make_uid("b", "a")
    assert make_uid("a", 0) != make_uid("a")
    assert make_uid(1, 2) != make_uid(2, 1)


def _mix_reference(value: int) -> int:
    """splitmix64 finaliser, written again from Steele, Lea & Flood 2014 in whole numbers."""
    mask = 2**64 - 1
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & mask
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & mask
    return value ^ (value >> 31)


def test_mix_is_the_published_finaliser() -> None:
    """The first outputs of splitmix64 with seed 1234567, as published with its reference code."""
    state, outputs = 1234567, []
    for _ in range(3):
        state = (state + 0x9E3779B97F4A7C15) & (2**64 - 1)
        outputs.append(int(mix(np.uint64(state))))
    assert outputs == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_uniform_equals_its_definition_in_whole_numbers() -> None:
    mask = 2**64 - 1
    for i in range(100):
        key, uid = _mix_reference(i), _mix_reference(i + 1000)
        level = _mix_reference((key + uid * 0x9E3779B97F4A7C15) & mask)
        word = _mix_reference((level + i * 0xD1342543DE82EF95) & mask)
        assert uniform(np.uint64(key), np.uint64(uid), i) == (word >> 11) / 2**53


def test_a_uid_given_as_a_signed_number_draws_the_same() -> None:
    assert uniform(KEY, 5, 0) == uniform(KEY, np.uint64(5), 0)  # type: ignore[arg-type]
    assert pair_uid(5, np.uint64(2**63)) == pair_uid(np.uint64(2**63), np.uint64(5))  # type: ignore[arg-type]


def golden() -> dict[str, str]:
    """Return some draws to the last bit."""
    uid = make_uid("home", "rail", "endowment", 0, 1)
    key = Draws(42, 13).key("golden")
    return {
        "name": hex(name_hash("golden")),
        "uid": hex(int(uid)),
        "key": hex(int(key)),
        "pair": hex(int(pair_uid(uid, np.uint64(3)))),
        "uniform": uniform(key, uid, 0).hex(),
        "uniform 1": uniform(key, uid, 1).hex(),
        "normal": normal(key, uid, 0).hex(),
        "laplace": laplace(key, uid, 0).hex(),
        "beta": beta_three_three(key, uid, 0).hex(),
    }


GOLDEN = {
    "name": "0x4b6c682f91bedd20",
    "uid": "0x6bb0a77537c801dd",
    "key": "0xdb11e9cee50b7df2",
    "pair": "0x622d7295fccb0ae4",
    "uniform": "0x1.dee5baa5a0d5ep-2",
    "uniform 1": "0x1.a6682ef4b5ffcp-1",
    "normal": "0x1.0510492a3836fp-1",
    "laplace": "-0x1.11c506e38990cp-4",
    "beta": "0x1.a6682ef4b5ffcp-1",
}


def test_draws_are_what_they_always_were() -> None:
    """A change here changes every result: it needs a line in the changelog, marked as such."""
    assert golden() == GOLDEN


SCRIPT = """
import json
import numpy as np
from abm.kernel import IS_COMPILED
from abm.randomness import Draws, beta_three_three, laplace, make_uid, normal, pair_uid, uniform
draws = []
for i in range(300):
    key, uid = Draws(i % 7, i).key(f"decision {i % 5}"), make_uid("home", i % 8, "entry", i)
    pair = np.uint64(pair_uid(uid, np.uint64(i + 1)))
    for shape in (uniform, normal, laplace, beta_three_three):
        draws.append(float(shape(key, uid, i)).hex())
    draws.append(float(uniform(key, pair, 0)).hex())
print(json.dumps({"compiled": IS_COMPILED, "draws": draws}))
"""


def test_compiled_and_plain_kernels_draw_the_same_bits() -> None:
    """Plain kernels, in a process with warnings as errors, give every bit that compiled ones give."""
    outputs = []
    for switch in ("0", "1"):
        environment = {**os.environ, "NUMBA_DISABLE_JIT": switch}
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
        )
        outputs.append(json.loads(done.stdout))
    assert [each["compiled"] for each in outputs] == [True, False]
    assert outputs[0]["draws"] == outputs[1]["draws"]
