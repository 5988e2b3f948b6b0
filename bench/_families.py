"""Made-up families of a region, as its Veilig Thuis tells of them: most were reported just now, some were forgotten, some are in danger."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from waakvlam.messages import AcuteDangerFound, ReportedPerson, ReportReceived

TELLER = "veilig-thuis-groningen"
MUNICIPALITIES = ("0014", "0037", "0047", "0765", "1895", "1950", "1952", "1966", "1969", "1979")
DANGER = ("ST-02", "warn")  # whoever found acute danger is warned about after so long without action
DANGER_WARNS_AFTER = timedelta(minutes=15)
WEEKS_AGO = 6


def quiet(number: int, now: datetime) -> ReportReceived:
    """Return a report that came in just now, so nothing is due for days."""
    return _report(f"quiet-{number}", MUNICIPALITIES[number % len(MUNICIPALITIES)], now)


def forgotten(number: int, now: datetime) -> ReportReceived:
    """Return a report of weeks ago that nobody looked at since."""
    place = MUNICIPALITIES[number % len(MUNICIPALITIES)]
    return _report(f"forgotten-{number}", place, now - timedelta(weeks=WEEKS_AGO, minutes=number % 10_000))


def in_danger(number: int, now: datetime, due: datetime) -> Iterator[ReportReceived | AcuteDangerFound]:
    """Yield the report of a family, and that it is in danger since so long ago that a warning is due at an instant to come."""
    report = _report(f"danger-{number}", MUNICIPALITIES[0], now - timedelta(minutes=20))
    yield report
    yield AcuteDangerFound(
        occurred_at=due - DANGER_WARNS_AFTER,
        municipality=report.municipality,
        reference=report.reference,
        report_id=report.report_id,
    )


def _report(name: str, municipality: str, at: datetime) -> ReportReceived:
    return ReportReceived(
        occurred_at=at,
        municipality=municipality,
        reference=f"bench-{name}",
        report_id=f"r-{name}",
        channel="phone",
        reporter_capacity="school",
        acute=False,
        persons=(ReportedPerson(person=f"psn-verzonnen-{name}", role="child", child=True),),
    )
