"""Texts that mean something to somebody behind the mall, and how one sees that they were obeyed."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx

SLEPT = 3  # seconds that those who obey take longer
PROBLEM = "application/problem+json"
_SLOW = SLEPT - 0.5
_PRODUCT = ("1337*1409", str(1337 * 1409))
_BROKEN = re.compile(
    r"Traceback|psycopg|sqlalchemy|SQLSTATE|syntax error at|invalid input syntax|jinja2|msgspec\."
    r"|UndefinedFunction|asyncpg|site-packages|File \"/"
)

_SLEEPS = (
    "' || pg_sleep(3) || '",
    "'; SELECT pg_sleep(3); --",
    "1; SELECT pg_sleep(3)",
    "1) OR 1=(SELECT 1 FROM pg_sleep(3))--",
    "'||(SELECT CASE WHEN 1=1 THEN pg_sleep(3)::text END)||'",
    '") OR 1=(SELECT 1 FROM pg_sleep(3)) AND (""="',
    "$$||pg_sleep(3)||$$",
    "; sleep 3 #",
    "$(sleep 3)",
    "`sleep 3`",
    "| ping -c 4 127.0.0.1",
    "__import__('time').sleep(3)",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}${T(java.lang.Thread).sleep(3000)}",
)
_SUMS = (
    *("{{1337*1409}}", "${1337*1409}", "#{1337*1409}", "<%= 1337*1409 %>", "{1337*1409}"),
    *(
        "*{1337*1409}",
        "[[${1337*1409}]]",
        "{% print(1337*1409) %}",
        "{{=1337*1409}}",
        "@(1337*1409)",
    ),
    *("'+(1337*1409)+'", "=1337*1409", "1337*1409", "' || (1337*1409) || '", "$((1337*1409))"),
)
_OPERATORS = (
    *("'", '"', "\\", "`", "';--", "' OR '1'='1", "1 OR 1=1", "') OR ('1'='1", "admin'--", "%' --"),
    *("' UNION SELECT NULL,NULL,version()--", "/**/", "$$", "E'\\x27'", "U&'\\0027'", ":tenant_id"),
    *("%s", "%(id)s", "%n%n%n%s%x", "{}", "{0}", "{0.__class__.__init__.__globals__}", "{self}"),
    *(
        "name__icontains",
        "id__in",
        "__class__",
        "-created_at;",
        "sort desc, (select 1)",
        "*",
        "NULL",
    ),
    *('{"$gt": ""}', '[{"$ne": null}]', "$where", "$.** ? (@ > 0)", "->>'password_hash'", "a:b:c"),
    *(
        "a & | !",
        "a:* <-> b",
        "!!!",
        "((((",
        "%%%",
        "___",
        "[[:<:]]",
        "(a+)+$",
        "(?i)x",
        "\\N",
        "~*",
    ),
    *("en-US-u-co-phonebk", "zh-CN'--", "../en", "CNY'; --", "cny ", "XXX", "zh_CN.UTF-8", "und"),
)
_PATHS = (
    *(
        "../../../../etc/passwd",
        "..\\..\\windows\\win.ini",
        "....//....//etc/passwd",
        "/etc/passwd",
    ),
    *(
        "file:///etc/passwd",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "~root/.ssh",
        "con",
        "a/../../b",
        ".",
    ),
    *(
        "..",
        "php://filter/resource=x",
        '<!ENTITY x SYSTEM "file:///etc/passwd">',
        "${jndi:ldap://x/a}",
    ),
)
_HEADERS = (
    "a\r\nSet-Cookie: obeyed=1",
    "a\nX-Obeyed: 1",
    "%0d%0aX-Obeyed:%201",
    "\u560d\u560aX-Obeyed: 1",
    "a\r\n\r\n<script>obeyed</script>",
    "\x85X-Obeyed: 1",
)
_ODD = (
    *("a\0b", "\ud800", "\udfff\ud800", "\uffff", "\U0010ffff", "\u202e\u2066", "\ufeff", "ﷺ" * 20),
    *(
        "\u0130\u0131\u017f",
        "e" + "\u0301" * 300,
        "\x1b[2J",
        "\x7f",
        "\x08",
        "\u2028",
        "１２３",
        "Ⅷ",
    ),
    *("9" * 400, "-1", "1e309", "NaN", "-0", "0x1F", "1_000", "2147483648", "9223372036854775808"),
    *("-9223372036854775809", "٣", "1,5", "+1", "00", "1.", "true", "null", "[]", "{", "[" * 600),
    *(
        "0000-00-00",
        "99999-99-99T99:99:99Z",
        "2027-02-30",
        "'" * 500,
        "a" * 20_000,
        " ",
        "\t\n",
        "",
    ),
)
SPELLS: Sequence[str] = (*_SLEEPS, *_SUMS, *_OPERATORS, *_PATHS, *_HEADERS, *_ODD)


@dataclass(frozen=True)
class Pair:
    """Two texts of which only an obedient reader finds more with the first."""

    true: str
    false: str


PAIRS = (
    Pair("' or 'qzx'='qzx", "' or 'qzx'='qzy"),
    Pair("qzx' or 1=1 --", "qzx' or 1=2 --"),
    Pair("qzx%' or 1=1 --", "qzx%' or 1=2 --"),
    Pair("qzx') or ('a'='a", "qzx') or ('a'='b"),
    Pair('qzx" or "a"="a', 'qzx" or "a"="b'),
    Pair("qzx\\' or 1=1 --", "qzx\\' or 1=2 --"),
    Pair("%", "?"),
    Pair("______", "??????"),
    Pair("qzx:*", "qzx:?"),
    Pair("!qzx", "qzx"),
    Pair("qzx | !qzy", "qzx & !qzy"),
    Pair(".*", ".?"),
    Pair("[$ne]qzx", "[$eq]qzx"),
    Pair("*", "?"),
)


def amiss(spell: str, answer: httpx.Response, seconds: float) -> str:
    """Say what an answer betrays; "" when it is in order."""
    told = f"{answer.status_code} {answer.text[:200]!r}"
    if answer.status_code >= 500:
        return f"breaks: {told}"
    heads = " ".join(f"{name}: {value}" for name, value in answer.headers.multi_items())
    if "x-obeyed" in answer.headers or "obeyed=1;" in heads or "obeyed=1 " in heads:
        return f"writes headers: {heads}"
    if _PRODUCT[1] in answer.text and _PRODUCT[1] not in spell:
        return f"reckons: {told}"
    if "root:x:0" in answer.text:
        return f"reads files: {told}"
    if found := _BROKEN.search(answer.text.replace(spell, "")):
        return f"speaks of {found[0]}: {told}"
    kind = answer.headers.get("content-type", "")
    if answer.status_code >= 400 and "json" in kind and not kind.startswith(PROBLEM):
        return f"is no problem: {told}"
    return f"takes {seconds:.1f} s" if seconds > _SLOW else ""


def obeyed(pair: Pair, count: Callable[[str], int]) -> str:
    """Say how many more are found by what is always true; "" when there is no difference."""
    more, fewer = count(pair.true), count(pair.false)
    return "" if more == fewer else f"{pair.true!r} finds {more}, {pair.false!r} {fewer}"
