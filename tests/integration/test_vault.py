"""Keys wrapped by a real vault: they open, they are destroyed everywhere, and its faults are told with what to do."""

import shutil

import pytest

from ledger import errors
from ledger.application import Ledger
from ledger.keys import open_keys
from ledger.settings import Settings
from services.intake.pipeline import Pipeline
from services.intake.testing import HOUR, NOON, Desk, report, sent
from waakvlam.clock import FixedClock

pytestmark = pytest.mark.real
VT = "veilig-thuis-groningen"


@pytest.fixture
def settings(vault, tmp_path):
    return Settings(keys=tmp_path / "register.db", transit_url=vault.url, transit_token_file=vault.token_file)


@pytest.fixture
def keys(settings):
    store = open_keys(settings, FixedClock(NOON))
    yield store
    store.close()


def test_a_key_is_made_once_and_opens_again_after_a_restart(keys, settings):
    made = keys.ensure(["case-a", "parked:politie-nn"])
    again = open_keys(settings, FixedClock(NOON))

    assert again.ensure(["case-a"])["case-a"] == made["case-a"]
    assert again.get("case-a", 1) == made["case-a"].secret
    assert len({key.secret for key in made.values()}) == 2
    again.close()


def test_what_is_kept_here_opens_nothing(keys, settings):
    secret = keys.ensure(["case-b"])["case-b"].secret

    kept = b"".join(one.read_bytes() for one in settings.keys.parent.glob("register.db*"))

    assert b"vault:v1:" in kept
    assert secret not in kept


def test_a_destroyed_key_does_not_come_back_with_a_backup_of_the_register(keys, settings, tmp_path):
    keys.ensure(["case-c", "case-d"])
    keys.close()
    for one in tmp_path.glob("register.db*"):
        shutil.copy(one, tmp_path / one.name.replace("register", "backup"))
    live = open_keys(settings, FixedClock(NOON))
    assert live.destroy("case-c", through=1) == 1
    live.close()

    restored = open_keys(settings.model_copy(update={"keys": tmp_path / "backup.db"}), FixedClock(NOON))

    with pytest.raises(errors.Erased):
        restored.get("case-c", 1)
    assert len(restored.get("case-d", 1)) == 32
    restored.close()


def test_erased_by_two_it_is_gone_and_a_next_report_has_a_key_of_its_own(keys, tmp_path):
    clock = FixedClock(NOON)
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db", clock=clock, keys=keys)
    desk = Desk(ledger, clock, Pipeline(ledger, clock=clock))
    case = desk.take(report(VT, "r-1", reference="d-1", persons=["pseudoniem-fictief"], at=NOON - HOUR))[0].case
    desk.take(sent(VT, "case_closed", "c-1", case=case, reason="veilig"))
    receipts = desk.take(
        sent("board", "erasure_proposed", "p-1", case=case, recorded_by="mdw-a", ground="verzoek-betrokkene"),
        sent("board", "erasure_confirmed", "b-1", case=case, recorded_by="mdw-b", proposal_id="p-1"),
        report(VT, "r-2", reference="d-1", persons=["pseudoniem-fictief"]),
    )
    first, *_, last = ledger.history(case)

    assert [one.verdict for one in receipts] == ["accepted"] * 3
    with pytest.raises(errors.Erased):
        ledger.unseal(first)
    assert ledger.unseal(last)["persons.0.person"] == "pseudoniem-fictief"
    assert list(ledger.verify_all()) == []
    ledger.close()


def test_a_token_that_is_renewed_is_taken_at_once_and_a_wrong_one_is_told(settings, vault, tmp_path):
    token = tmp_path / "token"
    token.write_text("no-such-token")
    mistaken = settings.model_copy(update={"transit_token_file": token})
    with pytest.raises(errors.Unavailable, match=r"whether the token in .* is valid") as told:
        open_keys(mistaken, FixedClock(NOON))
    assert "no-such-token" not in str(told.value)

    token.write_text(vault.token_file.read_text())
    store = open_keys(mistaken, FixedClock(NOON))
    token.write_text("no-such-token")
    with pytest.raises(errors.Unavailable):
        store.ensure(["case-e"])
    token.write_text(vault.token_file.read_text())

    assert len(store.ensure(["case-e"])["case-e"].secret) == 32
    store.close()


def test_a_vault_that_is_not_there_or_not_fully_set_is_told(settings, tmp_path):
    with pytest.raises(errors.Unavailable, match="did not do what was asked"):
        open_keys(settings.model_copy(update={"transit_url": "http://127.0.0.1:1"}), FixedClock(NOON))
    with pytest.raises(errors.Fault, match="WAAKVLAM_TRANSIT_TOKEN_FILE"):
        open_keys(settings.model_copy(update={"transit_token_file": None}), FixedClock(NOON))
