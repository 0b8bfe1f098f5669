"""Fills forms in, wrongly or rightly, and says what is amiss with the answers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx

from tests.strangers.desk import Desk, right
from tests.strangers.papers import Control, Page, Paper
from tests.strangers.rubbish import encoded
from tests.strangers.takes import KEPT_TOGETHER, LEADS, SECRETS, takes
from tests.strangers.watching import Watch

FORM = "application/x-www-form-urlencoded"
CHINESE = re.compile("[\u4e00-\u9fff]")
CODE = re.compile("[0-9]{6}")
PROVED = {"/register", "/password"}  # these want the code that was sent to the address
_NEWEST_LETTER = """
SELECT body FROM messaging.message WHERE tenant_id = %s AND email <> ''
 ORDER BY written_at DESC LIMIT 1
"""
INSIDE = re.compile(r"/(?![/\\])")


@dataclass(frozen=True)
class Case:
    """One kind of rubbish in one field of one form."""

    who: str
    paper: Paper
    control: Control
    kind: str
    language: str

    def __str__(self) -> str:
        """Name it."""
        return f"{self.paper.name} {self.control.name} {self.kind} ({self.who}, {self.language})"


class Filling:
    """Sends forms and notes what is answered wrongly."""

    def __init__(self, desk: Desk, watch: Watch) -> None:
        self.desk, self.watch = desk, watch
        self.wrong = list[str]()
        self.payable = dict[str, str]()

    def send(self, who: str, paper: Paper, body: str, language: str) -> httpx.Response:
        """Send a form as a browser does."""
        return self.post(who, paper, body.encode(), FORM, language)

    def post(self, who: str, paper: Paper, body: bytes, kind: str, language: str) -> httpx.Response:
        """Send anything to where a form goes."""
        visitor = self.desk.visitors[who]
        headers = {"Accept-Language": language, "Accept": "text/html"}
        if paper.verb == "GET":
            answer = visitor.get(f"{paper.action}?{body.decode()}", headers=headers)
        else:
            headers |= {"Content-Type": kind}
            answer = visitor.post(paper.action, content=body, headers=headers)
        if who == "nobody":
            self._forget_tries()
        visitor.cookies.clear()
        return answer

    def fields(self, who: str, paper: Paper) -> dict[str, str]:
        """Fill a form in rightly."""
        fields = right(paper)
        if paper.action == "/checkout":
            fields["shown"] = self._payable(who, paper, fields)
        if paper.action in PROVED:
            asked = urlencode({"email": fields["email"]}).encode()
            self.desk.visitors["nobody"].post(
                f"{paper.action}/ask", content=asked, headers={"Content-Type": FORM}
            ).raise_for_status()
            self._forget_tries()
            [(letter,)] = self.watch.run(_NEWEST_LETTER)
            fields["code"] = next(iter(CODE.findall(letter)))
        return fields

    def try_out(self, case: Case) -> None:
        """Send one case and judge the answer."""
        fields = self.fields(case.who, case.paper)
        fields.setdefault(case.control.name, next(iter(case.control.values), "1"))
        body = encoded(fields, case.control.name, case.kind, self.desk.somebodys)
        self.watch.changed()
        answer = self.send(case.who, case.paper, body, case.language)
        leads = answer.headers.get("location", "")
        taken = answer.is_success or (answer.is_redirect and "why=" not in leads)
        if answer.status_code >= 500 or (answer.is_redirect and not INSIDE.match(leads)):
            self.wrong.append(f"{case}: {answer.status_code} {leads}")
        elif case.control.name in LEADS and case.paper.action == "/sign-in/code":
            pass  # the code is wrong anyway
        elif taken != (case.kind in takes(case.paper, case.control)):
            said = "is taken" if taken else "is refused"
            self.wrong.append(f"{case} {said}: {answer.status_code} {leads}")
        elif not taken:
            self.wrong += [f"{case} {amiss}" for amiss in self._amiss(case, answer, fields)]
        if taken:
            self.mend(case.who, case.paper)

    def _forget_tries(self) -> None:
        self.watch.run("DELETE FROM kernel.attempt WHERE tenant_id = %s")

    def _amiss(self, case: Case, answer: httpx.Response, fields: dict[str, str]) -> Iterator[str]:
        """Say what a refusal lacks."""
        if changed := self.watch.changed():
            yield f"changes {changed}"
        if answer.is_redirect:
            says = {"Accept-Language": case.language, "Accept": "text/html"}
            answer = self.desk.visitors[case.who].get(answer.headers["location"], headers=says)
        page, control = Page(answer.text), case.control
        if not answer.headers["content-type"].startswith("text/html"):
            yield "is answered without a page"
        elif page.language != case.language:
            yield f"is answered in {page.language}"
        said = page.errors_at(control.name)
        if not control.is_seen:  # at the top, unless the page now asks for it
            said = said or [max(page.notices(), key=len, default="")]
        if not said or not all(is_said(one, case.language) for one in said):
            yield f"is answered with {answer.status_code} and {said}"
        for other in case.paper.controls if control.is_seen else ():
            if other.name == control.name or not other.is_seen:
                continue
            if other.name in SECRETS:
                if page.shows(other.name):
                    yield f"shows {other.name} again"
            elif not _together(control, other) and not page.keeps(
                other, fields.get(other.name, "")
            ):
                yield f"loses {other.name}"

    def _payable(self, who: str, paper: Paper, fields: dict[str, str]) -> str:
        """Read what the page asks for once it knows where the order goes."""
        if who not in self.payable:
            answer = self.send(who, paper, urlencode(fields | {"step": "freight"}), "zh-CN")
            shown = (one.value for one in Page(answer.text).controls if one.name == "shown")
            self.payable[who] = next(shown)
        return self.payable[who]

    def mend(self, who: str, paper: Paper) -> None:
        """Put back what a form that was taken has taken away."""
        if paper.action == "/sign-out":
            self.desk.sign_in_again()
        if paper.action.startswith(("/cart/", "/checkout")) and who != "nobody":
            self.desk.put_back(who)
        if paper.action == "/account/addresses/new":
            self.watch.run(
                "DELETE FROM members.address WHERE tenant_id = %s AND not is_default"
                " AND name NOT LIKE 'kanarek%%'"
            )


def is_said(words: str, language: str) -> bool:
    """Tell whether words are there, and in a language."""
    return bool(words) and bool(CHINESE.search(words)) == (language == "zh-CN")


def _together(one: Control, other: Control) -> bool:
    return one.name.startswith(KEPT_TOGETHER) and other.name.startswith(KEPT_TOGETHER)
