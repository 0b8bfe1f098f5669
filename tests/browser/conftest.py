"""Visitors with a real Chromium, who notice everything that goes wrong on their pages."""

import warnings
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from tests.conftest import OpenMall
from tools.setup.browser import find_browser

PHONE, DESK = (390, 844), (1280, 900)
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP *.localhost 127.0.0.1",
)
_PATIENCE = 15_000  # milliseconds; a busy machine is no failure
_MISSING = (
    "NO CHROMIUM: the browser journeys are LEFT OUT. Install chromium and fonts-noto-cjk, or name "
    "one with MALL_CHROMIUM=/path/to/chromium · 没有 Chromium,浏览器测试被跳过"
)


@dataclass
class Visitor:
    """Somebody with a browser of their own. ``complaints``: what went wrong on their pages."""

    context: BrowserContext
    page: Page
    home: str  # address of the mall, without a slash at the end
    complaints: list[str] = field(default_factory=list[str])

    def go(self, path: str) -> Response:
        """Open a page of the mall."""
        answer = self.page.goto(f"{self.home}{path}")
        assert answer is not None
        return answer

    def number(self) -> str:
        """Read the number of the order that the address speaks of."""
        parts = self.page.url.removeprefix(self.home).split("?")[0].split("/")
        assert parts[1] in {"orders", "pay"}, self.page.url
        return parts[2]

    def hear(self, page: Page) -> None:
        """Note from now on what goes wrong on a page."""

        def said(message: ConsoleMessage) -> None:
            refusal = "the server responded with a status of" in message.text  # answered() knows
            if message.type in {"error", "warning"} and not refusal:
                self.complaints.append(f"{page.url} console: {message.text}")

        def answered(response: Response) -> None:
            beside = response.request.resource_type != "document"
            if response.status >= 500 or (beside and response.status >= 400):
                self.complaints.append(f"{page.url} {response.status}: {response.url}")

        def failed(request: Request) -> None:
            why = request.failure or ""
            if "ERR_ABORTED" not in why:  # a picture that a page no longer waits for
                self.complaints.append(f"{page.url} {why}: {request.url}")

        def broke(error: Exception) -> None:
            self.complaints.append(f"{page.url} script: {error}")

        page.on("console", said)
        page.on("response", answered)
        page.on("requestfailed", failed)
        page.on("pageerror", broke)


type Invite = Callable[..., Visitor]


@pytest.fixture(scope="package")
def chromium() -> Generator[Browser]:
    """Start one Chromium for the tests of this folder; without any they are left out, loudly."""
    found = find_browser()
    if found is None:
        warnings.warn(_MISSING, stacklevel=1)
        pytest.skip(_MISSING)
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def invite(mall: OpenMall, chromium: Browser) -> Generator[Invite]:
    """Give the power to invite visitors. None of their pages may have gone wrong in the end."""
    invited = list[Visitor]()

    def come(
        size: tuple[int, int] = PHONE,
        *,
        language: str = "zh-CN",
        script: bool = True,
        shop: str = "demo",
    ) -> Visitor:
        width, height = size
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            locale=language,
            java_script_enabled=script,
            has_touch=size == PHONE,
            reduced_motion="reduce",
        )
        context.set_default_timeout(_PATIENCE)
        visitor = Visitor(context, context.new_page(), f"http://{shop}.localhost:{mall.port}")
        context.on("page", visitor.hear)
        visitor.hear(visitor.page)
        invited.append(visitor)
        return visitor

    yield come
    for one in invited:
        one.context.close()
    assert [complaint for one in invited for complaint in one.complaints] == []
