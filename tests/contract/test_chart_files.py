"""What the chart holds of other files is what those files say now."""

from deploy.helm.__main__ import CHART, different, written
from deploy.helm.comments import told_in


def test_schema_readme_settings_and_topics_are_those_of_today() -> None:
    assert different() == [], "run: make chart"


def test_every_value_says_what_it_is_for() -> None:
    told = told_in((CHART / "values.yaml").read_text("utf-8"))
    rows = [line for line in written()["README.md"].splitlines() if line.startswith("| `")]

    assert len(rows) > 80
    assert all(one.about.endswith(".") for one in told.values())
    assert all(line.split(" | ")[1].strip() for line in rows)
