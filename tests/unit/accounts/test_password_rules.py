import time
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.features.accounts import rules
from backend.features.accounts.errors import (
    PasswordCommon,
    PasswordContainsUsername,
    PasswordTooLong,
    PasswordTooShort,
    PasswordTooSimple,
    UsernameInvalid,
)
from backend.features.accounts.rules import Failures, PasswordProfile
from backend.kernel.errors import Refusal

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
DENGBAO, ASVS = rules.PROFILES["dengbao-3"], rules.PROFILES["asvs"]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.mark.parametrize(
    ("profile", "password", "refusal"),
    [
        (DENGBAO, "Ab3$xyz", PasswordTooShort),
        (DENGBAO, "abcdefgh12", PasswordTooSimple),
        (DENGBAO, "Admin@123", PasswordCommon),
        (DENGBAO, "Zhangsan-77", PasswordContainsUsername),
        (DENGBAO, "Ab3$" * 40, PasswordTooLong),
        (ASVS, "Ab3$xyzuvw!", PasswordTooShort),
        (ASVS, "1qaz2wsx3edc", PasswordCommon),
        (ASVS, "i-am-zhangsan", PasswordContainsUsername),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(
    profile: PasswordProfile, password: str, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        rules.check_new_password(profile, "zhangsan", password)


@pytest.mark.parametrize(
    ("profile", "password"),
    [
        (DENGBAO, "Ab3xyzuv"),
        (DENGBAO, "门卫abc123"),
        (ASVS, "correct horse battery"),
        (ASVS, "一二三四五六七八九十百千"),
    ],
)
def test_a_password_of_the_profile_is_taken(profile: PasswordProfile, password: str) -> None:
    rules.check_new_password(profile, "zhangsan", password)


def test_every_common_password_is_refused_however_it_is_capitalised() -> None:
    for password in rules.COMMON_PASSWORDS:
        for profile in (DENGBAO, ASVS):
            with pytest.raises(Refusal):
                rules.check_new_password(profile, "zhangsan", password.title())


def test_a_dengbao_password_is_to_be_changed_after_ninety_days() -> None:
    assert not rules.new_password_needed(DENGBAO, NOW, NOW + timedelta(days=89, hours=23))
    assert rules.new_password_needed(DENGBAO, NOW, NOW + timedelta(days=90))


def test_an_asvs_password_never_grows_old() -> None:
    assert not rules.new_password_needed(ASVS, NOW, NOW + timedelta(days=3650))


@pytest.mark.parametrize("profile", [DENGBAO, ASVS])
def test_a_password_that_somebody_else_chose_is_to_be_changed_at_once(profile: PasswordProfile) -> None:
    assert rules.new_password_needed(profile, None, NOW)


@pytest.mark.parametrize(("profile", "allowed", "minutes"), [(DENGBAO, 5, 30), (ASVS, 10, 15)])
def test_the_last_allowed_failure_locks_for_the_profiles_time(
    profile: PasswordProfile, allowed: int, minutes: int
) -> None:
    failures = rules.NO_FAILURES
    for _ in range(allowed - 1):
        failures = failures.one_more(profile, NOW)
    assert not failures.locked(NOW)
    failures = failures.one_more(profile, NOW)
    assert failures.locked(NOW + timedelta(minutes=minutes) - timedelta(seconds=1))
    assert not failures.locked(NOW + timedelta(minutes=minutes))


def test_after_a_lock_the_count_begins_anew() -> None:
    assert Failures(5, NOW).one_more(DENGBAO, NOW) == Failures(1, None)


def test_the_codes_of_the_neighbouring_steps_are_taken_and_no_others() -> None:
    taken = [
        offset
        for offset in range(-3, 4)
        if rules.matching_step(SECRET, pyotp.TOTP(SECRET).at(NOW, counter_offset=offset), NOW, None) is not None
    ]
    assert taken == [-1, 0, 1]


def test_a_code_and_all_older_ones_are_spent_once_it_was_used() -> None:
    totp = pyotp.TOTP(SECRET)
    used = rules.matching_step(SECRET, totp.at(NOW), NOW, None)
    assert rules.matching_step(SECRET, totp.at(NOW), NOW, used) is None
    assert rules.matching_step(SECRET, totp.at(NOW, counter_offset=-1), NOW, used) is None
    assert rules.matching_step(SECRET, totp.at(NOW, counter_offset=1), NOW, used) is not None


@given(st.text(max_size=12))
def test_text_that_is_no_code_is_refused_and_breaks_nothing(text: str) -> None:
    step = rules.matching_step(SECRET, text, NOW, None)
    assert (step is not None) == (text in {pyotp.TOTP(SECRET).at(NOW, counter_offset=offset) for offset in (-1, 0, 1)})


def test_a_session_ends_by_idleness_and_by_age() -> None:
    end = NOW + timedelta(hours=12)
    assert rules.session_lives(NOW, DENGBAO.idle, end, NOW + DENGBAO.idle - timedelta(seconds=1))
    assert not rules.session_lives(NOW, DENGBAO.idle, end, NOW + DENGBAO.idle)
    assert not rules.session_lives(end - timedelta(seconds=1), DENGBAO.idle, end, end)


@pytest.mark.parametrize("username", ["ab", "张三", "a b c", "-abc", "x" * 65, "abc\n", ""])
def test_an_odd_username_is_refused(username: str) -> None:
    with pytest.raises(UsernameInvalid):
        rules.check_username(username)


def test_a_hash_is_argon2id_and_an_unknown_account_matches_nothing() -> None:
    stored = rules.hash_password("门卫abc123")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,")
    assert rules.password_matches(stored, "门卫abc123")
    assert not rules.password_matches(stored, "门卫abc124")
    assert not rules.password_matches(None, "")


def test_an_unknown_name_costs_as_much_to_refuse_as_a_wrong_password() -> None:
    stored = rules.hash_password("门卫abc123")

    def cpu_seconds(candidate: str | None) -> float:
        spent = []
        for _ in range(3):
            begun = time.process_time()
            assert not rules.password_matches(candidate, "门卫abc124")
            spent.append(time.process_time() - begun)
        return min(spent)

    assert 0.5 < cpu_seconds(None) / cpu_seconds(stored) < 2
