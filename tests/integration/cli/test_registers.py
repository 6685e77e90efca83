"""Sites, devices, accounts and model files from the command line."""

import json
from typing import Any

import pyotp

from backend.features.accounts import service as accounts
from backend.features.accounts.model import Portal
from backend.features.devices import service as devices
from backend.features.sites import service as sites
from backend.pages import operator
from recognition.weights import list_weights
from tests.drivers.console import Console

STAFF = ("--name", "李师傅", "--role", "guard", "--tenant", "晨光物业", "--site", "晨光花园")


def listed(flask: Console, *words: str) -> Any:
    return json.loads(flask.done(*words, "--json"))


def value_of(name: str, printed: str) -> str:
    """The word after `name` on its line."""
    return next(line.split()[1] for line in printed.splitlines() if line.startswith(name))


def add_site(flask: Console, *gates: str) -> str:
    words = [word for gate in gates for word in ("--gate", gate)]
    return flask.done("site", "create", "晨光花园", "--tenant", "晨光物业", *words)


def test_a_site_created_twice_is_one_site(flask: Console) -> None:
    add_site(flask, "东门")
    assert "1 gates added" in add_site(flask, "东门", "西门")
    [site] = listed(flask, "site", "list")
    assert (site["name"], site["tenant"], sorted(site["gates"])) == ("晨光花园", "晨光物业", ["东门", "西门"])


def test_a_sites_home_province_can_be_changed_to_one_that_plates_begin_with(flask: Console) -> None:
    add_site(flask)
    flask.done("site", "province", "晨光花园", "浙")
    assert "province_unknown" in flask.refused("site", "province", "晨光花园", "甲")
    assert "province_unknown" in flask.refused("site", "province", "晨光花园", "苏浙")
    here = flask.platform()
    with here.database.sessions() as session:
        [site] = sites.list_sites(session, operator.everything(session))
    assert site.home_province == "浙"


def test_a_lanes_window_is_set_within_its_bounds(flask: Console) -> None:
    add_site(flask, "东门")
    enrolled = flask.done("device", "enrol", "东门进口", "--site", "晨光花园", "--gate", "东门", "--direction", "in")
    device_id = value_of("device", enrolled)
    flask.done("device", "window", device_id, "12")
    assert "device_window_out_of_range" in flask.refused("device", "window", device_id, "0")
    here = flask.platform()
    with here.database.sessions() as session:
        [device] = devices.list_devices(session, operator.everything(session))
    assert device.one_car_seconds == 12


def test_a_new_account_logs_in_with_its_temporary_password_and_must_change_it(flask: Console) -> None:
    add_site(flask)
    password = value_of("password", flask.done("user", "create", "menwei01", *STAFF))
    here = flask.platform()
    pending = accounts.begin_login(here.database, here.crypto, Portal.PROPERTY, "menwei01", password)
    assert pending.new_password_needed
    assert pending.enrolment is not None
    code = pyotp.TOTP(pending.enrolment.secret).at(here.database.clock())
    session = accounts.complete_login(
        here.database, here.crypto, Portal.PROPERTY, pending.challenge, code, "Kaimen-2026-new"
    )
    assert accounts.authenticate_session(here.database, here.crypto, session.token, Portal.PROPERTY) is not None


def test_creating_an_account_again_changes_nothing(flask: Console) -> None:
    add_site(flask)
    first = flask.done("user", "create", "menwei01", *STAFF)
    again = flask.done("user", "create", "menwei01", *STAFF)
    assert "exists already" in again
    assert "password " not in again
    here = flask.platform()
    accounts.begin_login(here.database, here.crypto, Portal.PROPERTY, "menwei01", value_of("password", first))


def test_a_password_that_was_typed_is_not_printed(flask: Console) -> None:
    add_site(flask)
    printed = flask.done("user", "create", "menwei01", *STAFF, "--ask", typed="Kaimen-2026\nKaimen-2026\n")
    assert "Kaimen" not in printed


def test_a_weak_password_is_refused_with_its_code(flask: Console) -> None:
    add_site(flask)
    result = flask("user", "create", "menwei01", *STAFF, "--ask", typed="12345678\n12345678\n")
    assert (result.exit_code, "refused: password_" in result.output) == (1, True)
    assert listed(flask, "user", "list") == []


def test_accounts_are_listed_without_anybodys_name(flask: Console) -> None:
    add_site(flask)
    flask.done("user", "create", "menwei01", *STAFF)
    [account] = listed(flask, "user", "list")
    assert (account["username"], account["roles"], account["sites"]) == ("menwei01", ["guard"], ["晨光花园"])
    assert "李师傅" not in flask.done("user", "list")


def test_a_disabled_account_and_a_reset_authenticator_show_in_the_list(flask: Console) -> None:
    add_site(flask)
    flask.done("user", "create", "menwei01", *STAFF)
    flask.done("user", "totp", "menwei01")
    flask.done("user", "disable", "menwei01")
    [account] = listed(flask, "user", "list")
    assert account["disabled_at"] is not None
    assert account["authenticator"] is False


def test_a_reset_makes_another_password(flask: Console) -> None:
    add_site(flask)
    first = value_of("password", flask.done("user", "create", "menwei01", *STAFF))
    second = value_of("password", flask.done("user", "reset", "menwei01"))
    assert first != second
    here = flask.platform()
    accounts.begin_login(here.database, here.crypto, Portal.PROPERTY, "menwei01", second)


def test_unknown_names_are_answered_with_what_to_do(flask: Console) -> None:
    assert "flask user list" in flask.refused("user", "reset", "nobody")
    assert "flask site list" in flask.refused("device", "enrol", "道闸", "--site", "没有的小区")
    add_site(flask, "东门")
    assert "东门" in flask.refused("device", "enrol", "道闸", "--site", "晨光花园", "--gate", "北门")
    assert "没有的门" in flask.refused("device", "enrol", "门禁", "--site", "晨光花园", "--door", "没有的门")


def test_a_device_is_heard_until_it_is_revoked(flask: Console) -> None:
    add_site(flask, "东门")
    words = ("device", "enrol", "东门入口", "--site", "晨光花园", "--gate", "东门", "--direction", "in")
    printed = flask.done(*words)
    here, token = flask.platform(), value_of("token", printed)
    assert devices.authenticate(here.database, here.crypto, token) is not None
    assert "revoke it first" in flask.refused(*words)
    assert token not in flask.done("device", "list")
    flask.done("device", "revoke", value_of("device", printed))
    assert devices.authenticate(here.database, here.crypto, token) is None
    flask.done(*words)


def test_commands_leave_a_trace_in_the_audit_log(flask: Console) -> None:
    add_site(flask)
    flask.done("user", "create", "menwei01", *STAFF)
    assert "entries 3 checkpoints 0 findings 0" in flask.done("audit", "verify")


def test_model_files_are_listed_and_verified(flask: Console) -> None:
    assert [one["problem"] for one in listed(flask, "weights", "list")] == [None] * len(list_weights())
    assert "every model file" in flask.done("weights", "verify")


def test_a_changed_model_file_fails_the_check(flask: Console) -> None:
    pack = flask.state_dir / "models" / "id"
    pack.mkdir(parents=True)
    fields = ("id", "version", "file", "sha256", "licence", "source", "input")
    lines = "".join(f'{name} = "{name}"\n' for name in fields)
    (pack / "manifest.toml").write_text(f"[[model]]\n{lines}bytes = 3\n")
    (pack / "file").write_bytes(b"abc")
    assert "weights_changed" in flask.refused("weights", "verify")
