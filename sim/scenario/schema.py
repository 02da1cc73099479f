"""The JSON Schema of a scenario file, by which editors complete and check."""

import copy
from typing import Any

from sim.scenario.grammar import NONE, Grammar, Schema
from sim.scenario.layers import DROP, EXTENDS
from sim.scenario.load import Behaviours, known_behaviours
from sim.scenario.model import file_class

_EXTENDS: Schema = {
    "type": "string",
    "description": "scenario that this one changes: a shipped scenario's name, or a file beside this one",
}
_DROP: Schema = {
    "type": "array",
    "items": {"type": "string"},
    "description": "paths of what is inherited and not wanted; gone before this file's own values are laid over",
}
_NEEDS = ("required", "minProperties")


def json_schema(behaviours: Behaviours | None = None) -> dict[str, Any]:
    """Return the JSON Schema of a scenario file, with each behaviour's parameters, their units, ranges and sources.

    Parameters
    ----------
    behaviours
        Parameters of every behaviour by its name; those that are found if left out.

    Notes
    -----
    Nothing is required of a file that extends another. What several values must satisfy together, such as shares that
    sum to 1, is beyond a schema.
    """
    whole = file_class((known_behaviours() if behaviours is None else behaviours).items()).model_json_schema()
    needs = _needs(whole, Grammar(whole))
    schema = _without_needs(whole)
    properties = {EXTENDS: _EXTENDS, DROP: _DROP, **schema.pop("properties")}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Scenario of Expert Shoppers",
        "properties": properties,
        "if": {"required": [EXTENDS]},
        "else": needs,
    }


def _needs(node: Schema, grammar: Grammar) -> Schema:
    """Return only what a schema demands to be there, at any depth."""
    node = grammar.solid(node)
    found: Schema = {key: node[key] for key in _NEEDS if key in node}
    inner = {name: _needs(one, grammar) for name, one in node.get("properties", {}).items()}
    entries = {name: _needs(one, grammar) for name, one in node.get("patternProperties", {}).items()}
    for name, parts in (("properties", inner), ("patternProperties", entries)):
        if kept := {key: part for key, part in parts.items() if part}:
            found[name] = kept
    if isinstance(node.get("additionalProperties"), dict) and (part := _needs(node["additionalProperties"], grammar)):
        found["additionalProperties"] = part
    return found


def _without_needs(node: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Return a schema without demands, in which a value that may be missing can be said to be `none`.

    Names that do not match their pattern are refused, which pydantic does without saying it in its schema.
    """
    if isinstance(node, list):
        return [_without_needs(one) for one in node]
    if not isinstance(node, dict):
        return copy.copy(node)
    unsaid = [*_NEEDS, *(["default"] if node.get("default", "") is None else [])]
    kept = {key: _without_needs(one) for key, one in node.items() if key not in unsaid}
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    if {"type": "null"} in kept.get("anyOf", ()):
        choices = [one for one in kept["anyOf"] if one != {"type": "null"}]
        is_text = any(one.get("type") == "string" for one in choices)
        kept["anyOf"] = choices if is_text else [*choices, {"const": NONE}]
    return kept
