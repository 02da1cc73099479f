"""Means and their 95 % intervals over replicates, for many weeks at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Band:
    """A mean with its interval; arrays of one shape, NaN where nothing was measured or one replicate says nothing."""

    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def band(values: NDArray[np.float64]) -> Band:
    """Return the t interval of the mean over replicates.

    Parameters
    ----------
    values
        Shape (replicates, W), NaN where nothing was measured.

    Returns
    -------
    Band
        Shapes (W,).
    """
    from scipy.special import stdtrit

    there = np.isfinite(values)
    number = there.sum(axis=0)
    mean = np.where(there, values, 0.0).sum(axis=0) / np.maximum(number, 1)
    squares = np.where(there, values - mean, 0.0) ** 2
    spread = np.sqrt(squares.sum(axis=0) / np.maximum(number - 1, 1))
    half = stdtrit(np.maximum(number - 1, 1), 0.975) * spread / np.sqrt(np.maximum(number, 1))
    mean = np.where(number > 0, mean, np.nan)
    half = np.where(number > 1, half, np.nan)
    return Band(mean, mean - half, mean + half)
