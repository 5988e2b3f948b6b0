"""Every metric that a rule or a dashboard names is in the table, and every metric in the table is asked for, or says why not."""

import re
from collections.abc import Iterator

import promql_parser
import pytest

from deploy.grafana import dashboards
from deploy.grafana.panels import DASHBOARDS
from ledger.metrics import METRICS
from tests.contract import metrics_page
from tests.contract.alert_rules import alerts

SUFFIXES = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
SHOWN = {row.name + suffix: row for row in METRICS for suffix in SUFFIXES[row.kind]}


def expressions() -> Iterator[tuple[str, str]]:
    """Yield every question to Prometheus with where it stands."""
    for name, rule in alerts().items():
        yield name, rule["expr"]
    for name, (_, panels) in DASHBOARDS.items():
        for panel in panels:
            for expression, _ in panel.questions:
                yield f"{name}: {panel.title}", expression


def selectors(part: object) -> Iterator[promql_parser.VectorSelector]:
    """Yield every series that an expression asks for."""
    if isinstance(part, promql_parser.VectorSelector):
        yield part
    for name in ("expr", "lhs", "rhs", "vector_selector"):
        if (inner := getattr(part, name, None)) is not None:
            yield from selectors(inner)
    for inner in getattr(part, "args", None) or ():
        yield from selectors(inner)


ASKED = list(expressions())


@pytest.mark.parametrize(("where", "expression"), ASKED, ids=[f"{number}" for number in range(len(ASKED))])
def test_what_is_asked_is_in_the_table(where: str, expression: str) -> None:
    found = list(selectors(promql_parser.parse(expression)))

    assert found or expression == "vector(1)", where
    for one in found:
        assert one.name in SHOWN, f"{where} asks for {one.name}"
        told = {*SHOWN[one.name].labels, "instance", "job"}
        assert {matcher.name for matcher in one.matchers.matchers} <= told, f"{where}: {one.name} has no such label"


def test_what_is_in_the_table_is_asked_or_says_why_not() -> None:
    asked = {SHOWN[one.name].name for _, expression in ASKED for one in selectors(promql_parser.parse(expression))}

    assert {row.name for row in METRICS if row.name not in asked} == {row.name for row in METRICS if row.unused}


def test_the_dashboards_are_those_of_the_table_of_panels() -> None:
    files = {file.name: file.read_text("utf-8") for file in dashboards.FOLDER.glob("*.json")}

    assert files == dashboards.made(), "make dashboards writes them"


def test_no_dashboard_asks_for_what_people_did() -> None:
    text = "".join(dashboards.made().values())

    assert not re.search(r"\b(case_id|person|reference|recorded_by)\b", text)


def test_the_page_of_metrics_is_that_of_the_table() -> None:
    assert metrics_page.PAGE.read_text("utf-8") == metrics_page.page(), "make docs writes it"


def test_every_promise_names_its_number_and_its_alert_or_says_why_there_is_none() -> None:
    assert set(metrics_page.STATED) == set(metrics_page.promises())
    for stated in metrics_page.STATED.values():
        if isinstance(stated, tuple):
            metric, alert = stated
            assert metric in {row.name for row in METRICS}
            assert metric in alerts()[alert]["expr"] or alert == "WaakvlamSetAsideOverdue"
