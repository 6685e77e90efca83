"""Every table of the platform, so that the metadata is whole wherever this is imported."""

from backend.features.accounts import tables as accounts
from backend.features.assets import tables as assets
from backend.features.children import tables as children
from backend.features.consents import tables as consents
from backend.features.credentials import tables as credentials
from backend.features.desk import tables as desk
from backend.features.devices import tables as devices
from backend.features.employees import tables as employees
from backend.features.gate_lists import tables as gate_lists
from backend.features.identity_records import tables as identity_records
from backend.features.imports import tables as imports
from backend.features.intercom import tables as intercom
from backend.features.matters import tables as matters
from backend.features.media import tables as media
from backend.features.notices import tables as notices
from backend.features.occupancy import tables as occupancy
from backend.features.passages import tables as passages
from backend.features.people import tables as people
from backend.features.pickup import tables as pickup
from backend.features.residents import tables as residents
from backend.features.rights import tables as rights
from backend.features.sites import tables as sites
from backend.features.training import tables as training
from backend.features.visit_policies import tables as visit_policies
from backend.features.visits import tables as visits
from backend.features.walk_ins import tables as walk_ins
from backend.infrastructure import changes, feed, idempotency, presence, schedule
from backend.infrastructure.audit import tables as audit
from backend.infrastructure.database import Row
from backend.infrastructure.outbox import tables as outbox

MODULES = (
    accounts,
    assets,
    audit,
    changes,
    children,
    consents,
    credentials,
    desk,
    devices,
    employees,
    feed,
    gate_lists,
    idempotency,
    identity_records,
    imports,
    intercom,
    matters,
    media,
    notices,
    occupancy,
    outbox,
    passages,
    people,
    pickup,
    presence,
    residents,
    rights,
    schedule,
    sites,
    training,
    visit_policies,
    visits,
    walk_ins,
)
METADATA = Row.metadata
