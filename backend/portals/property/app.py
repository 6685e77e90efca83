"""The property company's portal: the gate first, on a phone."""

from flask import Flask

from backend.features.accounts.model import Portal
from backend.infrastructure.http.platform import Platform
from backend.portals.shared.audit import audit
from backend.portals.shared.bindings import bindings
from backend.portals.shared.credentials import cards
from backend.portals.shared.desk import desks
from backend.portals.shared.doors import doors
from backend.portals.shared.factory import Face, create_portal
from backend.portals.shared.gate_calls import gate
from backend.portals.shared.home import home
from backend.portals.shared.identity import identity
from backend.portals.shared.lists import lists
from backend.portals.shared.login import login
from backend.portals.shared.matters import matters
from backend.portals.shared.media import pictures
from backend.portals.shared.occupancy import occupancy
from backend.portals.shared.offline import offline
from backend.portals.shared.registers import registers
from backend.portals.shared.review import review
from backend.portals.shared.tiles import (
    AUDIT,
    BINDINGS,
    CREDENTIALS,
    DESKS,
    DOORS,
    GAPS,
    GATE,
    IDENTITY,
    INSIDE,
    MATTERS,
    OFFLINE,
    PASSAGES,
    REGISTERS,
    REVIEW,
    TRAINING,
    VISIT_POLICY,
    VISITS,
    WALK_INS,
)
from backend.portals.shared.training import training
from backend.portals.shared.visit_policy import visit_policy
from backend.portals.shared.walk_ins import walk_in

FACE = Face(
    Portal.PROPERTY,
    "安邻 · 物业",
    (
        *(GATE, WALK_INS, REVIEW, PASSAGES, VISITS, INSIDE, GAPS, IDENTITY, CREDENTIALS, DOORS, OFFLINE),
        *(BINDINGS, MATTERS, REGISTERS, VISIT_POLICY, TRAINING, DESKS, AUDIT),
    ),
)


def create_app(platform: Platform) -> Flask:
    counter = (identity, occupancy)
    office = (cards, doors, offline, bindings, matters, registers, walk_in, visit_policy, training, audit)
    return create_portal(FACE, platform, (login, desks, home, gate, review, pictures, lists, *counter, *office))
