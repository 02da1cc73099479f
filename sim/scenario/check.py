"""A draft of a scenario, checked: every problem at once, or the scenario."""

import copy
import json
from collections.abc import Mapping

from pydantic import ValidationError

from sim.errors import ScenarioError
from sim.market.dials import Params
from sim.scenario.arms import arm_problems
from sim.scenario.english import fill_none, problems_of
from sim.scenario.grammar import Grammar
from sim.scenario.layers import Draft
from sim.scenario.model import BASELINE, Scenario, as_scenario, file_class
from sim.scenario.places import Problem, tell
from sim.scenario.ranges import range_problems
from sim.scenario.rules import market_problems
from sim.scenario.tree import Keys, Tree, put, table
