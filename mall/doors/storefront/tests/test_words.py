"""What the guard does not look at: the English says the same holes, and numbers have both forms."""

import re

from mall.doors.storefront.environment import environment
from mall.doors.storefront.saying import english

_HOLES = re.compile(r"\{(\w+)\}")


def test_the_english_has_the_holes_of_the_chinese() -> None:
    for chinese, text in english().items():
        for part in text.split("|"):
            said, wanted = set(_HOLES.findall(part)), set(_HOLES.findall(chinese))
            assert said == wanted or (said | {"n"} == wanted and "|" in text), chinese


def test_no_english_text_is_left_in_chinese() -> None:
    for text in english().values():
        assert not re.search("[\u4e00-\u9fff]", text), text


def test_every_template_can_be_read() -> None:
    made = environment()
    for name in made.list_templates():
        assert made.get_template(name).name == name
