"""Sessions at the guard's desk: opened with card and PIN, alive in one registered browser."""

from uuid import UUID

from backend.features.accounts import store
from backend.features.accounts.model import DESK_ROLES, PORTAL_ROLES, Desk, Portal, StaffSession
from backend.features.accounts.service import open_session, record
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Work


def open_desk_session(work: Work, crypto: Crypto, staff_id: UUID, portal: Portal, desk: Desk) -> StaffSession | None:
    """None for an account that is disabled, no guard at this portal, or not at home at the desk's site."""
    staff = store.lock_by_id(work.session, staff_id)
    account = store.find_profile(work.session, staff_id)
    if staff is None or account is None or account.disabled or desk.site_id not in account.sites:
        return None
    if not account.roles & DESK_ROLES & PORTAL_ROLES[portal]:
        return None
    opened = open_session(work, crypto, staff, portal, desk)
    record(work, "staff.logged_in", staff, portal=portal.value, at_desk=True)
    return opened


def end_desk_sessions(work: Work, token_hash: bytes) -> None:
    """Whoever was logged in at the browser with this token is so no more."""
    store.revoke_sessions_at(work.session, token_hash, work.now)
