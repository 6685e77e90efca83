"""The backup contact of a household: named by it, asked when nobody of it answers."""

from uuid import UUID

from sqlalchemy.orm import Session

from backend.features.people import service as people
from backend.features.residents.contacts import find_resident_by_phone
from backend.features.walk_ins import store
from backend.features.walk_ins.model import Backup
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.crypto import Crypto
from backend.infrastructure.unit_of_work import Work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope


def name_backup(work: Work, crypto: Crypto, within: Scope, household_id: UUID, name: str, phone: str) -> Backup:
    """Instead of the one before. Raises NotFound, NameInvalid, PhoneInvalid."""
    home = people.get_household(work.session, within, household_id)
    number = people.normalise_phone(phone)
    here = Scope.of_sites({home.site_id})
    values = {
        "site_id": home.site_id,
        "name": people.normalise_name(name),
        "phone": number,
        "resident_id": find_resident_by_phone(work.session, here, people.phone_hash(crypto, number)),
        "named_by": work.actor.id,
        "at": work.now,
    }
    store.set_backup(work.session, home.id, values)
    work.record("household.backup_named", Subject("household", home.id))
    return get_backup(work.session, within, home.id)


def remove_backup(work: Work, within: Scope, household_id: UUID) -> None:
    """Raises NotFound for a home out of reach; a home without one stays without."""
    home = people.get_household(work.session, within, household_id)
    if store.remove_backup(work.session, within, home.id):
        work.record("household.backup_removed", Subject("household", home.id))


def find_backup(session: Session, within: Scope, household_id: UUID) -> Backup | None:
    """For whoever asks it: the platform's own jobs."""
    return store.find_backup(session, within, household_id)


def get_backup(session: Session, within: Scope, household_id: UUID) -> Backup:
    """Raises NotFound."""
    home = people.get_household(session, within, household_id)
    backup = store.find_backup(session, within, home.id)
    if backup is None:
        raise NotFound
    return backup
