"""Asked by a resident, decided by the property: what is granted happens in the same transaction as the answer."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.features.matters import rules, store
from backend.features.matters.errors import MatterDecided, OwnRemoval, TooManyMatters
from backend.features.matters.model import DataField, Details, Matter, MatterKind, MatterState, Place
from backend.features.matters.tables import MatterRow
from backend.features.people import service as people
from backend.features.people.model import Document, PersonFields, Relation, Residency
from backend.features.sites import service as sites
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound, Refusal
from backend.kernel.identity import Scope
from backend.kernel.identity_numbers import DocumentKind, checked_number
from backend.kernel.ids import HouseholdId, PersonId, ResidentId, TenantId, uuid7
from backend.kernel.paging import Page, PageRequest
from backend.kernel.plates import checked_plate

is_late, is_due_soon = rules.is_late, rules.is_due_soon
matter_of = store.matter_of
FEED = "matter"


def ask_to_add_member(work: Work, within: Scope, household_id: UUID, details: Details) -> Matter:
    """Raises NotFound, NameInvalid, PhoneInvalid, StayNeeded, StayEndsTooEarly, TooManyMatters."""
    wish = replace(
        details,
        name=people.normalise_name(details.name),
        phone=people.normalise_phone(details.phone) if details.phone else "",
    )
    people.check_residency(_residency(wish, local_day(work.now)))
    return _ask(work, MatterKind.ADD_MEMBER, _place(work.session, within, household_id), wish)


def ask_to_remove_member(
    work: Work, within: Scope, household_id: UUID, person_id: UUID, own: set[PersonId], explanation: str
) -> Matter:
    """Changes nothing of the other's way home until the property has decided.

    `own`: as whom the register knows whoever asks. Raises NotFound, OwnRemoval, ExplanationNeeded, TooManyMatters.
    """
    place = _place(work.session, within, household_id)
    if person_id in own:
        raise OwnRemoval
    members = people.residencies_of(work.session, within, household_id, local_day(work.now))
    if person_id not in {member.person.id for member in members}:
        raise NotFound
    about = replace(place, person_id=PersonId(person_id))
    return _ask(work, MatterKind.REMOVE_MEMBER, about, Details(explanation=explanation))


def ask_to_add_vehicle(work: Work, within: Scope, household_id: UUID, plate: str) -> Matter:
    """Raises NotFound, ImplausiblePlate, TooManyMatters."""
    wish = Details(plate=checked_plate(plate))
    return _ask(work, MatterKind.ADD_VEHICLE, _place(work.session, within, household_id), wish)


def ask_to_correct(work: Work, place: Place, wanted: DataField, value: str, explanation: str) -> Matter:
    """`place` is of the resident's own person. Raises as the field's own check; TooManyMatters."""
    checked = _checked_value(work, place, wanted, value)
    return _ask(
        work, MatterKind.CORRECT, place, Details(data_field=wanted.value, value=checked, explanation=explanation)
    )


def ask_to_delete(work: Work, place: Place, explanation: str) -> Matter:
    """`place` is of the resident's own person. Raises ExplanationNeeded, TooManyMatters."""
    return _ask(work, MatterKind.DELETE, place, Details(explanation=explanation))


def _place(session: Session, within: Scope, household_id: UUID) -> Place:
    home = people.get_household(session, within, household_id)
    site = sites.get_site(session, within, home.site_id)
    return Place(site.tenant_id, site.id, HouseholdId(home.id))


def _ask(work: Work, kind: MatterKind, place: Place, details: Details) -> Matter:
    rules.check_details(kind, details)
    resident_id = work.actor.id
    if resident_id is None:
        raise NotFound
    _limit(work, resident_id)
    row = MatterRow(
        id=uuid7(),
        tenant_id=place.tenant_id,
        site_id=place.site_id,
        household_id=place.household_id,
        person_id=place.person_id,
        resident_id=resident_id,
        kind=kind.value,
        details=store.details_json(details),
        state=MatterState.OPEN.value,
        asked_at=work.now,
        due_on=rules.due_on(kind, local_day(work.now)),
        answer="",
    )
    work.session.add(row)
    work.session.flush()
    work.record("matter.asked", Subject("matter", row.id), tenant_id=place.tenant_id, kind=kind.value)
    work.publish(FEED, place.site_id, row.id)
    return store.matter_of(row)


