"""The site's own province, from its register through the worker that reads to what the guard is shown."""

import cv2
import numpy as np
from sqlalchemy import text

from backend.features.sites import service as sites
from backend.kernel.ids import DeviceId
from tests.builders.scenes import gate_scene
from tests.integration.passages.ledger import passage
from tests.integration.portals.gatehouse import Gatehouse
from workers.keeper import LeaseKeeper
from workers.recognition_registry import RECOGNITION
from workers.running import Runner

ONE, OTHER = "苏B10345", "浙B10345"
SHARE = 0.48
"""Of the first in the picture: at this one the cuts that the engine takes disagree by halves."""


def torn(share: float) -> bytes:
    """One scene drawn with either plate and laid over itself: a province that may be the one or the other."""
    scenes = [np.frombuffer(gate_scene(plate, seed=3), np.uint8) for plate in (ONE, OTHER)]
    drawn = [cv2.imdecode(scene, cv2.IMREAD_COLOR) for scene in scenes]
    blended = cv2.addWeighted(drawn[0], share, drawn[1], 1 - share, 0)
    return bytes(cv2.imencode(".png", blended)[1].tobytes())


def read_by_a_worker(house: Gatehouse, photo: bytes, lane: DeviceId) -> str | None:
    """What the passage is told to be, after the recognition worker did what was promised."""
    arrival = house.arrives(photo, lane=lane)
    waiting = text("SELECT id FROM outbox_job WHERE finished_at IS NULL AND kind = :kind")
    with house.platform.database.sessions() as session:
        ids = session.execute(waiting, {"kind": arrival.job.kind}).scalars().all()
    runner = Runner(house.platform, RECOGNITION, LeaseKeeper(house.platform.database), "test")
    assert [runner.run(job_id) for job_id in ids] == [True]
    return passage(house, arrival.passage_id).plate


def test_a_worn_province_is_read_as_the_site_s_own_and_as_another_site_s_there(house: Gatehouse) -> None:
    photo = torn(SHARE)
    seen = []
    # Two lanes, since pictures from one would be one car's and vote.
    for home, lane in ((ONE[0], house.entry), (OTHER[0], house.exit)):
        with house.work() as work:
            sites.set_home_province(work, house.within, house.community.site_id, home)
        seen.append(read_by_a_worker(house, photo, lane))
    assert seen == [ONE, OTHER]
