"""Educating owners: who is shown how to use the product takes more benefit from it, but too many contacts tire.

The second letter of R.E.A.L. (Relate, Educate, Advocacy, Learn). Contacts are sent in proportion to the stock of the
lever, so twice the spending means twice the contacts in the end, while what they teach saturates. Beyond what owners
want, contacts are an overload that takes away from the experience, less so where the content is varied.
"""

import numpy as np

from sim.market.block import Block
from sim.market.compiled import Array, kernel
from sim.market.dials import Params as BaseParams
from sim.market.dials import dial
from sim.market.market import Market
from sim.market.spec import LEVERS
from sim.market.state import Field
from sim.market.week import Behaviour, Phase

EDUCATE = LEVERS.index("educate")


class Params(BaseParams):
    """Whom education reaches, and when it becomes too much."""

    reach: float = dial(
        0.3, "share of owners whom education reaches", plausible=(0.1, 0.9), ge=0, le=1,
        source="assumption: a third of the owners read or watch anything",
    )  # fmt: skip
    contacts_wanted: float = dial(
        2.0, "contacts that owners welcome", unit="norms", plausible=(1, 4), ge=1, le=1000,
        source="assumption: twice what is usual in the category",
    )  # fmt: skip
    overload: float = dial(
        0.02, "what each further norm of contacts takes from the experience", unit="sd/norm", plausible=(0, 0.1), ge=0,
        le=10, source="assumption: small beside what is learned from the first contacts",
    )  # fmt: skip


def open_week(market: Market) -> None:
    """Work out what education adds to the experience of each brand's buyers."""
    params = market.params["education"]
    assert isinstance(params, Params)
    world = market.world
    new = np.array([brand.service.content_variety for brand in market.brand_specs])
    too_many = np.maximum(world.stock[EDUCATE] - params.contacts_wanted, 0.0)
    world.education[:] = params.reach * world.lift[EDUCATE] - params.overload * (1.0 - new) * too_many


@kernel
def _teach(count: int, choice: Array, education: Array, uplift: Array) -> None:
    for j in range(count):
        uplift[j] += education[choice[j]]


def on_visit(block: Block) -> None:
    """Let buyers take more from what they bought."""
    if block.world.education.any():
        _teach(block.count, block.visit.choice, block.world.education, block.visit.uplift)


BEHAVIOUR = Behaviour(
    name="education",
    phase=Phase.USE,
    order=6,
    does="takes more benefit from a product it was taught to use, less if contacts are too many",
    params=Params,
    world=(Field("education", ("B",), "float32", "sd", "what education adds to the experience, less overload"),),
    reads=("choice", "stock", "lift"),
    writes=("education", "uplift"),
    open_week=open_week,
    on_visit=on_visit,
)
