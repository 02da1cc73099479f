"""The review platform: per brand a recency-weighted count of 1 to 5 stars, and what it says about the brand."""

from typing import TYPE_CHECKING

import numpy as np

from sim.market.state import Field

if TYPE_CHECKING:
    from sim.market.market import Market

STARS = np.arange(1.0, 6.0)

FIELDS = (
    Field("stars", ("B", "Y"), "float64", "reviews", "recency-weighted reviews of 1 to 5 stars"),
    Field("score", ("B",), "float64", "stars", "recency-weighted sum of what the reviews say"),
    Field("score_square", ("B",), "float64", "stars^2", "recency-weighted sum of squares of what they say"),
    Field(
        "rating_start",
        ("B",),
        "float64",
        "stars",
        "mean rating when the undisturbed market was left",
    ),
    Field("reviews_start", ("B",), "float64", "reviews", "reviews when the undisturbed market was left"),
    Field("favourable_start", ("B",), "float64", "reviews", "favourable reviews when the undisturbed market was left"),
    Field("rating_change", ("B",), "float64", "stars", "mean rating less that at the start"),
    Field("rating_spread", ("B",), "float64", "stars", "standard deviation of single reviews"),
    Field(
        "volume_change",
        ("B",),
        "float64",
        "",
        "ln of (reviews + 1) over the same at the start, or that of 4 and 5 stars if it is less",
    ),
)


def seed_platform(market: "Market", reviews: np.ndarray, score_by_star: bool = True) -> None:
    """Start the platform with a number of reviews of each star. `reviews` has shape (B, 5)."""
    world = market.world
    world.stars[:] = reviews
    if score_by_star:
        world.score[:] = reviews @ STARS
        world.score_square[:] = reviews @ STARS**2
    else:  # as many reviews that say "just as the market's norm"
        world.score[:] = 0.0
        world.score_square[:] = 0.0


def read_platform(market: "Market") -> None:
    """Work out what the platform says this week; until the burn-in is over, today's ratings are the norm.

    A new brand's norm is what it will have once everybody knows it, with which the platform starts.
    """
    world = market.world
    count, favourable = world.stars.sum(axis=1), world.stars[:, 3:].sum(axis=1)
    some = np.maximum(count, 1e-12)
    rating = np.where(count > 0, world.score / some, 0.0)
    if market.undisturbed or not market.memo.get("reviews/norm"):
        settled = ~world.spreads | (not market.memo.get("reviews/norm"))
        market.memo["reviews/norm"] = True
        np.copyto(world.rating_start, rating, where=settled)
        np.copyto(world.reviews_start, count, where=settled)
        np.copyto(world.favourable_start, favourable, where=settled)
    known = (count > 0) & (world.reviews_start > 0)
    world.rating_change[:] = np.where(known, rating - world.rating_start, 0.0)
    world.rating_spread[:] = np.sqrt(np.maximum(np.where(count > 0, world.score_square / some, 0.0) - rating**2, 0.0))
    volume = np.log((count + 1.0) / (world.reviews_start + 1.0))
    world.volume_change[:] = np.minimum(volume, np.log((favourable + 1.0) / (world.favourable_start + 1.0)))


def post_reviews(market: "Market", retention: float) -> None:
    """Let old reviews lose weight and add this week's, counted in whole reviews and 1/65536 of a star."""
    world, tally = market.world, market.tally
    world.stars[:] = world.stars * retention + tally.reviews_posted
    world.score[:] = world.score * retention + tally.review_score / 65536.0
    world.score_square[:] = world.score_square * retention + tally.review_score_square / 65536.0
