"""Who asks for English gets it on every page and in every file: what is left in Dutch is quoted, and marked as Dutch.

The English of the catalogue is put between brackets that no page has. What then stands outside of them is a number, a name,
a day, or something that passed the catalogue by.
"""

import csv
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from rulebook.agreements import load
from rulebook.figures import NORMS_SOURCE
from services.board import language, translating
from services.board.doing.table import ACTIONS
from services.board.live import Hub
from services.board.rights import EVERYWHERE, Person, Role
from tests import every_page
from tests.journey.conftest import TODAY
from tests.unit.access_site import AccessSite
from waakvlam.catalogue import event_types
from waakvlam.topics import agencies, municipalities

AGREEMENTS = load(Path(__file__).parents[2] / "agreements")
ME = Person(id=every_page.ME, roles=frozenset(Role), municipalities=EVERYWHERE)
TITLES = frozenset(rule.title for one in AGREEMENTS.files for rule in one.rules.values())
VOID = {"meta", "link", "img", "input", "br", "hr"}
HEARD = ("title", "aria-label", "placeholder", "alt", "data-aan", "data-uit", "data-bezig")
NAMES = sorted(
    {
        *municipalities().values(),
        *(one.name for one in agencies().values()),
        "Nederlands",
        "English",
        "Waakvlam",
        "Veilig Thuis",
    },
    key=len,
    reverse=True,
)
KINDS = {one.name.replace("_", " ").capitalize() for one in event_types().values()}  # named as in their contract
MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
PLAIN = re.compile(rf"\b(?:{MONTH}|[0-9A-F]{{4}}-[0-9A-F]{{4}}|[0-9a-f-]{{36}}|m-2|{every_page.ME}|CSV|ST-\d+)\b")
real = language.catalogue


def bracketed(name):
    """Return a catalogue with its texts in brackets."""
    return {dutch: f"⟦{text}⟧" for dutch, text in real(name).items()}


def outside(text):
    """Return the words of a text that stand outside of all brackets, and are no name, day or number."""
    while (less := re.sub(r"⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = less
    for name in (*NAMES, *KINDS):
        text = text.replace(name, " ")
    return " ".join(re.findall(r"[A-Za-zÀ-ÿ]{2,}", PLAIN.sub(" ", text)))


def unquoted(value, quotes):
    """Return a value of a file without what is quoted in it: a file cannot mark it as Dutch, as a page does."""
    for one in sorted(quotes, key=len, reverse=True):
        value = value.replace(one, " ")
    return value


class Reader(HTMLParser):
    """Hears a page as somebody does who does not understand Dutch; what is marked Dutch is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.open, self.found = [], []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "html":
            given.pop("lang")  # a page that says of itself that it is Dutch is not what was asked for
        quoted = any(one for _, one in self.open) or given.get("lang") == "nl"
        if not quoted:
            self.found += [outside(given[name]) for name in HEARD if given.get(name)]
        if tag not in VOID:
            self.open.append((tag, quoted or tag in {"svg", "script"}))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not any(one for _, one in self.open):
            self.found.append(outside(data))


def unspoken(page):
    """Return what a page says that is neither English nor marked as Dutch."""
    reader = Reader()
    reader.feed(page)
    return sorted({one for one in reader.found if one})


@pytest.fixture
def site(tmp_path, monkeypatch):
    for module in (language, translating):
        monkeypatch.setattr(module, "catalogue", bracketed)
    with AccessSite(tmp_path, agreements=AGREEMENTS) as made:
        every_page.tell_everything(made.region, TODAY)
        yield made


@pytest.fixture
def browser(site):
    made = site.browser(ME)
    made.headers["accept-language"] = "en"
    return made


def test_there_is_a_family_with_whom_everything_can_be_done(site):
    assert every_page.forms_without_a_subject(every_page.scene(site.region, AGREEMENTS)) == []


def test_every_page_speaks_english_to_who_asks_for_it(site, browser):
    found = {}
    for address in every_page.pages(site.app, every_page.scene(site.region, AGREEMENTS)):
        answer = browser.get(address)
        assert answer.status_code in {200, 404, 409}, (address, answer.status_code)
        if unspoken(answer.text):
            found[address.split("?")[0]] = unspoken(answer.text)

    assert found == {}


def test_every_form_says_in_english_what_is_not_right_with_it(site, browser):
    scene, found = every_page.scene(site.region, AGREEMENTS), {}
    for action in ACTIONS.values():
        subject = action.subjects(scene)[0]
        answer = browser.post(f"/zaak/{scene.case}/doe/{action.id}", data=site.signed(over=subject.id, beurt="99"))
        assert answer.status_code == 422, action.id
        if unspoken(answer.text):
            found[action.id] = unspoken(answer.text)

    assert found == {}


def test_every_file_is_in_english_in_its_heads_and_in_each_of_its_words(site, browser):
    found, seen = {}, {}
    told = {row.title for row in site.region.reader.store.open_alerts()[1]}
    for address in set(every_page.files(site.app)) - {"/inzage.csv"}:  # its heads are the names of a norm
        answer = browser.get(address)
        assert answer.status_code == 200, address
        lines = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
        seen[address] = len(lines)
        for line in lines:
            for column, value in enumerate(line):
                if words := outside(unquoted(value, {*TITLES, *told, *NORMS_SOURCE})):
                    found.setdefault((address, column), set()).add(words)

    assert found == {}
    assert min(seen.values()) > 1, f"a file without a line shows nothing: {seen}"


def test_news_is_told_in_english_too(site, browser, monkeypatch):
    async def one_beat(_):
        yield

    monkeypatch.setattr(Hub, "beats", one_beat)
    for address in ("/stroom?stand=1", f"/zaak/{site.region.case(every_page.FAMILY)}/stroom?versie=1"):
        told = browser.get(address).text
        assert "⟦" in told, address
        assert unspoken(re.sub(r"^\w+:", "", told, flags=re.MULTILINE)) == []


def test_a_fault_of_our_own_is_told_in_english_too(site, browser, monkeypatch):
    case = site.region.case(every_page.FAMILY)
    monkeypatch.setattr(site.region.ledger, "history", None)
    fault = site.browser(ME, raises=False)
    fault.headers["accept-language"] = "en"
    answer = fault.get(f"/zaak/{case}")
    assert (answer.status_code, unspoken(answer.text)) == (500, [])


def test_these_guards_bite():
    page = '<p title="Kop">⟦A family⟧ gezin <b lang="nl">rust</b> 24 November 2026, ⟦in ⟦3 days⟧⟧</p><svg>x y zz</svg>'

    assert unspoken(page) == ["Kop", "gezin"]
