"""The ratio of two means that were measured together, with Fieller's interval."""

import numpy as np
from numpy.typing import NDArray


def ratio_of_means(
    above: NDArray[np.float64], below: NDArray[np.float64], level: float = 0.95
) -> tuple[float, float, float]:
    """Return mean(above)/mean(below) with Fieller's interval: every ratio that a paired t test does not refuse.

    It holds for any coefficient of variation of `below`, while an interval that takes `below` for known is too narrow,
    and one by the delta method is symmetric where the truth is skewed. With `below` the same in all replicates it is
    the t interval of the mean over `below`. Source: Fieller (1954), Some Problems in Interval Estimation, Journal of
    the Royal Statistical Society B 16(2).

    Parameters
    ----------
    above, below
        One value a replicate, shape (R,).
    level
        Confidence level.

    Returns
    -------
    tuple
        Ratio, low, high. All NaN unless the mean of `below` is above zero; limits NaN from a single replicate, and
        where `below` may be zero by chance, since the interval has then no end.
    """
    from scipy.special import stdtrit

    a, b, n = float(above.mean()), float(below.mean()), len(above)
    if not b > 0:
        return float("nan"), float("nan"), float("nan")
    if n < 2:
        return a / b, float("nan"), float("nan")
    spread = np.cov(above, below) * float(stdtrit(n - 1, 0.5 + level / 2.0)) ** 2 / n
    leading = b * b - spread[1, 1]
    middle = a * b - spread[0, 1]
    if not leading > 0:
        return a / b, float("nan"), float("nan")
    half = float(np.sqrt(max(middle**2 - leading * (a * a - spread[0, 0]), 0.0)))
    return a / b, float((middle - half) / leading), float((middle + half) / leading)
