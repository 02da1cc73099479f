"""What of an arm is scaled when its cost is matched: the same rule for whoever checks a file and whoever runs it."""

from collections.abc import Sequence

SPEND = "spend"
"""How a file names all of an arm's money on levers."""

STRENGTHS = ("price", "scheme.reward_rate")
"""Settings that say how much a brand gives away; the others of a scheme are its terms."""

PARTS_OF_COST: dict[str, tuple[str, ...]] = {
    SPEND: ("lever_spend",),
    "price": ("price_reduction",),
    "scheme": ("rewards", "administration", "outstanding_points", "voucher_cost", "perk_cost"),
    "service": ("gesture_cost", "recovery_cost", "contact_cost"),
    "profile": ("insight_cost",),
}
"""First name of a path to the parts of the cost that it causes; all else that a brand can set costs nothing."""


def parts_of_cost(path: str) -> tuple[str, ...]:
    """Return the parts of an arm's cost that what stands at a path causes; none if it costs nothing."""
    return PARTS_OF_COST.get(path.split(".", maxsplit=1)[0], ())


def usual_scales(sets: Sequence[str], *, spends: bool) -> tuple[str, ...]:
    """Return what is scaled in an arm that does not say so.

    Parameters
    ----------
    sets
        Paths of the numbers that the focal brand sets to something else than they are.
    spends
        Whether the focal brand spends on levers.

    Returns
    -------
    tuple
        The spend, if there is any; else price and reward rate as far as they are set; else every number that is set.
    """
    if spends:
        return (SPEND,)
    return tuple(path for path in sets if path in STRENGTHS) or tuple(sets)
