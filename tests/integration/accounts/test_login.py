from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pyotp
import pytest
from sqlalchemy import func, select

from backend.features.accounts import service as accounts
from backend.features.accounts.errors import (
    CodeRefused,
    LoginExpired,
    LoginFailed,
    NewPasswordNeeded,
    PasswordTooSimple,
    PasswordUnchanged,
)
from backend.features.accounts.model import Portal, StaffSession
from backend.features.accounts.tables import StaffRow, StaffSessionRow
from backend.infrastructure.audit.tables import AuditEntryRow
from backend.infrastructure.database import open_engine
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import Database, unit_of_work
from backend.kernel.errors import Refusal
from backend.kernel.identity import Role, system_actor
from tests.builders.community import Community, build_community
from tests.integration.accounts.conftest import PASSWORD, NewMember, StaffMember

WRONG = "Kaimen-2025"


def fail(member: StaffMember, times: int) -> None:
    for _ in range(times):
        with pytest.raises(LoginFailed):
            member.begin(WRONG)


def failures_recorded(member: StaffMember) -> list[str]:
    query = select(AuditEntryRow.facts).where(AuditEntryRow.action == "staff.login_failed")
    with member.database.sessions() as session:
        return [facts["reason"] for facts in session.scalars(query.order_by(AuditEntryRow.sequence))]


def test_password_and_code_open_a_session_of_the_own_sites(guard: StaffMember, community: Community) -> None:
    actor = guard.actor(guard.log_in())
    assert actor is not None
    assert actor.roles == {Role.GUARD}
    assert actor.scope.sites == {community.site_id}
    assert actor.tenant_id == community.tenant_id


def test_six_wrong_log_ins_leave_six_entries_and_a_locked_account(guard: StaffMember) -> None:
    fail(guard, 6)
    assert failures_recorded(guard) == ["password"] * 5 + ["locked"]
    with pytest.raises(LoginFailed):
        guard.begin(PASSWORD)


def test_a_lock_outlives_a_restart(guard: StaffMember) -> None:
    fail(guard, 5)
    engine = open_engine(guard.platform.settings.database_url)
    guard.database = Database.on(engine, guard.clock)
    with pytest.raises(LoginFailed):
        guard.begin(PASSWORD)
    engine.dispose()


def test_a_lock_ends_after_half_an_hour(guard: StaffMember) -> None:
    fail(guard, 5)
    guard.clock.move(minutes=29, seconds=59)
    with pytest.raises(LoginFailed):
        guard.begin(PASSWORD)
    guard.clock.move(seconds=1)
    assert guard.log_in()


def test_under_the_asvs_profile_ten_failures_lock_for_a_quarter_of_an_hour(
    timed: Platform, new_member: NewMember
) -> None:
    school = build_community(timed, "学府花园", phone="13800000005", password_profile="asvs")
    member = new_member("menwei02", within=school, password="kai men da ji 2026")
    fail(member, 9)
    assert member.log_in("kai men da ji 2026")
    fail(member, 10)
    with pytest.raises(LoginFailed):
        member.begin("kai men da ji 2026")
    member.clock.move(minutes=15)
    assert member.begin("kai men da ji 2026")


def test_parallel_guesses_do_not_slip_past_the_limit(guard: StaffMember) -> None:
    """The right password among forty guesses at once: it opens the account only if five wrong ones were not first."""

    def guess(number: int) -> bool:
        try:
            return bool(guard.begin(PASSWORD if number == 30 else WRONG))
        except LoginFailed:
            return False

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(guess, range(40)))
    reasons = failures_recorded(guard)
    assert reasons.count("password") == 5
    assert len(reasons) in (39, 40)
    with pytest.raises(LoginFailed):
        guard.begin(PASSWORD)


def test_unknown_wrong_and_locked_get_one_and_the_same_answer(guard: StaffMember, new_member: NewMember) -> None:
    locked = new_member("menwei03")
    fail(locked, 5)
    nobody = replace_username(guard, "nobody")
    answers = set()
    for member, password in ((guard, WRONG), (nobody, PASSWORD), (locked, PASSWORD)):
        with pytest.raises(Refusal) as refused:
            member.begin(password)
        answers.add((type(refused.value), str(refused.value.facts)))
    assert answers == {(LoginFailed, "{}")}


def replace_username(member: StaffMember, username: str) -> StaffMember:
    return replace(member, username=username)


def test_wrong_codes_count_like_wrong_passwords(guard: StaffMember) -> None:
    challenge = guard.begin()
    for _ in range(5):
        with pytest.raises(CodeRefused):
            guard.complete(challenge, "000000" if guard.code() != "000000" else "000001")
    with pytest.raises(LoginExpired):
        guard.complete(challenge, guard.code())
    with pytest.raises(LoginFailed):
        guard.begin()


def test_knowing_the_password_buys_no_more_guesses_at_the_code(guard: StaffMember) -> None:
    for _ in range(5):
        with pytest.raises(CodeRefused):
            guard.complete(guard.begin(), "000000" if guard.code() != "000000" else "000001")
    with pytest.raises(LoginFailed):
        guard.begin()


def test_a_code_cannot_be_used_twice(guard: StaffMember) -> None:
    code = guard.code()
    guard.complete(guard.begin(), code)
    challenge = guard.begin()
    with pytest.raises(CodeRefused):
        guard.complete(challenge, code)
    guard.clock.move(seconds=30)
    assert guard.complete(challenge, guard.code())


