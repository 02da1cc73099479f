"""In which line of a TOML text each key stands; Python's own reader does not say."""

import re
from bisect import bisect_left

from sim.scenario.tree import DEEPEST, Keys, unquote

_GAP = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_KEY = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[A-Za-z0-9_-]+')
_TEXT = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'  # closed by three quotes, before which two more may stand
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_BARE_VALUE = re.compile(r"[^,\]}#\n]+")


def line_index(text: str) -> dict[Keys, int]:
    """Find the line, counted from 1, in which each table, key and list entry of a TOML text begins.

    Parameters
    ----------
    text
        A text that `tomllib` has read without complaint; of any other the result means nothing.

    Returns
    -------
    dict
        Path to line; a table that is written in several pieces has the line of the first. Of what is nested too
        deeply only the beginning is listed.
    """
    return _Scanner(text).scan()


class _Scanner:
    """Walks once through a text; knows keys, brackets and texts, and trusts the rest."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.breaks = [i for i, char in enumerate(self.text) if char == "\n"]
        self.lines: dict[Keys, int] = {}
        self.entries: dict[Keys, int] = {}  # lists made of [[headers]], and how many entries they have so far

    def scan(self) -> dict[Keys, int]:
        prefix: Keys = ()
        self._take(_GAP)
        while self.at < len(self.text):
            prefix = self._header() if self.text[self.at] == "[" else self._pair(prefix)
            self._take(_GAP)
        return self.lines

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        assert found is not None, f"no {pattern.pattern} at {self.at}"
        self.at = found.end()
        return found.group()

    def _note(self, path: Keys) -> None:
        if len(path) > DEEPEST + 1:
            return
        self.lines.setdefault(path, bisect_left(self.breaks, self.at) + 1)

    def _names(self) -> list[str]:
        """Read a key with its dots."""
        names: list[str] = []
        while True:
            self._take(_SPACE)
            name = self._take(_KEY)
            names.append(unquote(name) if name[0] in "\"'" else name)
            self._take(_SPACE)
            if not self.text.startswith(".", self.at):
                return names
            self.at += 1

    def _header(self) -> Keys:
        """Read `[table]` or `[[entry]]`; return the path that the keys below it belong to."""
        brackets = 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        names = self._names()
        path: Keys = ()
        for name in names[:-1]:
            path = self._inside((*path, name))
        path = (*path, names[-1])
        self._note(path)
        if brackets == 2:
            self.entries[path] = self.entries.get(path, 0) + 1
            path = self._inside(path)
        self.at += brackets
        return path

    def _inside(self, path: Keys) -> Keys:
        """Step into a table, or into the last entry of a list of tables."""
        self._note(path)
        if path in self.entries:
            path = (*path, self.entries[path] - 1)
            self._note(path)
        return path

    def _pair(self, prefix: Keys) -> Keys:
        """Read `key = value`; return the prefix again."""
        path = prefix
        for name in self._names():
            path = (*path, name)
            self._note(path)
        self.at += 1
        self._value(path)
        return prefix

    def _value(self, path: Keys) -> None:
        self._take(_GAP)
        first = self.text[self.at]
        if first in "[{":
            self._inner(path, "]" if first == "[" else "}")
        else:
            self._take(_TEXT if first in "\"'" else _BARE_VALUE)

    def _inner(self, path: Keys, closing: str) -> None:
        """Read a list or an inline table."""
        self.at += 1
        place = 0
        self._take(_GAP)
        while self.text[self.at] != closing:
            if closing == "]":
                self._note((*path, place))
                self._value((*path, place))
                place += 1
            else:
                self._pair(path)
            self._take(_GAP)
            if self.text[self.at] == ",":
                self.at += 1
            self._take(_GAP)
        self.at += 1
