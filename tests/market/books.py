"""A recorder that keeps its own books and holds them against the market's."""

import numpy as np

from sim.market.block import Block
from sim.market.market import Market
from sim.market.record.recorder import Recorder


class Books(Recorder):
    """Keeps its own books, visit by visit, and holds them against the market's sums at the end of every week."""

    def __init__(self) -> None:
        self.weeks = 0
        self.opening: np.ndarray | None = None
        self.issued = self.redeemed = self.expired = 0
        self.margins: list[np.ndarray] = []  # what retailers kept of each brand's sales, week by week

    def open_week(self, market: Market) -> None:
        brands = len(market.shares)
        if self.opening is None:  # schemes that ran before the start have members with points on their cards
            self.opening = market.state.points.sum(axis=0, dtype=np.int64)
        self.visits = self.add_ons = self.fees = 0
        self.units = np.zeros(brands, np.int64)
        self.paid, self.passed_on = (np.zeros(brands, np.int64) for _ in range(2))

    def on_visit(self, block: Block) -> None:
        visit, count = block.visit, block.count
        brand, paid, retailer = (getattr(visit, name)[:count].astype(int) for name in ("choice", "paid", "retailer"))
        assert len(np.unique(visit.who[:count])) == count  # one visit a shopper and round
        assert (paid > 0).all()
        wholesale = block.world.wholesale[retailer, brand]
        self.visits += count
        offered = "add_on" in {behaviour.name for behaviour in block.market.plan.behaviours}
        takers = np.flatnonzero(visit.taking[:count] * offered)
        self.add_ons += len(takers)
        np.add.at(self.paid, brand[takers], block.world.add_on_price[brand[takers]])
        np.add.at(self.passed_on, brand[takers], block.world.add_on_wholesale[retailer[takers], brand[takers]])
        self.fees += block.world.fee_cents[retailer].sum()
        np.add.at(self.units, brand, 1)
        np.add.at(self.paid, brand, paid)
        np.add.at(self.passed_on, brand, wholesale)

    def close_week(self, market: Market) -> None:
        tally, state, world = market.tally, market.state, market.world
        self.weeks += 1
        assert self.visits == tally.trips[0] - tally.postponed_visits[0]
        assert (self.units == tally.units).all()
        assert tally.units.sum() == self.visits
        assert self.add_ons == tally.add_ons.sum()
        assert self.fees == tally.fees.sum()
        assert self.paid.sum() + self.fees == tally.spending.sum()
        assert (self.passed_on == tally.revenue).all()
        assert tally.spending.sum() == tally.revenue.sum() + tally.retailer_margin.sum() + tally.fees.sum()  # in cents
        assert (tally.spending >= 0).all()
        self.margins.append(tally.spending - tally.revenue)
        self.issued += tally.points_issued
        self.redeemed += tally.points_redeemed
        self.expired += tally.points_expired
        held = state.points.sum(axis=0, dtype=np.int64)
        assert (self.opening + self.issued == self.redeemed + self.expired + held).all()
        assert (held == world.outstanding).all()
        assert (state.points >= 0).all()
        assert (state.points[state.member == 0] == 0).all()
        assert (state.gold <= state.member).all()
        assert (state.gold.sum(axis=0) == world.gold_members).all()
        assert (tally.voucher_cost >= 0).all()
        assert (tally.voucher_cost <= tally.spending).all()
        assert (tally.perk_cost >= 0).all()
        assert len(state.taste) == len(state.rate) == market.spec.shoppers
        for buyers in (tally.recommended, tally.talked, tally.reviews_posted.sum(axis=1)):
            assert (buyers >= 0).all()
            assert (buyers <= tally.units).all()
