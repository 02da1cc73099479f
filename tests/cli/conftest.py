"""Folders to work in, with the tiny market in them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cli_kit import PANEL, TINY, type_command


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """Work in a folder with the tiny market and a small panel."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.toml").write_text(TINY)
    (tmp_path / "panel.csv").write_text(PANEL)
    return tmp_path


@pytest.fixture
def with_changes(here) -> Callable[..., str]:
    """Write the tiny market with some of its text replaced; return the file's name."""

    def write(*changes: tuple[str, str], name: str = "changed.toml") -> str:
        text = TINY
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (here / name).write_text(text)
        return name

    return write


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Path:
    """Run the tiny market once, on one thread; return the folder in which its result folder is."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "tiny.toml").write_text(TINY)
    done = type_command("compare", str(folder / "tiny.toml"), "--threads", "1", "--out", str(folder / "results"))
    assert done.exit_code == 0, done.output
    return folder
