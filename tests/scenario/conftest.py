import pytest


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Return a way to write a file into an empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)

    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write
