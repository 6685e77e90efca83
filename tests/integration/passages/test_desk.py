"""The guard's word, against the machine's and against another guard's."""

import pytest

from backend.infrastructure.http.platform import Platform
from backend.kernel.identity import Actor, ActorKind, Role
from backend.kernel.ids import uuid7
from tests.builders.community import Community, build_community
from tests.integration.device_api.terminal import Lane, build_lane
from wsgi import all_web_apps

RESIDENT_PLATE = "苏A12345"
STRANGER_PLATE = "京N8L3P5"


@pytest.fixture
def community(platform: Platform) -> Community:
    return build_community(platform, plate=RESIDENT_PLATE)


@pytest.fixture
def lane(platform: Platform, community: Community) -> Lane:
    return build_lane(platform, all_web_apps(platform)["device"], community)


def guard_of(community: Community) -> Actor:
    return Actor(ActorKind.STAFF, uuid7(), community.tenant_id, frozenset({Role.GUARD}), community.scope)
