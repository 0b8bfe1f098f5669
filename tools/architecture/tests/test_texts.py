from tools.architecture import texts
from tools.architecture.tests.samples import Build, said

TEMPLATE = f"{texts.TEMPLATES}/cart.html"


def judged(build: Build, template: str, english: str = '{"购物车": "Cart"}') -> list[str]:
    return said(texts.faults(build({TEMPLATE: template, texts.ENGLISH: english})))


def test_every_text_of_a_template_has_its_english(build: Build) -> None:
    assert judged(build, "{{ _('购物车') }}\n{{ _('结算', n=1) }}") == [
        f"{TEMPLATE}:2: no English for “结算” - add it to {texts.ENGLISH}"
    ]
    assert judged(build, "{{ _('购物车') }}\n{{ _('购物车', n=1) }}") == []


def test_an_english_text_that_nothing_says_is_named(build: Build) -> None:
    assert judged(build, "{{ _('购物车') }}", '{"购物车": "Cart", "结算": "Pay"}') == [
        f"{texts.ENGLISH}:1: nothing says “结算” - remove the entry"
    ]


def test_a_text_is_written_out(build: Build) -> None:
    assert judged(build, "{{ _('购物车') }}{{ _(title) }}") == [
        f"{TEMPLATE}:1: _() around something that is no literal - write the text out"
    ]


def test_a_template_that_cannot_be_parsed_is_named(build: Build) -> None:
    (fault,) = judged(build, "{{ _('购物车') }}\n{% if %}", "{}")
    assert fault.startswith(f"{TEMPLATE}:2: cannot be parsed: ")


def test_a_text_that_python_says_or_keeps_has_its_english(build: Build) -> None:
    page = f"{texts.STOREFRONT}/cart.py"
    build({texts.ENGLISH: '{"购物车": "Cart"}'})
    for code in ('frame.say("{0}")', 'STATES = {{"paid": "{0}"}}', 'say(f"{0}{{n}}")'):
        bad, good = code.format("结算"), code.format("购物车")
        assert f"{page}:1: no English for “结算” - add it to {texts.ENGLISH}" in said(
            texts.faults(build({page: bad}))
        )
        assert said(texts.faults(build({page: good}))) == []


def test_a_text_in_both_languages_needs_no_entry(build: Build) -> None:
    page = f"{texts.STOREFRONT}/cart.py"
    both = '"""说明"""\nTITLE = {"zh-CN": "购物车", "en": "Cart"}'
    assert said(texts.faults(build({page: both}))) == []