def test_one_code_sent_twenty_times_at_once_opens_one_session(guard: StaffMember) -> None:
    challenge, code = guard.begin(), guard.code()

    def complete(_: int) -> StaffSession | None:
        try:
            return guard.complete(challenge, code)
        except Refusal:
            return None

    with ThreadPoolExecutor(8) as pool:
        opened = [session for session in pool.map(complete, range(20)) if session]
    assert len(opened) == 1
    with guard.database.sessions() as session:
        assert session.scalar(select(func.count()).select_from(StaffSessionRow)) == 1


def test_a_challenge_lives_five_minutes_and_makes_one_session(guard: StaffMember) -> None:
    challenge = guard.begin()
    guard.clock.move(minutes=5)
    with pytest.raises(LoginExpired):
        guard.complete(challenge, guard.code())
    challenge = guard.begin()
    guard.complete(challenge, guard.code())
    guard.clock.move(seconds=30)
    with pytest.raises(LoginExpired):
        guard.complete(challenge, guard.code())


def test_a_portal_lets_in_its_own_roles_only(guard: StaffMember, new_member: NewMember) -> None:
    for portal in (Portal.CAMPUS, Portal.POLICE):
        with pytest.raises(LoginFailed):
            guard.begin(portal=portal)
    officer = new_member("minjing01", Role.POLICE_OFFICER)
    with pytest.raises(LoginFailed):
        officer.begin(portal=Portal.PROPERTY)
    assert officer.complete(officer.begin(portal=Portal.POLICE), officer.code(), portal=Portal.POLICE)


def test_a_challenge_of_one_portal_is_none_of_anothers(guard: StaffMember) -> None:
    with pytest.raises(LoginExpired):
        guard.complete(guard.begin(), guard.code(), portal=Portal.POLICE)


def test_a_username_is_the_same_in_any_case(guard: StaffMember) -> None:
    assert replace_username(guard, " MenWei01 ").log_in()


def test_an_account_without_an_authenticator_is_offered_one_that_counts_from_the_first_right_code(
    guard: StaffMember,
) -> None:
    with unit_of_work(guard.database, system_actor()) as work:
        accounts.reset_totp(work, guard.id)
    pending = accounts.begin_login(guard.database, guard.platform.crypto, Portal.PROPERTY, guard.username, PASSWORD)
    assert pending.enrolment is not None
    assert pending.enrolment.secret in pending.enrolment.uri
    with pytest.raises(CodeRefused):
        guard.complete(pending.challenge, guard.code())
    assert guard.complete(pending.challenge, pyotp.TOTP(pending.enrolment.secret).at(guard.clock.now))
    again = accounts.begin_login(guard.database, guard.platform.crypto, Portal.PROPERTY, guard.username, PASSWORD)
    assert again.enrolment is None


def test_a_password_of_ninety_days_must_be_changed_on_the_way_in(guard: StaffMember) -> None:
    guard.clock.move(days=90)
    challenge, code = guard.begin(), guard.code()
    for new, refusal in (
        (None, NewPasswordNeeded),
        (PASSWORD, PasswordUnchanged),
        ("abcdefgh12", PasswordTooSimple),
    ):
        with pytest.raises(refusal):
            guard.complete(challenge, code, new)
    assert guard.complete(challenge, code, "Guanmen-2026")
    with pytest.raises(LoginFailed):
        guard.begin(PASSWORD)
    assert guard.log_in("Guanmen-2026")


def test_a_password_that_a_manager_chose_must_be_changed_on_the_way_in(new_member: NewMember) -> None:
    member = new_member("menwei04", temporary=True)
    with pytest.raises(NewPasswordNeeded):
        member.complete(member.begin(), member.code())


def test_a_disabled_account_gets_no_further(guard: StaffMember) -> None:
    challenge = guard.begin()
    with unit_of_work(guard.database, system_actor()) as work:
        accounts.disable_staff(work, guard.id)
    with pytest.raises(LoginExpired):
        guard.complete(challenge, guard.code())
    with pytest.raises(LoginFailed):
        guard.begin()


def test_secrets_are_stored_sealed_or_hashed(guard: StaffMember) -> None:
    session = guard.log_in()
    with guard.database.engine.connect() as connection:
        tables = ("staff", "staff_session", "staff_challenge", "audit_entry")
        stored = "".join(
            str(connection.exec_driver_sql(f"SELECT json_agg({name})::text FROM {name}").scalar_one())
            for name in tables
        )
    for secret in (PASSWORD, guard.secret, session.token, "李师傅"):
        assert secret not in stored
        assert secret.encode().hex() not in stored


def test_a_complete_log_in_forgives_earlier_failures(guard: StaffMember) -> None:
    fail(guard, 4)
    guard.log_in()
    fail(guard, 4)
    assert guard.log_in()
    with guard.database.sessions() as session:
        assert session.scalars(select(StaffRow.failed_count)).one() == 0


def test_changing_the_own_password_asks_for_the_current_one_and_ends_every_session(guard: StaffMember) -> None:
    session = guard.log_in()
    with pytest.raises(LoginFailed):
        accounts.change_password(guard.database, guard.id, WRONG, "Guanmen-2026")
    assert guard.actor(session)
    accounts.change_password(guard.database, guard.id, PASSWORD, "Guanmen-2026")
    assert guard.actor(session) is None
    assert guard.log_in("Guanmen-2026")


def test_guessing_the_current_password_in_a_session_locks_as_well(guard: StaffMember) -> None:
    for _ in range(5):
        with pytest.raises(LoginFailed):
            accounts.change_password(guard.database, guard.id, WRONG, "Guanmen-2026")
    with pytest.raises(LoginFailed):
        accounts.change_password(guard.database, guard.id, PASSWORD, "Guanmen-2026")
