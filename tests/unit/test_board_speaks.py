"""Which language a page speaks, how a region makes it its own, and what a theme may not do."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from ledger.words import DAY
from services.board import language
from services.board.language import preferred, say, speaking
from services.board.theme import OWN, theme_of
from services.board.translating import Page
from services.board.web import static_files
from waakvlam.errors import Misconfigured

NOON = 1_795_516_200_000_000  # 24 november 2026, 11.30 uur


@pytest.mark.parametrize(
    ("asked", "kept", "accepted", "found"),
    [
        ("en", "nl", "nl", "en"),
        ("", "en", "nl", "en"),
        ("", "", "en-GB,en;q=0.9,nl;q=0.8", "en"),
        ("", "", "de, en;q=0.5, nl;q=0.7", "nl"),
        ("", "", "", "nl"),
        ("klingon", "<script>", "x" * 5000, "nl"),
    ],
)
def test_the_language_is_as_asked_now_or_before_or_as_the_browser_says(asked, kept, accepted, found):
    assert preferred(asked, kept, accepted) == found


def test_days_and_durations_are_said_in_the_language_of_the_request():
    with speaking("en"):
        assert language.moment(NOON) == "24 November 2026 at 11:30"
        assert language.how_long(NOON - DAY * 3, now=NOON) == "3 days"
        assert language.how_long(NOON - 3_600_000_000, now=NOON) == "1 hour"
        assert language.role("team_manager") == "the team manager"
    assert language.moment(NOON) == "24 november 2026 om 11.30 uur"


def test_what_no_catalogue_has_stays_dutch():
    with speaking("en"):
        assert say("Iets dat niemand vertaalde: {x}", x=1) == "Iets dat niemand vertaalde: 1"


def test_only_what_people_read_is_looked_up():
    page = Page(str.upper)

    seen = page.pieces('<a class="kop" title="naar">tekst <b>vet</b>') + page.pieces(" los</a><p id='")

    assert seen == '<a class="kop" title="NAAR">TEKST <b>VET</b> LOS</a><p id=\''


def theme(folder, sheet, about='name = "Veilig Thuis Voorbeeld"'):
    (folder / "theme.toml").write_text(about, "utf-8")
    (folder / "theme.css").write_text(sheet, "utf-8")
    return theme_of(folder)


def test_a_theme_brings_a_name_and_colours(tmp_path):
    made = theme(tmp_path, "/* groen */ :root { --blauw: #14532d; --grond: #f4f7f4; }")

    assert (made.name, made.sheet, made.logo) == ("Veilig Thuis Voorbeeld", "theme.css", OWN.logo)
    assert theme_of(None) == OWN


@pytest.mark.parametrize(
    ("sheet", "says"),
    [
        (":root { --blauw: #9fd3ff; }", "niet te lezen"),
        (":root { --blauw: url(//elders); }", "geen --naam"),
        ("body { display: none; }", "mag alleen"),
        (":root { --blauw: #14532d; } @import 'x';", "mag alleen"),
        ("", "mag alleen"),
    ],
)
def test_a_theme_that_cannot_be_read_or_does_more_than_name_colours_is_refused(tmp_path, sheet, says):
    with pytest.raises(Misconfigured, match=says):
        theme(tmp_path, sheet)


def test_a_theme_without_a_name_says_what_to_write(tmp_path):
    with pytest.raises(Misconfigured, match=r"theme\.toml"):
        theme_of(tmp_path)
    with pytest.raises(Misconfigured, match="name"):
        theme(tmp_path, ":root { --blauw: #14532d; }", about="titel = 1")


def test_a_theme_that_kubernetes_mounts_by_links_is_read_and_served(tmp_path):
    """A ConfigMap is mounted as links to a folder that is replaced as a whole."""
    real = tmp_path / "..2026_11_28"
    real.mkdir()
    theme(real, ":root { --blauw: #14532d; }")
    (tmp_path / "..data").symlink_to(real.name)
    for name in ("theme.toml", "theme.css"):
        (tmp_path / name).symlink_to(f"..data/{name}")
    site = FastAPI()
    site.mount("/static", static_files(theme_of(tmp_path)))

    with TestClient(site) as client:
        assert client.get("/static/theme.css").text == ":root { --blauw: #14532d; }"
        assert client.get("/static/..%2f..%2fetc/passwd").status_code == 404
