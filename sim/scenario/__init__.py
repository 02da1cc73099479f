"""Scenario files: TOML that says how a market differs from another, read into frozen, checked objects."""

from sim.scenario.load import LoadedScenario, load_scenario, open_scenario, parse_scenario, shipped, with_values
from sim.scenario.model import BASELINE, Arm, Range, Scenario
from sim.scenario.schema import json_schema
from sim.scenario.write import to_toml

__all__ = [
    "BASELINE",
    "Arm",
    "LoadedScenario",
    "Range",
    "Scenario",
    "json_schema",
    "load_scenario",
    "open_scenario",
    "parse_scenario",
    "shipped",
    "to_toml",
    "with_values",
]
