"""A community with one living thing of every kind, and their ids by the names under which routes take them."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.device_api.app import create_app as create_device_app
from backend.features.assets import service as assets
from backend.features.assets.model import AssetFields, AssetKind
from backend.features.credentials.tables import DoorEventRow
from backend.features.desk.tables import DeskTerminalRow
from backend.features.employees.model import Duty
from backend.features.gate_lists.tables import OfflineFindingRow
from backend.features.identity_records.tables import IdentityRecordRow
from backend.features.imports.model import Register
from backend.features.intercom.tables import IntercomCallRow
from backend.features.matters import service as matters
from backend.features.residents.model import BindingState
from backend.features.residents.tables import BindingRow, ResidentRow
from backend.features.rights import service as rights
from backend.features.sites import places
from backend.features.sites.model import ZoneKind
from backend.features.walk_ins.tables import WalkInRow
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.identity import Actor, ActorKind, Role, Scope, system_actor
from backend.kernel.ids import HouseholdId, ResidentId, uuid7
from tests.builders.community import Community
from tests.builders.register_files import RESIDENT_HEADINGS, as_csv, resident_rows
from tests.integration.credentials.house import build_house
from tests.integration.portals.gatehouse import Gatehouse, build_lanes, certain
from tests.integration.registers.importing import Office

TABLES = {
    "asset_id": "asset",
    "binding_id": "binding",
    "call_id": "intercom_call",
    "credential_id": "credential",
    "device_id": "device",
    "employee_id": "employee",
    "event_id": "door_event",
    "finding_id": "offline_finding",
    "holder_id": "person",
    "household_id": "household",
    "import_id": "register_import",
    "matter_id": "matter",
    "passage_id": "passage",
    "person_id": "person",
    "place_id": "zone",
    "record_id": "identity_record",
    "room_id": "room",
    "terminal_id": "desk_terminal",
    "vehicle_id": "vehicle",
    "visit_id": "visit",
    "walk_in_id": "walk_in",
}
"""The table of each kind of id that a route takes; each has a row at the other tenant's site."""
WORDS = {"kind": {"credentials": "people", "places": "zone"}, "paper": {"employees": "vetting"}}
"""Parts of an address that are no ids, by the first part of the address."""


def furnish(platform: Platform, name: str, plate: str) -> Gatehouse:
    """A gate with a car and a visit, a door with an alarm, staff, an asset, an import, a request, a copy of data."""
    house = build_house(platform, create_device_app(platform), name, plate)
    house.issue("04A22B1C")
    house.hire(Duty.PROPERTY)
    resident_id = _claim(platform, house.community)
    gate = build_lanes(platform, house.community, resident_id)
    gate.expect(plate=None)
    gate.car(certain(plate))
    with gate.work() as work:
        within, site_id = gate.within, gate.community.site_id
        places.add_zone(work, within, site_id, ZoneKind.SQUARE, "广场")
        assets.add_asset(work, within, site_id, AssetFields("X-1", AssetKind.EXTINGUISHER, "灭火器", "大厅"))
        work.session.add(
            DeskTerminalRow(
                id=uuid7(),
                tenant_id=gate.community.tenant_id,
                site_id=site_id,
                portal="property",
                name="东门岗亭",
                shift_starts=[],
                token_hash=site_id.bytes,
                registered_at=work.now,
            )
        )
        work.session.add(
            WalkInRow(
                id=uuid7(),
                tenant_id=gate.community.tenant_id,
                site_id=site_id,
                household_id=gate.community.household_id,
                device_id=gate.entry,
                name="周来客",
                kind="guest",
                state="guard_decides",
                created_at=work.now,
            )
        )
        found = {"kind": "gap", "key": f"{gate.entry}:1-2", "device_id": gate.entry, "found_at": work.now}
        work.session.add(OfflineFindingRow(id=uuid7(), site_id=site_id, **found))
        taken = {"source": "typed", "state": "offered", "tenant_id": gate.community.tenant_id, "created_at": work.now}
        work.session.add(IdentityRecordRow(id=uuid7(), site_id=site_id, **taken))
        event = {"kind": "forced", "occurred_at": work.now, "at": work.now}
        call = {"tenant_id": gate.community.tenant_id, "device_id": house.unit_door.device_id, "state": "ringing"}
        until = work.now + timedelta(minutes=5)
        work.session.add(
            IntercomCallRow(
                id=uuid7(),
                site_id=site_id,
                household_id=gate.community.household_id,
                started_at=work.now,
                ends_at=until,
                guard_from=work.now,
                **call,
            )
        )
        work.session.add(DoorEventRow(id=uuid7(), site_id=site_id, device_id=house.unit_door.device_id, **event))
    office = Office.of(platform, gate.community)
    office.send(as_csv(RESIDENT_HEADINGS, resident_rows(1)), Register.RESIDENTS)
    with unit_of_work(platform.database, resident_of(gate)) as work:
        matters.ask_to_add_vehicle(work, work.actor.scope, gate.community.household_id, "苏B88888")
        rights.ask_export(work, resident_id)
    return gate


def _claim(platform: Platform, community: Community) -> ResidentId:
    """A resident's binding to the household, not decided yet."""
    resident_id = ResidentId(uuid7())
    with unit_of_work(platform.database, system_actor(community.tenant_id, [community.site_id])) as work:
        work.session.add(
            ResidentRow(id=resident_id, openid="o", openid_hash=resident_id.bytes, phone=None, created_at=work.now)
        )
        work.session.flush()
        work.session.add(
            BindingRow(
                id=uuid7(),
                resident_id=resident_id,
                household_id=community.household_id,
                person_id=community.person_id,
                tenant_id=community.tenant_id,
                site_id=community.site_id,
                state=BindingState.PENDING.value,
                requested_at=work.now,
            )
        )
    return resident_id


def resident_of(house: Gatehouse, household_id: HouseholdId | None = None) -> Actor:
    home = house.community
    scope = Scope(frozenset({home.site_id}), frozenset({household_id or home.household_id}))
    return Actor(ActorKind.RESIDENT, house.resident_id, home.tenant_id, frozenset({Role.RESIDENT}), scope)


def living_ids(session: Session, house: Gatehouse) -> dict[str, UUID]:
    """Of this community, by the argument that takes them."""
    site = {"site": house.community.site_id}
    ids = {
        argument: session.execute(text(f"SELECT id FROM {table} WHERE site_id = :site LIMIT 1"), site).scalar_one()
        for argument, table in TABLES.items()
    }
    staff = text("SELECT staff_id FROM staff_site WHERE site_id = :site LIMIT 1")
    ids["staff_id"] = session.execute(staff, site).scalar_one()
    export = text("SELECT id FROM data_export WHERE resident_id = :resident")
    ids["export_id"] = session.execute(export, {"resident": house.resident_id}).scalars().first()
    command = text("SELECT id FROM device_command WHERE site_id = :site")
    ids["command_id"] = session.execute(command, site).scalars().first()
    ids["building_id"], ids["site_id"] = house.community.building_id, house.community.site_id
    return ids
