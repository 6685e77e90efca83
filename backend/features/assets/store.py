from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.features.assets.model import Asset, AssetFields, AssetKind
from backend.features.assets.tables import AssetRow
from backend.kernel.identity import Scope


def find_row(session: Session, within: Scope, asset_id: UUID) -> AssetRow | None:
    """Locked, for who is about to change it."""
    mine = select(AssetRow).where(AssetRow.id == asset_id, AssetRow.site_id.in_(within.sites))
    return session.scalar(mine.with_for_update())


def rows_of(session: Session, within: Scope) -> list[AssetRow]:
    """All of them, locked: for an import, which compares with every one."""
    mine = select(AssetRow).where(AssetRow.site_id.in_(within.sites)).order_by(AssetRow.id)
    return list(session.scalars(mine.with_for_update()))


def asset_of(row: AssetRow) -> Asset:
    return Asset(row.id, row.site_id, fields_of(row), row.next_due_on)


def fields_of(row: AssetRow) -> AssetFields:
    return AssetFields(
        row.code,
        AssetKind(row.kind),
        row.name,
        row.place,
        row.check_interval_days,
        row.last_checked_on,
        row.retired,
    )
