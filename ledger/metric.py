"""One row of the table of metrics (`ledger.metrics`)."""

from dataclasses import dataclass
from typing import Literal

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
LONG = (1.0, 10.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0, 86_400.0, 259_200.0, 604_800.0)
EVERY = "every service"


@dataclass(frozen=True, slots=True)
class Metric:
    """One row: counters end in `_total`, others in their unit. `unused` says why no rule and no dashboard asks for it."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    unit: str
    service: str
    meaning: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = SECONDS
    unused: str = ""
