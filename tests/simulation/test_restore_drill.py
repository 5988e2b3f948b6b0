"""The drill: a region with open alerts and running terms loses everything, and a backup and the topics bring it back.

The services are those of the simulation, the databases real; `waakvlam restore` is the command itself, with only its
doors to Kafka replaced.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli import restore as restoring
from cli.backup import make_backup
from cli.exits import Ends, Exit
from ledger.errors import Erased
from tests.looks_site import live, looks_in
from tests.simulation.drill import DAY, VT, Region, erase, family
from waakvlam.topics import agencies


def wish(folder: Path, **told: Any) -> restoring.Wish:
    return restoring.Wish(folder / "backup", folder / "keys", **{"replace": False, "accept_loss": False, **told})


@pytest.mark.parametrize("address", ["sqlite", pytest.param("postgresql", marks=pytest.mark.real)], indirect=True)
def test_after_a_restore_deadlines_open_alerts_and_receipts_are_what_they_were_and_the_erased_stays_so(
    region: Region, address: Callable[[str], str], tmp_path: Path
) -> None:
    region.tell(*(family(number, region) for number in range(5)))
    region.clock.at += 40 * DAY
    region.rest()
    looked = live(region.settings.places()["WAAKVLAM_LOOKS"])
    make_backup(region.settings, tmp_path / "backup", tmp_path / "keys", as_json=True)
    erased = erase(region, 4)
    region.tell(*(family(number, region) for number in range(5, 8)))
    before = region.told()
    assert before["open alerts"]
    assert sum(due is not None for due in before["due"].values()) > 2

    region.lose_everything(address)
    restoring.restore(region.settings, wish(tmp_path), as_json=True)
    region.start()
    region.rest()

    assert region.told() == before
    assert all(verdicts - {"duplicate"} == {"accepted"} for verdicts in region.verdicts().values())
    with region.ledger() as ledger:
        assert ledger.parked_now() == 0
        assert ledger.receipts_pending() == []
        with pytest.raises(Erased):
            ledger.unseal(ledger.history(erased)[0])
    assert looks_in(region.settings.places()["WAAKVLAM_LOOKS"]) == looked
    region.clock.at += 2 * DAY
    region.rest()
    assert len(region.told()["events"]) >= len(before["events"])


def test_a_restore_changes_nothing_when_the_topics_no_longer_reach_back(region: Region, tmp_path: Path) -> None:
    region.tell(family(0, region))
    make_backup(region.settings, tmp_path / "backup", tmp_path / "keys", as_json=True)
    region.tell(*(family(number, region) for number in range(1, 9)))
    region.stop()
    region.bus.empty(agencies()[VT].topic)

    with pytest.raises(Ends) as ended:
        restoring.restore(region.settings, wish(tmp_path, replace=True), as_json=True)

    assert ended.value.code == Exit.REFUSED
    assert f"8 of {agencies()[VT].topic}" in str(ended.value)
    with region.ledger() as ledger:
        assert ledger.head() > 1
    restoring.restore(region.settings, wish(tmp_path, replace=True, accept_loss=True), as_json=True)


def test_a_ledger_with_something_in_it_is_kept_unless_it_may_go(region: Region, tmp_path: Path) -> None:
    region.tell(family(0, region))
    make_backup(region.settings, tmp_path / "backup", tmp_path / "keys", as_json=True)
    region.stop()

    with pytest.raises(Ends, match="--replace"):
        restoring.restore(region.settings, wish(tmp_path), as_json=True)


def test_ledger_and_keys_do_not_go_into_one_folder(region: Region, tmp_path: Path) -> None:
    for keys in (tmp_path / "a", tmp_path / "a" / "b", tmp_path):
        with pytest.raises(Ends, match="apart"):
            make_backup(region.settings, tmp_path / "a", keys, as_json=True)


def test_a_restore_says_so_when_case_events_begins_after_the_backup(region: Region, tmp_path: Path) -> None:
    region.tell(family(0, region))
    make_backup(region.settings, tmp_path / "backup", tmp_path / "keys", as_json=True)
    head = region.told()["events"]
    region.tell(*(family(number, region) for number in range(1, 4)))
    region.stop()
    region.bus.empty("case-events")
    with pytest.raises(Ends, match="holds nothing any more") as nothing:
        restoring.restore(region.settings, wish(tmp_path, replace=True), as_json=True)
    region.start()
    region.tell(family(4, region))
    before = region.told()["events"]
    region.stop()

    with pytest.raises(Ends) as some:
        restoring.restore(region.settings, wish(tmp_path, replace=True), as_json=True)

    told = str(some.value)
    assert (nothing.value.code, some.value.code) == (Exit.REFUSED, Exit.REFUSED)
    assert f"ends at position {len(head)}; " in told
    assert f"from {len(head) + 1} on" in told
    assert "Use a newer backup" in told
    with region.ledger() as ledger:
        assert ledger.head() == len(before)

    restoring.restore(region.settings, wish(tmp_path, replace=True, accept_loss=True), as_json=True)
    region.start()
    region.rest()
    assert {one[2] for one in region.told()["events"] if one[2].startswith("e-")} == {
        f"e-{number}" for number in range(5)
    }
