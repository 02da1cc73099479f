"""Calibrate once: constants by which shares stay put and the measured concentration is right when nobody moves.

Tastes alone give the right shares, but what shoppers do with them (habit, quotes, talk) tilts shares a little, and
changes how concentrated a shopper's purchases look. So the undisturbed market is run a few times: each brand's
constant moves by ln(share by tastes / simulated share), and the concentration of tastes by target / measured. What
is compared is the same shoppers with and without the rest, so that the luck of who was drawn cancels.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.errors import CalibrationError
from sim.market.chance import derive
from sim.market.compiled import cache_folder
from sim.market.dials import Params
from sim.market.market import Market
from sim.market.record.recorder import Recorder
from sim.market.record.window import Window
from sim.market.spec import Calibrated, MarketSpec
from sim.market.week import Behaviour

VISITS_A_WEEK = 3_000
YEARS = 8
WEEKS = 52 + 52 * YEARS
"""Many weeks and fewer shoppers, because the luck of weekly prices, common to all shoppers, is the larger noise."""
FIRST_REVIEWS = (0.4, 0.4, 0.4, 0.6, 1.0)
"""Reviews of 1 to 5 stars a thousand shoppers of the whole market, before the first round."""
GAINS = (1.0, 0.7, 0.5, 0.4, 0.3)
FALSE_ALARM = 0.001
"""Chance that a market at rest is taken for one that drifts, over all of its brands."""
TOLERANCE = 0.01
"""Largest error of ln share at the last round, beyond three standard errors, before a calibration counts as failed."""


@dataclass
class _Sums(Recorder):
    """Sums of the undisturbed market after its first year; units by year."""

    units: NDArray[np.int64]
    satisfaction: float = 0.0
    talked: float = 0.0
    valence: float = 0.0

    def close_week(self, market: Market) -> None:
        """Add the week."""
        if market.week < 52 - WEEKS:
            return
        tally = market.tally
        self.units[(market.week + WEEKS - 52) // 52] += tally.units
        self.satisfaction += float(tally.satisfaction.sum()) / 65536.0
        self.talked += float(tally.talked.sum())
        self.valence += float(tally.talk_valence.sum()) / 65536.0


def shares_by_taste(market: Market) -> NDArray[np.float64]:
    """Return the shares that the drawn tastes and rates give by themselves. Shape (B,)."""
    taste = market.state.taste.astype(np.float64)
    chosen = np.exp(taste - taste.max(axis=1, keepdims=True))
    chosen /= chosen.sum(axis=1, keepdims=True)
    weight = market.state.rate.astype(np.float64)
    result: NDArray[np.float64] = weight @ chosen / weight.sum()
    return result


def settle(
    spec: MarketSpec, params: Mapping[str, Params], behaviours: Mapping[str, Behaviour] | None = None, seed: int = 0
) -> Calibrated:
    """Fit the constants of a market at rest.

    Parameters
    ----------
    spec, params
        The market; its number of shoppers does not matter.
    seed
        Seed of the calibration's own shoppers, apart from those of any run.

    Raises
    ------
    CalibrationError
        If shares do not come within 1 % of their targets, or drift by more in six years, beyond what is luck.
    """
    spec = at_rest(spec)
    start = {k: b.share for k, b in spec.brands.items()}
    total = sum(start.values())
    now = Calibrated(
        constants=dict.fromkeys(start, 0.0),
        taste_concentration=spec.category.taste_concentration,
        satisfaction_centre=-0.1,
        talk_centre=0.3,
        reviews={key: [share / total * n for n in FIRST_REVIEWS] for key, share in start.items()},
    )
    for step, gain in enumerate(GAINS):
        now, error = _improve(spec, params, behaviours, now, gain, derive(seed, "steady", step))
    if error > TOLERANCE:
        raise CalibrationError(f"shares do not stay put: after {len(GAINS)} rounds the worst is off by {error:.1%}")
    return now


def at_rest(spec: MarketSpec) -> MarketSpec:
    """Return the market with every brand on sale and known: a brand's share is what it sells once that is so.

    Levels that each run draws anew are left at their mean, or else the luck of the levels drawn here would stand in the
    reviews with which every run starts, and shares would move once they have lost their weight.
    """
    known = {"awareness": None, "launch_week": None}
    brands = {
        key: brand.model_copy(update={**known, "quality": 0.0 if brand.quality is None else brand.quality})
        for key, brand in spec.brands.items()
    }
    return spec.model_copy(update={"brands": brands})


def _improve(
    spec: MarketSpec, params: Mapping[str, Params], behaviours: Mapping[str, Behaviour] | None, now: Calibrated,
    gain: float, seed: int,
) -> tuple[Calibrated, float]:  # fmt: skip
    """Run the undisturbed market once, move every constant towards its target, and tell the worst error beyond luck."""
    shoppers = int(np.clip(VISITS_A_WEEK / spec.category.purchase_rate, 1000, 200_000))
    trial = spec.model_copy(update={"shoppers": shoppers, "calibrated": now})
    sums, window = _Sums(np.zeros((YEARS, len(spec.brands)), np.int64)), Window(-52, 0)
    market = Market(trial, params, seed=seed, burn_in=WEEKS, behaviours=behaviours, recorders=[sums, window])
    for _ in range(WEEKS):
        market.step()
    bought = np.maximum(sums.units.sum(axis=0), 1)
    shares = bought / bought.sum()
    error = np.log(shares_by_taste(market) / shares)
    luck, drift = _luck_and_drift(sums.units)
    constants = np.array(list(now.constants.values())) + gain * (error - error @ shares)
    concentration = now.taste_concentration
    if concentration is not None:
        measured = window.concentration(market.shares)
        if not measured > 0:
            raise CalibrationError(
                "tastes cannot be told: too few shoppers bought twice in a year; "
                "raise category.purchase_rate or the smallest share"
            )
        target = spec.category.taste_concentration
        assert target is not None
        concentration *= float(np.clip((target / measured) ** gain, 0.5, 2.0))
    units = float(bought.sum())
    centre = now.satisfaction_centre + gain * sums.satisfaction / units
    talk = now.talk_centre + gain * (sums.valence / max(sums.talked, 1.0) - now.talk_centre)
    reviews = market.world.stars * 1000.0 / shoppers
    found = Calibrated(
        constants=dict(zip(now.constants, map(float, constants), strict=True)),
        taste_concentration=concentration,
        satisfaction_centre=centre,
        talk_centre=talk,
        reviews={k: [float(n) for n in row] for k, row in zip(now.constants, reviews, strict=True)},
    )
    return found, float(max((np.abs(error) - 3.0 * luck).max(), drift.max()))


def _luck_and_drift(units: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the standard error of ln share, and how far shares drift over six years beyond what is luck.

    A trend over the years (YEARS, B) is taken out first, so that drift does not pass for luck. Shapes (B,).
    """
    share = np.log(np.maximum(units / units.sum(axis=1, keepdims=True), 1e-9))
    deviation = share - share.mean(axis=0)
    from scipy.stats import t

    years = len(units)
    if years < 3:  # too few to tell a trend from luck
        return share.std(axis=0, ddof=min(years - 1, 1)) / np.sqrt(years), np.zeros(units.shape[1])
    year = np.arange(years) - (years - 1) / 2.0
    slope = year @ deviation / (year @ year)
    spread = np.sqrt(((deviation - np.outer(year, slope)) ** 2).sum(axis=0) / (years - 2))
    surprise = float(t.ppf(1.0 - FALSE_ALARM / units.shape[1] / 2.0, years - 2))
    drift = 5.0 * (np.abs(slope) - surprise * spread / np.sqrt(year @ year))
    return spread / np.sqrt(years), drift


