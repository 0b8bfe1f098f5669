from tools.architecture import sizes
from tools.architecture.tests.samples import Build, said


def test_a_file_has_at_most_500_lines(build: Build) -> None:
    assert said(sizes.faults(build({"mall/orders/rules.py": "x = 1\n" * 501}))) == [
        "mall/orders/rules.py:1: 501 lines, 500 is the limit - cut it by verb"
    ]
    assert said(sizes.faults(build({"mall/orders/rules.py": "x = 1\n" * 500}))) == []


def test_scripts_of_pages_count_and_what_is_built_does_not(build: Build) -> None:
    long = "let x = 1\n" * 501
    files = {
        "console/src/app.tsx": long,
        "mall/doors/storefront/static/main.js": long,
        "console/src/node_modules/x/index.js": long,
    }
    assert [fault.path for fault in sizes.faults(build(files))] == ["console/src/app.tsx"]


def test_a_function_has_at_most_60_lines(build: Build) -> None:
    def of(lines: int) -> dict[str, str]:
        return {"mall/orders/rules.py": "\ndef total():\n" + "    x = 1\n" * (lines - 1)}

    assert said(sizes.faults(build(of(61)))) == [
        "mall/orders/rules.py:1: total has 61 lines, 60 is the limit - split it"
    ]
    assert said(sizes.faults(build(of(60)))) == []
