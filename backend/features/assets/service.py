"""The register of public facilities, security technology and fire equipment, with their checks."""

from datetime import date
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.features.assets import rules, store
from backend.features.assets.errors import AssetCodeTaken
from backend.features.assets.model import Asset, AssetFields
from backend.features.assets.tables import AssetRow
from backend.infrastructure.audit.entry import Subject
from backend.infrastructure.inserting import add_if_absent
from backend.infrastructure.unit_of_work import Work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import Scope
from backend.kernel.ids import AssetId, SiteId, uuid7

due_of = rules.due_of


def add_asset(work: Work, within: Scope, site_id: SiteId, fields: AssetFields) -> AssetId:
    """Raises NotFound, AssetCodeTaken, CheckInFuture."""
    if not within.reaches_site(site_id):
        raise NotFound
    rules.check_day(fields.last_checked_on, local_day(work.now))
    row = asset_row(work, site_id, fields)
    if not add_if_absent(work.session, row):
        raise AssetCodeTaken
    work.record("asset.added", Subject("asset", row.id))
    return AssetId(row.id)


def asset_row(work: Work, site_id: SiteId, fields: AssetFields) -> AssetRow:
    row = AssetRow(id=uuid7(), site_id=site_id, created_at=work.now)
    fill(row, fields)
    return row


def fill(row: AssetRow, fields: AssetFields) -> None:
    row.code, row.kind, row.name, row.place = fields.code, fields.kind.value, fields.name, fields.place
    row.check_interval_days, row.last_checked_on = fields.check_interval_days, fields.last_checked_on
    row.retired = fields.retired


def edit_asset(work: Work, within: Scope, asset_id: UUID, fields: AssetFields) -> None:
    """The fields as they shall stand. Raises NotFound, AssetCodeTaken, CheckInFuture."""
    rules.check_day(fields.last_checked_on, local_day(work.now))
    row = _row(work.session, within, asset_id)
    fill(row, fields)
    try:
        with work.session.begin_nested():
            work.session.flush()
    except IntegrityError:
        raise AssetCodeTaken from None
    work.record("asset.changed", Subject("asset", row.id))


def record_check(work: Work, within: Scope, asset_id: UUID, checked_on: date) -> None:
    """Somebody has looked at it on that day. Raises NotFound, CheckInFuture."""
    rules.check_day(checked_on, local_day(work.now))
    row = _row(work.session, within, asset_id)
    row.last_checked_on = checked_on
    work.record("asset.checked", Subject("asset", row.id))


def get_asset(session: Session, within: Scope, asset_id: UUID) -> Asset:
    """Raises NotFound."""
    return store.asset_of(_row(session, within, asset_id))


def _row(session: Session, within: Scope, asset_id: UUID) -> AssetRow:
    row = store.find_row(session, within, asset_id)
    if row is None:
        raise NotFound
    return row
