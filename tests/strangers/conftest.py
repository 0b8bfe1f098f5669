"""One mall with tenants that know nothing of each other."""

from collections.abc import Generator

import pytest

from tests.faults.standing import Standing, standing_mall


@pytest.fixture(scope="session")
def street() -> Generator[Standing]:
    """Open a mall with tenants, each of them for the tests of one kind."""
    kinds = (
        "north",
        "south",
        "rubbish",
        "forms",
        "fields",
        "few",
        "many",
        "roles",
        "nosy",
        "marked",
        "injected",
        "led",
    )
    with standing_mall(*kinds) as mall:
        yield mall
