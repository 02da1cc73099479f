"""What a strategy changes in a given week: interventions with a beginning, an end and a ramp."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sim.market.dials import Settings
from sim.market.spec import Brand, Intervention

Some = TypeVar("Some", bound=Settings)


def progress(intervention: Intervention, week: int) -> float | None:
    """Return how far a change has come, from 0 at its first week to 1 after its ramp; None while it is not active.

    Parameters
    ----------
    intervention
        The change.
    week
        Week counted from the end of the burn-in; negative within it.
    """
    since = week - intervention.from_week
    if since < 0 or (intervention.to_week is not None and week >= intervention.to_week):
        return None
    return 1.0 if since >= intervention.ramp_weeks else since / intervention.ramp_weeks


def effective(base: Brand, interventions: Sequence[Intervention], week: int) -> Brand:
    """Return a brand as it is in a week.

    Parameters
    ----------
    base
        The brand without any change.
    interventions
        Those of this brand; the market's own and other brands' must be left out.
    week
        Week counted from the end of the burn-in; negative within it.

    Returns
    -------
    Brand
        `base` itself while nothing is active. Numbers move evenly over the ramp from what they would be without the
        change; all else changes at once. The change that begins later wins, of two that begin together the one written
        later. `spend` of all changes adds up on top of the brand's own.
    """
    active = _active(interventions, week)
    if not active:
        return base
    brand = effective_settings(base, [change for change, _ in active], week)
    if not any(change.spend for change, _ in active):
        return brand
    spend = dict(brand.spend)
    for change, share in active:
        for lever, money in change.spend.items():
            spend[lever] = spend.get(lever, 0.0) + money * share
    return brand.model_copy(update={"spend": spend})


def effective_settings(base: Some, interventions: Iterable[Intervention], week: int, prefix: str = "") -> Some:
    """Return any settings as they are in a week: a behaviour's parameters, a retailer, or a brand without its spend.

    Parameters
    ----------
    base
        The settings without any change.
    interventions
        Changes that may set something in them.
    week
        Week counted from the end of the burn-in; negative within it.
    prefix
        Path of the settings in the scenario, such as `behaviours.own_experience`; empty for those of a brand.

    Returns
    -------
    Settings
        `base` itself while nothing in it is changed.
    """
    begin = f"{prefix}." if prefix else ""
    active = [
        (path.removeprefix(begin), value, share)
        for change, share in _active(interventions, week)
        for path, value in change.set.items()
        if path.startswith(begin)
    ]
    if not active:
        return base
    values = base.model_dump()
    for path, value, share in active:
        *tables, last = path.split(".")
        inner = values
        for name in tables:
            inner = inner[name]
        inner[last] = _between(inner.get(last), value, share)
    return type(base).model_validate(values)


def _active(interventions: Iterable[Intervention], week: int) -> list[tuple[Intervention, float]]:
    """Return the changes at work in a week, those that win last, each with how far it has come."""
    found = ((change, progress(change, week)) for change in interventions)
    active = [(change, share) for change, share in found if share is not None]
    return sorted(active, key=lambda one: one[0].from_week)


def _between(old: Any, new: Any, share: float) -> Any:  # noqa: ANN401 - values of any field
    """Move a number part of the way; anything that is no number changes at once."""
    if share >= 1 or not (_is_number(old) and _is_number(new)):
        return new
    moved = old + (new - old) * share
    return round(moved) if isinstance(old, int) else moved


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
