"""What looks at a market while it runs: recorders read and never write."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.market.block import Block
    from sim.market.market import Market


class Recorder:
    """Does nothing; recorders override what they need."""

    def open_week(self, market: "Market") -> None:
        """Run before the shoppers move."""

    def on_visit(self, block: "Block") -> None:
        """Run after each round of visits, possibly in several threads at once."""

    def close_week(self, market: "Market") -> None:
        """Run after the week is over, before the next begins."""
