"""Expert Shoppers: simulated shoppers, and the question whether to invest in experience or in a loyalty scheme.

The public names are imported when they are first used, so that `import sim` costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.api import Finished, compare, load_result, load_scenario, run
    from sim.market.market import Market

__all__ = ["Finished", "Market", "compare", "load_result", "load_scenario", "run"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    if name == "Market":
        from sim.market.market import Market

        return Market
    if name in __all__:
        from sim import api

        return getattr(api, name)
    raise AttributeError(f"module 'sim' has no {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__
