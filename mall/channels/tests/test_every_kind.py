"""The contract that every kind of channel keeps."""

import pytest

from mall.channels import load_kinds


@pytest.mark.parametrize("code", load_kinds())
def test_people_can_read_its_name(code: str) -> None:
    assert {"zh-CN", "en"} <= load_kinds()[code].titles.keys()


def test_the_three_ways_of_selling_are_there() -> None:
    assert {"web", "mini_program", "store"} <= load_kinds().keys()
