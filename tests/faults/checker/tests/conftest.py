"""One honest mall for all tests of the checker, and a copy of it for each."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.faults.checker.tests.honest import Copy, Honest, copied, honest_mall


@pytest.fixture(scope="session")
def honest() -> Generator[Honest]:
    """Let an honest mall do business for some seconds."""
    with honest_mall() as mall:
        yield mall


@pytest.fixture
def copy(honest: Honest, tmp_path: Path) -> Generator[Copy]:
    """Copy it."""
    with copied(honest, tmp_path) as made:
        yield made
