from datetime import date, timedelta
from typing import Any

import pytest

from backend.features.assets import service as assets
from backend.features.assets.errors import AssetCodeTaken, CheckInFuture
from backend.features.assets.model import AssetFields, AssetKind
from backend.features.employees import service as employees
from backend.features.employees.errors import CertificateTaken, EmployeeTaken
from backend.features.employees.model import Certificate, CertificateKind, Duty, EmployeeFields, Training, Vetting
from backend.features.sites import service as sites
from backend.infrastructure.changes import history_of
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import Work, unit_of_work
from backend.kernel.clock import local_day
from backend.kernel.errors import NotFound
from backend.kernel.identity import system_actor
from backend.kernel.identity_numbers import DocumentKind
from tests.builders.community import Community

GUARD = EmployeeFields(
    "李保安", Duty.GUARD, "13700000001", DocumentKind.RESIDENT_CARD, "11010519491231002X", "某保安公司"
)
LICENCE = Certificate(CertificateKind.SECURITY_GUARD, "苏保安20260001", "苏州市公安局", None)


def working(platform: Platform) -> Any:
    return unit_of_work(platform.database, system_actor())


def hired(work: Work, platform: Platform, community: Community) -> Any:
    site = sites.get_site(work.session, community.scope, community.site_id)
    return employees.add_employee(work, platform.crypto, site, GUARD)


def test_a_guards_file_holds_certificates_vetting_and_training(platform: Platform, community: Community) -> None:
    with working(platform) as work:
        guard, scope = hired(work, platform, community), community.scope
        employees.add_certificate(work, platform.crypto, scope, guard, LICENCE)
        employees.add_vetting(work, scope, guard, Vetting(date(2026, 5, 1), True, "城关派出所"))
        employees.add_training(work, scope, guard, Training("消防演练", date(2026, 6, 1), 4))
        file = employees.get_employee(work.session, scope, guard)
    assert (file.fields, file.certificates) == (GUARD, (LICENCE,))
    assert (file.vettings[0].passed, file.trainings[0].topic) == (True, "消防演练")
    with platform.database.sessions() as session:
        kinds = [change.kind for change in history_of(session, community.scope, [guard])]
    assert sorted(kinds) == ["certificate", "employee", "training", "vetting"]


def test_the_same_document_or_certificate_is_registered_once(platform: Platform, community: Community) -> None:
    with working(platform) as work:
        guard = hired(work, platform, community)
        with pytest.raises(EmployeeTaken):
            hired(work, platform, community)
        employees.add_certificate(work, platform.crypto, community.scope, guard, LICENCE)
        with pytest.raises(CertificateTaken):
            employees.add_certificate(work, platform.crypto, community.scope, guard, LICENCE)


def test_a_file_of_another_site_is_not_there(platform: Platform, community: Community, elsewhere: Community) -> None:
    with working(platform) as work:
        guard, scope = hired(work, platform, community), elsewhere.scope
        for attempt in (
            lambda: employees.get_employee(work.session, scope, guard),
            lambda: employees.edit_employee(work, platform.crypto, scope, guard, GUARD),
            lambda: employees.add_certificate(work, platform.crypto, scope, guard, LICENCE),
            lambda: employees.add_vetting(work, scope, guard, Vetting(date(2026, 5, 1), True, "派出所")),
            lambda: employees.add_training(work, scope, guard, Training("消防", date(2026, 5, 1), 1)),
        ):
            with pytest.raises(NotFound):
                attempt()


def test_the_next_check_follows_from_the_last(platform: Platform, community: Community) -> None:
    with working(platform) as work:
        scope, today = community.scope, local_day(work.now)
        fields = AssetFields("XF-001", AssetKind.EXTINGUISHER, "灭火器", "3幢1层", 30, today - timedelta(days=31))
        extinguisher = assets.add_asset(work, scope, community.site_id, fields)
        assert assets.get_asset(work.session, scope, extinguisher).next_due_on == today - timedelta(days=1)
        assets.record_check(work, scope, extinguisher, today)
        work.session.flush()
        work.session.expire_all()
        assert assets.get_asset(work.session, scope, extinguisher).next_due_on == today + timedelta(days=30)
        with pytest.raises(CheckInFuture):
            assets.record_check(work, scope, extinguisher, today + timedelta(days=1))


def test_an_assets_code_is_its_own_at_a_site(platform: Platform, community: Community, elsewhere: Community) -> None:
    pump = AssetFields("B-1", AssetKind.WATER_PUMP, "水泵", "泵房")
    with working(platform) as work:
        assets.add_asset(work, community.scope, community.site_id, pump)
        other = assets.add_asset(work, elsewhere.scope, elsewhere.site_id, pump)
        with pytest.raises(AssetCodeTaken):
            assets.add_asset(work, community.scope, community.site_id, pump)
        with pytest.raises(NotFound):
            assets.get_asset(work.session, community.scope, other)
        with pytest.raises(NotFound):
            assets.add_asset(work, community.scope, elsewhere.site_id, pump)
