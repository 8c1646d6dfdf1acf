"""Array types used throughout the model."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
UidArray = npt.NDArray[np.uint64]
Array = npt.NDArray[np.float64] | npt.NDArray[np.int64] | npt.NDArray[np.bool_] | npt.NDArray[np.uint64]
