"""The pool of people who look for a post: its number, and what they know on average."""

from __future__ import annotations

from abm.kernel import inner
from abm.types import FloatArray


@inner
def join_pool(
    pool: FloatArray,
    pool_capability: FloatArray,
    pool_origin: FloatArray,
    region: int,
    number: float,
    capability: FloatArray,
    origin: FloatArray,
) -> None:
    """Add `number` people to the pool of a region, with the mean of their knowledge and of its origins.

    ``pool`` is by region, ``pool_capability`` (regions, fields), ``pool_origin`` (regions, origins); ``capability``
    and ``origin`` (shares) are those of the people who come.

    >>> import numpy as np
    >>> pool, known, origin = np.array([3.0]), np.array([[0.4]]), np.array([[1.0, 0.0]])
    >>> join_pool(pool, known, origin, 0, 1.0, np.array([0.8]), np.array([0.0, 1.0]))
    >>> pool.tolist(), known.round(9).tolist(), origin.tolist()
    ([4.0], [[0.5]], [[0.75, 0.25]])
    """
    part = number / (pool[region] + number)
    for k in range(len(capability)):
        pool_capability[region, k] += part * (capability[k] - pool_capability[region, k])
    for o in range(len(origin)):
        mean = (1.0 - part) * pool_origin[region, o] + part * origin[o]
        pool_origin[region, o] = min(1.0, mean)  # a mean of shares: 1 is passed by rounding only
    pool[region] += number
