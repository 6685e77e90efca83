from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from backend.features.sites import places, rules
from backend.features.sites.errors import BoundarySizeInvalid, DoorPlaceAmbiguous, NameTaken
from backend.features.sites.model import BoundaryKind, DoorPlace, Protection, SiteKind, ZoneKind
from backend.features.sites.tables import DoorRow
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.errors import NotFound
from backend.kernel.identity import system_actor
from backend.kernel.ids import ZoneId
from tests.builders.community import Community


def working(platform: Platform) -> Any:
    return unit_of_work(platform.database, system_actor())


def test_a_site_has_zones_of_every_kind_that_the_standard_names(platform: Platform, community: Community) -> None:
    with working(platform) as work:
        for kind in ZoneKind:
            places.add_zone(work, community.scope, community.site_id, kind, f"区域 {kind.value}")
        assert {zone.kind for zone in places.list_zones(work.session, community.scope)} == set(ZoneKind)


def test_a_zone_may_lie_in_a_building_of_its_own_site_only(
    platform: Platform, community: Community, elsewhere: Community
) -> None:
    with working(platform) as work:
        places.add_zone(work, community.scope, community.site_id, ZoneKind.LIFT, "1号电梯", community.building_id)
        with pytest.raises(NotFound):
            places.add_zone(work, community.scope, community.site_id, ZoneKind.LIFT, "2号电梯", elsewhere.building_id)
        with pytest.raises(NotFound):
            places.add_zone(work, community.scope, elsewhere.site_id, ZoneKind.LIFT, "3号电梯")
        with pytest.raises(NameTaken):
            places.add_zone(work, community.scope, community.site_id, ZoneKind.ROOF, "1号电梯")
        assert [zone.name for zone in places.list_zones(work.session, community.scope)] == ["1号电梯"]


def test_a_stretch_of_the_perimeter_says_what_watches_it(platform: Platform, community: Community) -> None:
    with working(platform) as work:
        scope, site = community.scope, community.site_id
        watched = [Protection.VIDEO, Protection.TENSION_FENCE]
        places.add_boundary_segment(work, scope, site, "北墙", BoundaryKind.WALL, 12_000, 180, watched)
        places.add_boundary_segment(work, scope, site, "东侧河道", BoundaryKind.WATER, 8_000, None)
        for size in ((0, 200), (100, None), (100, 0)):
            with pytest.raises(BoundarySizeInvalid):
                places.add_boundary_segment(work, scope, site, "坏", BoundaryKind.FENCE, *size)
        river, wall = places.list_boundary(work.session, scope)
    assert (wall.name, wall.protections) == ("北墙", frozenset(watched))
    assert rules.is_unwatched(river) and not rules.is_unwatched(wall)
    assert rules.is_too_low(wall, SiteKind.CAMPUS), "a school's wall is two metres high"
    assert not rules.is_too_low(wall, SiteKind.COMMUNITY)
    assert not rules.is_too_low(river, SiteKind.CAMPUS)


def test_a_door_belongs_to_one_place_of_its_site(
    platform: Platform, community: Community, elsewhere: Community
) -> None:
    with working(platform) as work:
        scope, site = community.scope, community.site_id
        zone = places.add_zone(work, scope, site, ZoneKind.CONTROL_CENTRE, "监控中心")
        places.add_door(work, scope, site, "监控中心门", DoorPlace(zone_id=zone))
        places.add_door(work, scope, site, "3幢大堂门", DoorPlace(building_id=community.building_id))
        for place in (DoorPlace(), DoorPlace(building_id=community.building_id, zone_id=zone)):
            with pytest.raises(DoorPlaceAmbiguous):
                places.add_door(work, scope, site, "门", place)
        for place in (DoorPlace(building_id=elsewhere.building_id), DoorPlace(zone_id=ZoneId(uuid4()))):
            with pytest.raises(NotFound):
                places.add_door(work, scope, site, "门", place)
        assert {door.name for door in places.list_doors(work.session, scope)} == {"监控中心门", "3幢大堂门"}
        assert places.list_doors(work.session, elsewhere.scope) == []


def test_the_database_too_wants_one_place_for_a_door(platform: Platform, community: Community) -> None:
    with pytest.raises(IntegrityError), working(platform) as work:
        work.session.add(DoorRow(id=uuid4(), site_id=community.site_id, name="无处之门"))
