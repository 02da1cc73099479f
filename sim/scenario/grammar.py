"""What may stand at a path, read off the JSON Schema of a scenario file and said in plain English."""

from collections.abc import Mapping
from typing import Any

from sim.scenario.text import one_of, show_number
from sim.scenario.tree import Keys

NONE = "none"
"""How a file says that a value which may be missing is missing; TOML has no word for it."""

Schema = dict[str, Any]

_KEY_PATTERN = "^[a-z][a-z0-9_]*$"
_KINDS = {"integer": "a whole number", "number": "a number", "boolean": "true or false", "string": "a text"}


class Grammar:
    """The JSON Schema of one kind of table, to be followed along paths.

    Parameters
    ----------
    schema
        As pydantic makes it: `$ref` for tables, `anyOf` with `null` for values that may be missing.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def at(self, keys: Keys) -> Schema | None:
        """Return the schema of what stands at a path; None if nothing can."""
        node = self.schema
        for key in keys:
            below = _below(self.solid(node), key)
            if below is None:
                return None
            node = below
        return self.follow(node)

    def follow(self, node: Schema) -> Schema:
        """Return what a reference stands for."""
        while "$ref" in node:
            node = self.schema["$defs"][node["$ref"].removeprefix("#/$defs/")]
        return node

    def solid(self, node: Schema) -> Schema:
        """Return a node without the possibility that the value is missing."""
        node = self.follow(node)
        choices = [one for one in node.get("anyOf", ()) if one.get("type") != "null"]
        return self.follow(choices[0]) if len(choices) == 1 else node

    def names(self, keys: Keys) -> list[str]:
        """Return the keys that the table at a path may have; none if the user names them."""
        node = self.at(keys)
        if node is None:
            return []
        node = self.solid(node)
        return list(node.get("properties") or node.get("propertyNames", {}).get("enum", ()))

    def name(self, keys: Keys) -> str:
        """Say what the names of entries in the table at a path must look like."""
        table = self.solid(self.at(keys) or {})
        patterns = [{"pattern": one} for one in table.get("patternProperties", ())]
        return "a text" + _looks({**table.get("propertyNames", {}), **(patterns[0] if patterns else {})})

    def is_named_by_user(self, keys: Keys) -> bool:
        """Say whether the table at a path has entries with names of the user's own, such as `brands`."""
        node = self.at(keys)
        table = self.solid(node) if node is not None else {}
        return table.get("type") == "object" and table.get("additionalProperties") is not False and not self.names(keys)

    def can_be_none(self, node: Schema) -> bool:
        """Say whether a value may be missing, and `none` could not be taken for a text."""
        choices = self.follow(node).get("anyOf", ())
        kinds = [self.follow(one).get("type") for one in choices]
        return "null" in kinds and "string" not in kinds

    def allowed(self, keys: Keys) -> str:
        """Say what is allowed at a path, as the rest of a sentence: `a number above 0`."""
        node = self.at(keys)
        return "nothing" if node is None else self._allowed(node)

    def _allowed(self, node: Schema) -> str:
        node = self.follow(node)
        if "enum" in node or "const" in node:
            return f"one of {one_of(node.get('enum') or [node['const']])}"
        if "anyOf" in node:
            words = [self._allowed(one) for one in node["anyOf"] if one.get("type") != "null"]
            said = " or ".join(dict.fromkeys(words))
            return f"{said}, or {NONE}" if self.can_be_none(node) else said
        kind = node.get("type", "")
        if kind == "array":
            inner = node.get("items")
            return f"a list{_count(node, 'Items')}" + (f", each entry {self._allowed(inner)}" if inner else "")
        if kind == "object":
            keys = node.get("properties")
            return f"a table with {one_of(keys)}" if keys else f"a table{_count(node, 'Properties')}"
        return _KINDS.get(kind, "something else") + _bounds(node)


def _below(node: Schema, key: str | int) -> Schema | None:
    """Return the schema of one entry of a table or list."""
    if isinstance(key, int):
        places = node.get("prefixItems", ())
        found: Any = places[key] if key < len(places) else node.get("items")
    elif "properties" in node:
        found = node["properties"].get(key)
    elif key not in node.get("propertyNames", {}).get("enum", [key]):
        found = None
    else:
        found = next(iter(node.get("patternProperties", {}).values()), None) or node.get("additionalProperties")
    return dict(found) if isinstance(found, Mapping) else None


def _bounds(node: Schema) -> str:
    """Say between which bounds a number lies, or how a text must look."""
    if node.get("type") == "string":
        return _looks(node)
    words = [
        f"{word} {show_number(node[bound])}"
        for bound, word in (
            ("minimum", "at least"),
            ("exclusiveMinimum", "above"),
            ("maximum", "at most"),
            ("exclusiveMaximum", "below"),
        )
        if bound in node
    ]
    return (" of " if words and words[0].startswith("at ") else " ") + " and ".join(words) if words else ""


def _looks(node: Schema) -> str:
    """Say how a text must look."""
    pattern, most = node.get("pattern"), node.get("maxLength")
    words = " of a-z, 0-9 and _, beginning with a letter" if pattern == _KEY_PATTERN else ""
    words = f" that matches {pattern}" if pattern and not words else words
    return words + (f", at most {most} characters long" if most else "")


def _count(node: Schema, what: str) -> str:
    """Say how many entries a table or list may have."""
    least, most = node.get(f"min{what}"), node.get(f"max{what}")
    words = [f"at least {least}"] * (least is not None) + [f"at most {most}"] * (most is not None)
    last = least if most is None else most
    return f" of {' and '.join(words)} {'entry' if last == 1 else 'entries'}" if words else ""
