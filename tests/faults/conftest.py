"""The mall that faults happen to."""

from collections.abc import Generator

import pytest

from tests.faults.standing import Standing, standing_mall


@pytest.fixture(scope="session")
def standing() -> Generator[Standing]:
    """Open a mall with one tenant, called north."""
    with standing_mall("north") as mall:
        yield mall
