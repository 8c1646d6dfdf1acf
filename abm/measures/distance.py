"""How many steps lie between two actors: breadth-first search from many sources at a time."""

from __future__ import annotations

import math

import numpy as np

from abm.kernel import inner, kernel
from abm.types import IntArray

_ONE = np.uint64(1)
_ZERO = np.uint64(0)
_TWO = np.uint64(2)
_FOUR = np.uint64(4)
_PAIRS = np.uint64(0x5555555555555555)
_FOURS = np.uint64(0x3333333333333333)
_BYTES = np.uint64(0x0F0F0F0F0F0F0F0F)
_EACH = np.uint64(0x0101010101010101)
_TOP = np.uint64(56)


@inner
def bits_set(word: np.uint64) -> np.uint64:
    """Return how many bits of a word are set, by adding up neighbouring bits, pairs, fours and bytes.

    >>> import numpy as np
    >>> int(bits_set(np.uint64(0))), int(bits_set(np.uint64(0xF0F1)))
    (0, 9)
    """
    word = word - ((word >> _ONE) & _PAIRS)
    word = (word & _FOURS) + ((word >> _TWO) & _FOURS)
    word = (word + (word >> _FOUR)) & _BYTES
    return (word * _EACH) >> _TOP


@kernel
def mean_distance(first: IntArray, partner: IntArray, source: IntArray) -> float:
    """Return the mean number of steps from the sources to all they can reach, NaN if they reach nobody.

    Breadth-first search from 64 sources at a time, one bit each (Then et al. 2014).

    >>> import numpy as np
    >>> line = np.array([0, 1, 3, 4]), np.array([1, 0, 2, 1])
    >>> mean_distance(*line, np.array([0])), mean_distance(*line, np.array([1]))
    (1.5, 1.0)
    """
    n = len(first) - 1
    steps = 0
    pairs = 0
    for block in range(0, len(source), 64):
        seen = np.zeros(n, np.uint64)
        now = np.zeros(n, np.uint64)
        for place in range(block, min(block + 64, len(source))):
            bit = _ONE << np.uint64(place - block)
            seen[source[place]] |= bit
            now[source[place]] |= bit
        distance = 0
        n_fresh = _ONE
        while n_fresh != _ZERO:
            distance += 1
            following = np.zeros(n, np.uint64)
            for i in range(n):
                reached = _ZERO
                for e in range(first[i], first[i + 1]):
                    reached |= now[partner[e]]
                following[i] = reached & ~seen[i]
            n_fresh = _ZERO
            for i in range(n):
                seen[i] |= following[i]
                n_fresh += bits_set(following[i])
            steps += distance * int(n_fresh)
            pairs += int(n_fresh)
            now = following
    if pairs <= 0:
        return math.nan
    return float(steps) / float(pairs)