def settled(
    spec: MarketSpec, params: Mapping[str, Params], behaviours: Mapping[str, Behaviour] | None = None
) -> MarketSpec:
    """Return the market with its constants: its own, else those found before, else newly fitted and kept."""
    if spec.calibrated is not None or not needs_constants(params):
        return spec
    path = _kept_at(spec, params, behaviours)
    try:
        found = Calibrated.model_validate_json(path.read_text())
    except (OSError, ValueError):
        found = settle(spec, params, behaviours)
        _keep(path, found)
    return spec.model_copy(update={"calibrated": found})


def is_settled(spec: MarketSpec, params: Mapping[str, Params]) -> bool:
    """Say whether the constants of a market are at hand without fitting."""
    return spec.calibrated is not None or not needs_constants(params) or _kept_at(spec, params, None).exists()


def needs_constants(params: Mapping[str, Params]) -> bool:
    """Say whether a market has tastes whose shares could drift; a market without tastes has no shares to keep."""
    taste = params.get("taste")
    return taste is None or taste.on


def _kept_at(spec: MarketSpec, params: Mapping[str, Params], behaviours: Mapping[str, Behaviour] | None) -> Path:
    """Return where the constants of this very market, fitted in this very way, would be kept."""
    told = {
        "fit": hashlib.sha256(Path(__file__).read_bytes()).hexdigest(),
        "spec": spec.model_dump(mode="json", exclude={"shoppers", "record", "calibrated"}),
        "sources": {name: b.source for name, b in (behaviours or {}).items() if b.source},
        "params": {name: p.model_dump(mode="json") for name, p in params.items()},
    }
    return cache_folder() / f"steady-{hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:24]}.json"


def _keep(path: Path, found: Calibrated) -> None:
    """Keep constants for the next run; a cache that cannot be written is no error."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        spare = path.with_suffix(".part")
        spare.write_text(found.model_dump_json())
        spare.replace(path)
    except OSError:
        return
