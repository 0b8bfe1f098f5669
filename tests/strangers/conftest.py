"""One mall with tenants that know nothing of each other."""

from collections.abc import Generator

import pytest

from tests.faults.standing import Standing, standing_mall


@pytest.fixture(scope="session")
def street() -> Generator[Standing]:
    """Open a mall with the tenants north, south, rubbish, forms and fields."""
    with standing_mall("north", "south", "rubbish", "forms", "fields") as mall:
        yield mall
