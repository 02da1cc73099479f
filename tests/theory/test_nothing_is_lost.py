"""Always: shoppers, purchases, money and points are conserved to the last unit (at length in `tests/market`)."""

import numpy as np

from sim.market.market import Market
from sim.market.record.panel import PanelRecorder
from sim.market.record.weekly import WeeklyTable
from sim.market.spec import Intervention


def test_every_unit_cent_and_point_is_somewhere_in_a_market_with_all_behaviours(small_spec):
    """Everybody's own records against the market's sums: what shoppers paid is brands', retailers' and fees."""
    panel, table = PanelRecorder(10**6), WeeklyTable(start=-2)
    scheme = Intervention(brand="acme", from_week=2, to_week=9, set={"scheme.reward_rate": 0.05, "scheme.threshold": 2})
    market = Market(small_spec(shoppers=1000), seed=25, burn_in=2, timeline=[scheme], recorders=[panel, table])
    held = market.state.points.sum(axis=0, dtype=np.int64)
    for _ in range(16):
        market.step()
    cents = {name: np.rint(100 * table.column(name)) for name in ("spending", "revenue", "retailer_margin", "fees")}
    assert (cents["spending"] == cents["revenue"] + cents["retailer_margin"] + cents["fees"]).all()
    units = np.bincount(panel.columns()["brand"], minlength=4)
    assert (units == table.column("units")[2:].sum(axis=0)).all()
    issued, redeemed, expired = (
        table.column(f"points_{name}")[:, :2].sum(axis=0) for name in ("issued", "redeemed", "expired")
    )
    assert (redeemed > 0).all()
    assert expired.any()
    assert (held + issued == redeemed + expired + market.state.points.sum(axis=0, dtype=np.int64)).all()
    assert len(market.state.taste) == len(market.state.rate) == 1000