def _limit(work: Work, resident_id: UUID) -> None:
    """Counted under a lock of the resident's own: two requests at once cannot both take the last place."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
    work.session.execute(lock, {"key": f"matters:{resident_id}"})
    if store.count_open(work.session, resident_id) >= rules.MOST_OPEN:
        raise TooManyMatters(limit=rules.MOST_OPEN)


def list_own(session: Session, resident_id: UUID, request: PageRequest) -> Page[Matter]:
    return store.page_of_own(session, resident_id, request)


def get_own(session: Session, resident_id: UUID, matter_id: UUID) -> Matter:
    row = store.find_own(session, resident_id, matter_id)
    if row is None:
        raise NotFound
    return store.matter_of(row)


def withdraw(work: Work, resident_id: UUID, matter_id: UUID) -> Matter:
    """By whoever asked; said again, nothing changes. Raises NotFound, MatterDecided."""
    row = store.find_own(work.session, resident_id, matter_id)
    if row is None:
        raise NotFound
    if row.state == MatterState.OPEN.value:
        _withdraw(work, row)
    if row.state != MatterState.WITHDRAWN.value:
        raise MatterDecided
    return store.matter_of(row)


def withdraw_all(work: Work, resident_id: ResidentId) -> None:
    """Whoever closes their account asks for nothing any more."""
    for row in store.open_of(work.session, resident_id):
        _withdraw(work, row)


def _withdraw(work: Work, row: MatterRow) -> None:
    row.state, row.decided_at = MatterState.WITHDRAWN.value, work.now
    work.record("matter.withdrawn", Subject("matter", row.id), tenant_id=TenantId(row.tenant_id))


def decide(
    work: Work, crypto: Crypto, within: Scope, matter_id: UUID, *, grant: bool, answer: str, heard: bool = False
) -> Matter:
    """The property's word. What is granted is done here; where that is refused, nothing is decided either.

    Raises NotFound, MatterDecided, AnswerNeeded, PersonNotHeard, and what the change itself refuses: PlateTaken,
    AlreadyMember, DocumentTaken, StayEndsTooEarly.
    """
    row = store.find_row(work.session, within, matter_id)
    if row is None:
        raise NotFound
    if row.state != MatterState.OPEN.value:
        raise MatterDecided
    matter = store.matter_of(row)
    rules.check_answer(matter.kind, grant=grant, answer=answer, heard=heard)
    if grant:
        _carry_out(work, crypto, Scope.of_sites([matter.place.site_id]), matter)
    row.state = (MatterState.GRANTED if grant else MatterState.REFUSED).value
    row.decided_at, row.decided_by, row.answer = work.now, work.actor.id, answer.strip()
    action = "matter.granted" if grant else "matter.refused"
    work.record(action, Subject("matter", row.id), tenant_id=matter.place.tenant_id, kind=matter.kind.value)
    return store.matter_of(row)


def _carry_out(work: Work, crypto: Crypto, within: Scope, matter: Matter) -> None:
    place, details = matter.place, matter.details
    match matter.kind:
        case MatterKind.ADD_MEMBER:
            _add_member(work, crypto, within, matter)
        case MatterKind.REMOVE_MEMBER:
            today = local_day(work.now)
            people.end_membership(work, within, place.household_id, _person(place), today)
        case MatterKind.ADD_VEHICLE:
            people.add_vehicle(work, within, place.household_id, details.plate)
        case MatterKind.CORRECT:
            _correct(work, crypto, within, matter)
        case MatterKind.DELETE:
            people.erase_person(work, crypto, within, _person(place))


def _person(place: Place) -> PersonId:
    if place.person_id is None:
        raise NotFound
    return place.person_id


def _add_member(work: Work, crypto: Crypto, within: Scope, matter: Matter) -> None:
    site = sites.get_site(work.session, within, matter.place.site_id)
    fields = PersonFields(matter.details.name, matter.details.phone or None)
    person_id = people.register_person(work, crypto, site, fields)
    residency = _residency(matter.details, local_day(work.now))
    people.settle(work, within, matter.place.household_id, person_id, residency)


def _residency(details: Details, today: date) -> Residency:
    until = date.fromisoformat(details.stay_until_on) if details.stay_until_on else None
    relation = Relation(details.relation or Relation.FAMILY.value)
    return Residency(relation, today, is_floating=until is not None, stay_until_on=until)


def _checked_value(work: Work, place: Place, wanted: DataField, value: str) -> str:
    match wanted:
        case DataField.NAME:
            return people.normalise_name(value)
        case DataField.PHONE:
            return people.normalise_phone(value)
        case DataField.DOCUMENT_NUMBER:
            fields = people.get_person_fields(work.session, Scope.of_sites([place.site_id]), _person(place))
            return checked_number(_kind_of_document(fields), value)
        case DataField.REGISTERED_HOME:
            return value.strip()
        case DataField.STAY_UNTIL:
            return _day(value).isoformat()


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise Refusal from None


def _kind_of_document(fields: PersonFields) -> DocumentKind:
    return DocumentKind.RESIDENT_CARD if fields.document is None else fields.document.kind


def _correct(work: Work, crypto: Crypto, within: Scope, matter: Matter) -> None:
    person_id, value = _person(matter.place), matter.details.value
    wanted = DataField(matter.details.data_field)
    if wanted is DataField.STAY_UNTIL:
        on_file = people.get_residency(work.session, within, matter.place.household_id, person_id)
        corrected = replace(on_file, is_floating=True, stay_until_on=date.fromisoformat(value))
        people.edit_residency(work, within, matter.place.household_id, person_id, corrected)
        return
    fields = people.get_person_fields(work.session, within, person_id)
    people.edit_person(work, crypto, within, person_id, _corrected(fields, wanted, value))


def _corrected(fields: PersonFields, wanted: DataField, value: str) -> PersonFields:
    match wanted:
        case DataField.DOCUMENT_NUMBER:
            return replace(fields, document=Document(_kind_of_document(fields), value))
        case DataField.NAME:
            return replace(fields, name=value)
        case DataField.PHONE:
            return replace(fields, phone=value)
        case DataField.REGISTERED_HOME:
            return replace(fields, registered_home=value)
        case DataField.STAY_UNTIL:
            raise ValueError("a stay is no field of the person")
