"""Division that knows of brands which nobody bought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def ratio(above: NDArray[Any], below: NDArray[Any]) -> NDArray[np.float64]:
    """Return `above` over `below`, in their common shape; NaN wherever `below` is not above 0."""
    shape = np.broadcast_shapes(above.shape, below.shape)
    divided: NDArray[np.float64] = np.divide(
        above, below, out=np.full(shape, np.nan), where=np.broadcast_to(below > 0, shape)
    )
    return divided
