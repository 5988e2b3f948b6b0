"""Each line in a log has a fixed name and known fields: no sentence that could carry what it should not."""

import re

import pytest

from ledger.log_line import FIELDS
from ledger.log_lines import LIBRARY, LINES
from tests.contract import log_page
from tests.contract.log_calls import NAME, PACKAGES, ROOT, SDK, found_in, in_the_product, wrong_with

CALLS = in_the_product()
# Who must know standard logging: the one place that sets it up, and those who make a library quieter.
KNOW_LOGGING = {
    "cli/doctor.py",
    "ledger/collector.py",
    "ledger/logs.py",
    "ledger/streams/host.py",
    "sdk/src/waakvlam/kafka.py",
}
ABOUT_PEOPLE = {
    "person",
    "persons",
    "name",
    "reference",
    "recorded_by",
    "by",
    "who",
    "reason",
    "text",
    "value",
    "payload",
    "key",
}


def test_each_call_has_a_name_and_fields_of_the_table():
    assert {one.where: wrong for one in CALLS if (wrong := wrong_with(one))} == {}


def test_each_row_of_the_table_is_said_somewhere_and_its_fields_are_told():
    said = {one.name for one in CALLS}

    assert set(LINES) - said == {LIBRARY}
    for name, row in LINES.items():
        told = set().union(*(one.fields for one in CALLS if one.name == name))
        assert name == LIBRARY or set(row.fields) - {"trace_id"} <= told, name


def test_each_row_says_what_it_means_and_what_is_worse_than_news_what_to_do():
    for name, row in LINES.items():
        assert NAME.fullmatch(name)
        assert row.meaning.endswith(".")
        assert set(row.fields) <= set(FIELDS), name
        assert row.do.endswith(".") or (row.level == "info" and not row.do), name


def test_a_runbook_or_page_that_a_row_names_is_there():
    for row in LINES.values():
        for runbook in re.findall(r"\bWaakvlam\w+", row.do):
            assert (ROOT / "docs" / "how-to" / "runbooks" / f"{runbook}.md").is_file(), row.name
        for page in re.findall(r"docs/[\w/-]+\.md", row.do):
            assert (ROOT / page).is_file(), row.name


def test_each_field_is_used_and_none_is_about_a_person_or_free():
    used = {field for row in LINES.values() for field in row.fields}

    assert used == set(FIELDS)
    assert ABOUT_PEOPLE & set(FIELDS) == set()


def test_nobody_else_sets_up_a_logger_of_its_own():
    know = {
        str(file.relative_to(ROOT))
        for package in (*PACKAGES, SDK)
        for file in (ROOT / package).rglob("*.py")
        if re.search(r"^\s*(?:import|from) (?:logging|structlog)\b", file.read_text("utf-8"), re.MULTILINE)
    }

    assert know == KNOW_LOGGING


def test_the_page_of_log_lines_is_that_of_the_table():
    assert log_page.PAGE.read_text("utf-8") == log_page.page(), "make docs writes it"


BITES = [
    'log.error(f"{agency} is silent")',
    'log.error("Silent: %s", agency)',
    'log.error("agency_silent %s" % agency)',
    'log.error("agency_silent", agency)',
    'log.error("Agency is silent")',
    'log.error("silent", agency=agency)',
    'log.error("agency_speaks", agency=agency)',
    'log.error("agency_silent", person=person)',
    'log.error("agency_silent", seconds=9)',
    'log.error("agency_silent", agency=f"{agency} of {person}")',
    'log.error("agency_silent", agency="the one of " + person)',
    'log.error("agency_silent", agency="{}".format(person))',
    'log.error("batch_taken_apart", error=str(error))',
    'log.error("agency_silent", **told)',
    'log.warning("agency_silent", agency=agency)',
    'log.exception("agency_silent", agency=agency)',
    'self.log.info("it broke")',
    'logging.getLogger("intake").warning("it broke")',
    'logs.logger("intake").warning(said)',
    "logging.warning(said)",
]
BITES_LIBRARY = [
    '_log.warning("receipt %s cannot be read", place)',
    '_log.warning("receipt_unreadable topic=%s offset=%d", record.topic)',
    '_log.warning("receipt_unreadable value=%s", record.value)',
    '_log.warning(f"receipt_unreadable topic={topic}")',
    '_log.warning("receipt_unreadable topic=%s", record.topic, extra={"value": 1})',
]


@pytest.mark.parametrize("source", BITES)
def test_each_of_these_is_refused(source):
    (call,) = found_in(source)

    assert wrong_with(call)


@pytest.mark.parametrize("source", BITES_LIBRARY)
def test_each_of_these_is_refused_of_the_sdk(source):
    (call,) = found_in(source, is_library=True)

    assert wrong_with(call)


@pytest.mark.parametrize(
    "source",
    [
        'log.error("agency_silent", agency=agencies()[one].id, lasts_hours=round(hours))',
        'log.critical("service_crashed", part=NAME, exc_info=error)',
        'log.exception("replay_failed", item=item)',
    ],
)
def test_and_these_are_not(source):
    (call,) = found_in(source)

    assert wrong_with(call) == ""
