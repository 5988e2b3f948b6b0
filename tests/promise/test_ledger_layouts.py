"""A ledger that an earlier version made is brought up to date, and one of a later version is left alone."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from ledger import tables
from ledger.application import Ledger

FIRST = tuple((Path(__file__).parent / "layout-1.sql").read_text("utf-8").split(";"))


@pytest.fixture
def of_layout_1(url: str, clock, keys, drafts, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a ledger that layout 1 made, with something in it."""
    with monkeypatch.context() as then:
        then.setattr(tables, "CREATE", FIRST)
        then.setattr(tables, "LAYOUT", 1)
        then.setattr(tables, "STEPS", {})
        with closing(Ledger.open(url, clock=clock, keys=keys)) as ledger, ledger.writing() as w:
            w.append(drafts.many(300, personal={"note": "fictief"}, persons={"psn-1": "p1"}))
    return url


@pytest.fixture
def migrate(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, dict[str, object]]]:
    def called(url: str, *words: str) -> tuple[int, dict[str, object]]:
        monkeypatch.setenv("WAAKVLAM_LEDGER", url)
        told = CliRunner().invoke(app, ["migrate", "--json", *words])
        return told.exit_code, json.loads(told.stdout or "{}")

    return called


def test_a_ledger_of_layout_1_is_migrated_and_does_all_that_a_new_one_does(
    of_layout_1, migrate, clock, keys, drafts
) -> None:
    assert migrate(of_layout_1, "--plan") == (
        0,
        {"layout": 1, "wanted": tables.LAYOUT, "steps": list(tables.STEPS.values())},
    )
    assert migrate(of_layout_1)[1]["steps"] == list(tables.STEPS.values())
    assert migrate(of_layout_1) == (0, {"layout": tables.LAYOUT, "wanted": tables.LAYOUT, "steps": []})

    with closing(Ledger.open(of_layout_1, clock=clock, keys=keys)) as ledger:
        assert ledger.unseal(ledger.history("case-a")[0]) == {"note": "fictief"}
        with ledger.writing() as w:
            (position,) = w.append(drafts.many(1))
            w.ask_for_proofs([("e-301", "politie-nn", position)])
            w.decide_erasure("e-erase", "case-a")
        assert ledger.finish_erasures() == 1
        ledger.proofs.grow(position)
        assert len(ledger.proofs.root(position)) == 32
        assert list(ledger.verify_all()) == []


def test_a_plan_changes_nothing(of_layout_1, migrate) -> None:
    assert migrate(of_layout_1, "--plan") == migrate(of_layout_1, "--plan")


def test_a_ledger_of_a_later_version_is_left_alone(ledger, url, migrate) -> None:
    with ledger._recorder.writing() as t:
        t.execute("UPDATE state SET value = 99 WHERE name IN ('layout', 'goes_on_from')")

    assert migrate(url)[0] == Exit.REFUSED
    with ledger._recorder.reading() as t:
        assert tables.state(t)["layout"] == 99
