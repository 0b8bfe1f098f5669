from pathlib import Path

import pytest

from tools.architecture.house import House
from tools.architecture.tests.samples import Build, write


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Give what writes files into one house and reads it; what was written before stays."""

    def made(files: dict[str, str]) -> House:
        house = write(tmp_path, files)
        assert house.unreadable == []
        return house

    return made
