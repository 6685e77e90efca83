import pytest

from backend.features.accounts import service as accounts
from backend.features.accounts.errors import UsernameTaken
from backend.features.accounts.model import NewStaff, Portal
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.errors import Forbidden, NotFound
from backend.kernel.identity import Actor, Permission, Role, system_actor
from backend.kernel.paging import PageRequest
from tests.builders.community import Community, build_community
from tests.integration.accounts.conftest import PASSWORD, NewMember, StaffMember


@pytest.fixture
def manager(new_member: NewMember) -> Actor:
    member = new_member("jingli01", Role.PROPERTY_MANAGER)
    actor = member.actor(member.log_in())
    assert actor is not None
    return actor


def test_a_session_of_one_portal_is_nothing_at_another(guard: StaffMember) -> None:
    session = guard.log_in()
    assert guard.actor(session, Portal.PROPERTY)
    assert guard.actor(session, Portal.POLICE) is None
    assert guard.actor(session, Portal.CAMPUS) is None


def test_a_logged_out_session_is_over_at_the_next_request(guard: StaffMember) -> None:
    session, other = guard.log_in(), guard.log_in()
    with unit_of_work(guard.database, system_actor()) as work:
        accounts.revoke_session(work, guard.platform.crypto, session.token)
    assert guard.actor(session) is None
    assert guard.actor(other)


def test_a_manager_ends_every_session_of_a_guard_at_once(guard: StaffMember, manager: Actor) -> None:
    sessions = [guard.log_in(), guard.log_in()]
    with unit_of_work(guard.database, manager) as work:
        accounts.revoke_all_sessions(work, guard.id)
    assert [guard.actor(session) for session in sessions] == [None, None]


def test_an_idle_session_ends_and_a_used_one_does_not(guard: StaffMember) -> None:
    idle, used = guard.log_in(), guard.log_in()
    for _ in range(2):
        guard.clock.move(minutes=10)
        assert guard.actor(used)
    assert guard.actor(idle) is None


def test_even_a_used_session_ends_after_twelve_hours(guard: StaffMember) -> None:
    session = guard.log_in()
    for _ in range(71):
        guard.clock.move(minutes=10)
        assert guard.actor(session)
    guard.clock.move(minutes=10)
    assert guard.actor(session) is None


def test_a_changed_role_counts_from_the_next_log_in_and_the_old_session_is_over(
    guard: StaffMember, manager: Actor, community: Community
) -> None:
    session = guard.log_in()
    with unit_of_work(guard.database, manager) as work:
        accounts.set_roles(work, guard.id, {Role.PROPERTY_MANAGER}, {community.site_id})
    assert guard.actor(session) is None
    actor = guard.actor(guard.log_in())
    assert actor is not None
    assert actor.may(Permission.STAFF_MANAGE)


def test_a_reset_password_ends_sessions_and_is_temporary(guard: StaffMember, manager: Actor) -> None:
    session = guard.log_in()
    with unit_of_work(guard.database, manager) as work:
        accounts.set_password(work, guard.id, "Linshi-2026")
    assert guard.actor(session) is None
    pending = accounts.begin_login(
        guard.database, guard.platform.crypto, Portal.PROPERTY, guard.username, "Linshi-2026"
    )
    assert pending.new_password_needed


def test_a_disabled_account_is_out_at_the_next_request(guard: StaffMember, manager: Actor) -> None:
    session = guard.log_in()
    with unit_of_work(guard.database, manager) as work:
        accounts.disable_staff(work, guard.id)
    assert guard.actor(session) is None


def test_a_forged_token_opens_nothing(guard: StaffMember) -> None:
    assert accounts.authenticate_session(guard.database, guard.platform.crypto, "forged", Portal.PROPERTY) is None


def test_a_manager_grants_nothing_beyond_the_own_portal(
    guard: StaffMember, manager: Actor, community: Community
) -> None:
    with unit_of_work(guard.database, manager) as work, pytest.raises(Forbidden):
        accounts.set_roles(work, guard.id, {Role.POLICE_OFFICER}, {community.site_id})


def test_another_companys_account_does_not_exist_for_a_manager(
    timed: Platform, new_member: NewMember, manager: Actor
) -> None:
    elsewhere = build_community(timed, "别处小区", phone="13800000002")
    theirs = new_member("menwei09", within=elsewhere)
    with unit_of_work(timed.database, manager) as work:
        for change in (accounts.disable_staff, accounts.reset_totp, accounts.revoke_all_sessions):
            with pytest.raises(NotFound):
                change(work, theirs.id)
        with pytest.raises(NotFound):
            accounts.set_password(work, theirs.id, "Linshi-2026")


def test_a_guard_manages_nobody(guard: StaffMember, new_member: NewMember, community: Community) -> None:
    other = new_member("menwei05")
    actor = guard.actor(guard.log_in())
    assert actor is not None
    new = NewStaff("menwei06", "某人", PASSWORD, frozenset({Role.GUARD}), community.tenant_id)
    with unit_of_work(guard.database, actor) as work:
        with pytest.raises(NotFound):
            accounts.disable_staff(work, other.id)
        with pytest.raises(Forbidden):
            accounts.create_staff(work, new)


def test_a_username_is_given_once(guard: StaffMember, new_member: NewMember) -> None:
    with pytest.raises(UsernameTaken):
        new_member(guard.username)


def test_a_manager_lists_the_accounts_of_the_own_sites_page_by_page(
    timed: Platform, new_member: NewMember, manager: Actor
) -> None:
    for number in (1, 2, 3):
        timed.database.clock.move(seconds=1)  # type: ignore[attr-defined]
        new_member(f"menwei0{number}")
    new_member("menwei09", within=build_community(timed, "别处小区", phone="13800000002"))
    with unit_of_work(timed.database, manager) as work:
        first = accounts.list_staff(work.session, manager.scope, PageRequest(limit=3))
        rest = accounts.list_staff(work.session, manager.scope, PageRequest(limit=3, after=first.next))
    assert [account.username for account in first.items] == ["menwei03", "menwei02", "menwei01"]
    assert [account.username for account in rest.items] == ["jingli01"]
    assert rest.next is None


def test_who_am_i_tells_name_roles_and_sites(guard: StaffMember, community: Community) -> None:
    with guard.database.sessions() as session:
        me = accounts.get_profile(session, guard.id)
    assert (me.username, me.display_name, me.roles) == ("menwei01", "李师傅", {Role.GUARD})
    assert me.sites == {community.site_id}
    assert "李师傅" not in repr(me)
