"""Looks at pages for anything that somebody else's text has made of them."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from playwright.sync_api import Browser, BrowserContext, Dialog, Frame, Page, Request, Route

# Runs in the page. What can be told from the tree is told from the tree: whatever would run on a
# click, or once the policy of the page is gone, and not only what has run so far.
INSPECT = r"""
(function inspect(root, own) {
  const found = [], led = /^(javascript|vbscript|data:text|data:application|data:image\/svg)/i;
  const bring = "iframe,object,embed,applet,frame,frameset,base,portal,animate,set,use";
  const leads = ["href", "src", "action", "formaction", "data", "xlink:href", "background",
    "values", "to", "poster"];
  const say = (one, why) => found.push(`${why}: ${one.outerHTML.slice(0, 160)}`);
  for (const one of root.querySelectorAll("*")) {
    for (const {name, value} of one.attributes) {
      const to = value.replace(/[\x00-\x20]/g, "");
      if (/^on/i.test(name)) say(one, "handler");
      if (/^(data-)?hx-on/i.test(name) || name === "srcdoc") say(one, "handler");
      if (name === "style" && /url|expression|animation/i.test(value)) say(one, "style");
      if (leads.includes(name.toLowerCase()) && led.test(to)) say(one, "address");
      if (/^(data-)?hx-/i.test(name) && /evil/.test(value)) say(one, "hx");
    }
    const brought = one.getAttribute("src") || one.getAttribute("href") || "";
    if (one.matches("script")) {
      const told = /^application\/(ld\+)?json$/.test(one.type);
      const ours = brought ? brought.startsWith("/assets/") : told;
      if (!ours || one.namespaceURI.endsWith("svg")) say(one, "script");
    }
    if (one.matches("link") && /^(\/[/\\]|[a-z]+:|\\)/i.test(brought) && !brought.startsWith(own))
      say(one, "link");
    if (one.matches(bring) || one.matches("meta[http-equiv]")) say(one, "element");
    if (one.localName === "form" && /evil/.test(one.getAttribute("action") || ""))
      say(one, "form");
  }
  return found;
})
"""
_WATCH = """
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (event) =>
    violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
"""
# Everything that a visitor could set off by touching the page.
_TOUCH = """() => {
  const names = ["click", "mouseover", "pointerenter", "focus", "toggle", "animationstart",
    "load", "error", "begin", "beforeinput", "resize", "scrollend", "pageshow", "beforetoggle"];
  document.addEventListener("click", (event) => event.preventDefault(), {capture: true});
  for (const one of document.querySelectorAll("main *"))
    for (const name of names) one.dispatchEvent(new Event(name, {cancelable: true}));
}"""
# Read by Chromium's own parser, many at once, without being shown.
_READ = """async (paths) => {
  const inspect = INSPECT, found = [], waiting = [...paths];
  const read = async () => {
    for (let path; (path = waiting.pop()) !== undefined; ) {
      const answer = await fetch(path);
      if (answer.status >= 500) found.push([path, `${answer.status}`]);
      const text = await answer.text();
      const page = new DOMParser().parseFromString(text, "text/html");
      for (const what of inspect(page, location.origin)) found.push([path, what]);
    }
  };
  await Promise.all([read(), read(), read(), read()]);
  return found;
}""".replace("INSPECT", INSPECT)
_READ_TEXTS = """(texts) => texts.map((text) => (INSPECT)(
  new DOMParser().parseFromString(`<main>${text}</main>`, "text/html"), location.origin).length)
""".replace("INSPECT", INSPECT)


@dataclass
class Eyes:
    """A browser that notices. ``noticed``: by the address of a page, what went wrong there."""

    page: Page
    home: str
    policy: bool  # the Content-Security-Policy is obeyed
    noticed: list[str] = field(default_factory=list[str])
    hits: list[str] = field(default_factory=list[str])  # what really ran, or was really fetched

    def look(self, path: str, *, touch: bool = False) -> None:
        """Open a page of the mall, and judge it."""
        answer = self.page.goto(f"{self.home}{path}")
        assert answer is not None and answer.status < 500, path
        self.judge(path, touch=touch)

    def judge(self, path: str, *, touch: bool = False) -> None:
        """Judge the page that is open."""
        if touch:
            self.page.evaluate(_TOUCH)
        for what in self.page.evaluate(f"{INSPECT}(document, location.origin)"):
            self.noticed.append(f"{path} {what}")
        for what in self.page.evaluate("window.violations || []"):
            if not what.startswith("img-src"):  # pictures of others may stand in descriptions
                self.noticed.append(f"{path} was stopped by the policy only: {what}")

    def read(self, paths: Sequence[str]) -> None:
        """Have pages of the mall read by the browser without opening each."""
        for path, what in self.page.evaluate(_READ, list(paths)):
            self.noticed.append(f"{path} {what}")

    def dangerous(self, texts: Sequence[str]) -> int:
        """Count the texts that would do something if nobody escaped them."""
        return sum(map(bool, self.page.evaluate(_READ_TEXTS, list(texts))))

    @property
    def wrong(self) -> list[str]:
        """Everything that was noticed."""
        return self.noticed + self.hits

    def hit(self, n: object = 0) -> None:
        """Note that a payload ran; pages call it."""
        self.hits.append(f"{self.page.url} ran {n}")

    def watch(self, context: BrowserContext) -> None:
        """Notice from now on what runs, what is asked for, and where pages lead."""
        context.on("page", self._hear)
        self._hear(self.page)
        context.route("**/*", self._asked)

    def _hear(self, page: Page) -> None:
        def dialog(one: Dialog) -> None:
            self.hits.append(f"{page.url} dialog {one.message}")
            one.dismiss()

        def went(frame: Frame) -> None:
            if not frame.url.startswith((self.home, "about:")):
                self.hits.append(f"{frame.url} was opened")

        page.on("dialog", dialog)
        page.on("framenavigated", went)

    def _asked(self, route: Route, request: Request) -> None:
        """Let nothing leave the mall; a picture of others is stopped by the policy, if any."""
        if request.url.startswith((f"{self.home}/", "data:image")):
            route.continue_()
            return
        if self.policy or request.resource_type != "image":
            self.hits.append(f"{request.frame.url} asked for {request.url}")
        route.abort()


@contextmanager
def eyes(browser: Browser, home: str, *, policy: bool, language: str) -> Generator[Eyes]:
    """Give a browser at a mall; without ``policy`` nothing but the escaping is left."""
    context: BrowserContext = browser.new_context(bypass_csp=not policy, locale=language)
    context.set_default_timeout(15_000)
    page = context.new_page()
    made = Eyes(page, home, policy)
    cast("Any", page).expose_function("hit", made.hit)  # its type is not known whole
    context.add_init_script(_WATCH)
    made.watch(context)
    yield made
    context.close()
