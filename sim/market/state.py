"""The frame that holds all shopper state: named arrays that can be filled and never rebound."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import ContractError

NEVER = -32768
"""In `bought_week`: this shopper never bought the brand."""


@dataclass(frozen=True)
class Field:
    """What one array holds.

    Parameters
    ----------
    name
        Name by which behaviours read it.
    axes
        Letters of its axes: N shoppers, B brands, S schemes, V visits of the round at hand; a digit is a fixed length.
    dtype
        NumPy type of its elements.
    unit
        Unit of its elements, empty for a pure number.
    doc
        What it means, in one clause.
    fill
        Value at the start.
    fixed
        Whether it never changes once the market is built, so that forked arms can share it.
    """

    name: str
    axes: tuple[str, ...]
    dtype: str
    unit: str
    doc: str
    fill: float = 0
    fixed: bool = False


class Frame:
    """Arrays by name; `frame.points[:] = 0` works, `frame.points = x` raises.

    Parameters
    ----------
    fields
        What to hold; two behaviours may declare the same field only in the same words.
    sizes
        Length of each axis by its letter.

    Raises
    ------
    ContractError
        If two fields of one name differ, or if an array is bound anew.
    """

    def __init__(self, fields: Iterable[Field], sizes: Mapping[str, int]) -> None:
        held: dict[str, Field] = {}
        for field in fields:
            if held.setdefault(field.name, field) != field:
                raise ContractError(f"field {field.name!r} is declared twice, in different words")
        object.__setattr__(self, "fields", held)
        for field in held.values():
            shape = tuple(sizes[axis] for axis in field.axes)
            array = np.full(shape, field.fill, field.dtype) if field.fill else np.zeros(shape, field.dtype)
            object.__setattr__(self, field.name, array)

    def __setattr__(self, name: str, value: object) -> None:
        if value is self.__dict__.get(name):  # `frame.points += 1` fills in place, then binds the same array
            return
        raise ContractError(f"{name!r} cannot be bound anew; fill it: frame.{name}[:] = value")

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - arrays of any type
        raise AttributeError(f"no array {name!r}; there are {', '.join(self.__dict__.get('fields', {}))}")

    def __iter__(self) -> Iterator[tuple[Field, NDArray[Any]]]:
        for name, field in self.fields.items():
            yield field, getattr(self, name)

    @property
    def nbytes(self) -> int:
        """Bytes held by all arrays."""
        return sum(array.nbytes for _, array in self)

    def copy(self) -> "Frame":
        """Return a frame with its own arrays, sharing only those that never change."""
        twin = object.__new__(Frame)
        object.__setattr__(twin, "fields", self.fields)
        for field, array in self:
            object.__setattr__(twin, field.name, array if field.fixed else array.copy())
        return twin
