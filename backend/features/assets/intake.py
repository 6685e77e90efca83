"""The assets of one site, read once and changed together: for an import. Nothing is flushed here."""

from backend.features.assets import service, store
from backend.features.assets.model import AssetFields
from backend.features.sites.model import Site
from backend.infrastructure.unit_of_work import Work
from backend.kernel.identity import Scope


class AssetIntake:
    def __init__(self, work: Work, site: Site) -> None:
        self._work, self._site = work, site
        self._by_code = {row.code: row for row in store.rows_of(work.session, Scope.of_sites([site.id]))}

    def find(self, code: str) -> AssetFields | None:
        row = self._by_code.get(code)
        return None if row is None else store.fields_of(row)

    def put(self, fields: AssetFields) -> None:
        """Adds it, or makes the one with its code so."""
        row = self._by_code.get(fields.code)
        if row is None:
            row = self._by_code[fields.code] = service.asset_row(self._work, self._site.id, fields)
            self._work.session.add(row)
        else:
            service.fill(row, fields)
