"""Grafana's dashboards from the table in `panels.py`: `make dashboards` writes them where the chart takes them from."""

from pathlib import Path

from grafana_foundation_sdk.builders import dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from deploy.grafana.panels import DASHBOARDS, Panel

FOLDER = Path(__file__).resolve().parents[1] / "helm" / "waakvlam" / "dashboards"
SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
HEIGHT, WIDTH = 8, 12


def made() -> dict[str, str]:
    """Return the text of every dashboard by the name of its file."""
    return {f"{name}.json": _text(name, title, panels) for name, (title, panels) in DASHBOARDS.items()}


def _text(name: str, title: str, panels: tuple[Panel, ...]) -> str:
    one = (
        dashboard.Dashboard(title)
        .uid(f"waakvlam-{name}")
        .tags(["waakvlam"])
        .refresh("30s")
        .time("now-6h", "now")
        .timezone("Europe/Amsterdam")
        .readonly()
        .with_variable(dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
    )
    for panel in panels:
        one = one.with_panel(_panel(panel))
    return JSONEncoder(sort_keys=True, indent=2).encode(one.build()) + "\n"


def _panel(panel: Panel) -> stat.Panel | timeseries.Panel:
    kind = stat.Panel() if panel.is_number else timeseries.Panel().fill_opacity(10)
    made = (
        kind.title(panel.title).description(panel.must).unit(panel.unit).height(HEIGHT).span(WIDTH).datasource(SOURCE)
    )
    for number, (expression, legend) in enumerate(panel.questions):
        asked = prometheus.Dataquery().expr(expression).legend_format(legend).ref_id(chr(ord("A") + number))
        made = made.with_target(asked.datasource(SOURCE))
    return made


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in made().items():
        (FOLDER / name).write_text(text, "utf-8")
