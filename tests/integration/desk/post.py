"""A gate with a registered desk, and two guards with cards."""

from dataclasses import dataclass
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.features.accounts.model import Portal
from backend.features.credentials.model import Holder
from backend.features.desk import service as desk
from backend.features.employees.model import Duty
from backend.features.sites import service as sites
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.identity import Actor, ActorKind, Role
from tests.integration.credentials.house import CARD, OTHER_CARD, House
from tests.integration.portals.gatehouse import Staff, StaffMember

PIN, OTHER_PIN = "274913", "850361"
COOKIE = "anlin_property_desk"


@dataclass(frozen=True)
class Post:
    house: House
    token: str
    """Of the desk's browser."""
    zhao: StaffMember
    zhao_card: Holder
    sun: StaffMember

    def manager(self) -> Actor:
        community = self.house.community
        roles = frozenset({Role.PROPERTY_MANAGER, Role.GUARD})
        return Actor(ActorKind.STAFF, None, community.tenant_id, roles, community.scope)

    def browser(self, app: Flask, token: str | None = None) -> Staff:
        """One that is the desk, or bears another token."""
        client = app.test_client()
        client.set_cookie(COOKIE, self.token if token is None else token)
        return Staff(client)

    def tap(self, browser: Staff, card: str = CARD, pin: str = PIN) -> TestResponse:
        return browser.post("/desk", card=card, pin=pin)

    def terminal_id(self) -> UUID:
        with self.house.work() as work:
            [found] = desk.list_terminals(work.session, self.house.within)
        return found.id


def session_of(client: FlaskClient) -> str | None:
    found = client.get_cookie("anlin_property")
    return None if found is None else found.value


def build_post(house: House) -> Post:
    zhao, sun = house.employ("zhao", Role.GUARD), house.employ("sun", Role.GUARD)
    cards = {zhao.id: house.hire(Duty.GUARD), sun.id: house.hire(Duty.PATROL)}
    house.issue(CARD, cards[zhao.id])
    house.issue(OTHER_CARD, cards[sun.id])
    community, crypto = house.community, house.platform.crypto
    roles = frozenset({Role.PROPERTY_MANAGER, Role.GUARD})
    manager = Actor(ActorKind.STAFF, None, community.tenant_id, roles, community.scope)
    with unit_of_work(house.platform.database, manager) as work:
        sites.add_gate(work, community.site_id, "东门")
        within = house.within
        token = desk.register_terminal(work, crypto, within, community.site_id, Portal.PROPERTY, "东门岗亭", "8 20")
        for staff, pin in ((zhao, PIN), (sun, OTHER_PIN)):
            employee = cards[staff.id].employee_id
            assert employee is not None
            desk.give_access(work, crypto, within, staff.id, employee, pin)
    return Post(house, token, zhao, cards[zhao.id], sun)
