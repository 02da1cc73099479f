"""The JSON Schema: what editors complete and check."""

import json

from scenario_kit import BEHAVIOURS

from sim.scenario import json_schema


def schema():
    return json_schema(BEHAVIOURS)


def at(*path):
    """Return the schema of what stands at a path."""
    whole = schema()
    node = whole
    for name in path:
        node = node.get("properties", {}).get(name) or next(iter(node["patternProperties"].values()))
        while "$ref" in node:
            node = whole["$defs"][node["$ref"].rsplit("/", 1)[1]]
    return node


def test_a_behaviours_parameter_has_its_unit_range_and_source():
    weight = at("behaviours", "own_experience", "weight")
    assert weight["unit"] == "utility"
    assert weight["plausible"] == [0.1, 1]
    assert weight["source"] == "assumption: a test"
    assert weight["description"] == "weight of memory"
    assert (weight["minimum"], weight["maximum"], weight["default"]) == (0, 10, 0.5)


def test_a_file_may_extend_another_and_drop_what_it_inherits():
    assert schema()["properties"]["extends"]["type"] == "string"
    assert schema()["properties"]["drop"]["type"] == "array"


def test_unknown_keys_are_refused_everywhere():
    assert schema()["additionalProperties"] is False
    assert at("brands", "acme", "scheme")["additionalProperties"] is False
    assert at("brands")["additionalProperties"] is False


def test_nothing_is_required_of_a_file_that_extends_another():
    whole = schema()
    needed = whole.pop("else")
    assert whole["if"] == {"required": ["extends"]}
    assert '"required": ["' not in json.dumps({**whole, "if": None})
    assert "minProperties" not in json.dumps(whole)
    assert needed["required"] == ["brands", "retailers"]
    assert needed["properties"]["brands"]["minProperties"] == 2
    (brand,) = needed["properties"]["brands"]["patternProperties"].values()
    assert brand["required"] == ["share", "price"]


def test_a_value_that_may_be_missing_may_be_said_to_be_none():
    choices = at("category", "taste_concentration")["anyOf"]
    assert {"const": "none"} in choices
    assert "null" not in json.dumps(schema())


def test_the_schema_of_what_ships_names_every_behaviour_that_is_found():
    from sim.market.week import discover

    text = json.dumps(json_schema())
    assert all(f'"{name}"' in text for name in discover())
