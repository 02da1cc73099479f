"""Behaviours are tested in the same bare markets as theories: one file of helpers serves both folders."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "theory"))
