"""The guard's word, against the machine's and against another guard's."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from backend.features.devices import service as devices
from backend.features.devices.tables import DeviceCommandRow
from backend.features.passages import desk
from backend.features.passages import service as passages
from backend.features.passages.errors import AlreadyDecided, NothingToConfirm
from backend.features.passages.jobs import RecognisePlate
from backend.features.passages.model import Admit, AskGuard, AskReason, HandReason, Passage, PassageState
from backend.features.passages.model import PlateObservation
from backend.features.passages.tables import CaptureRow, PassageRow
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.outbox.tables import OutboxRow
from backend.infrastructure.unit_of_work import unit_of_work
from backend.kernel.errors import NotFound
from backend.kernel.identity import Actor, ActorKind, Role, Scope
from backend.kernel.ids import PassageId, uuid7
from tests.builders.bad_images import broken_png
from tests.builders.community import Community, build_community
from tests.builders.scenes import gate_scene
from tests.integration.device_api.terminal import Lane, build_lane
from workers.keeper import LeaseKeeper
from workers.recognition_registry import RECOGNITION
from workers.running import Runner
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
