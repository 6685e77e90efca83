"""What it costs to say who is inside, among twenty thousand passages of visitors: the pages as the guard gets them."""

import time
from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import text

from backend.kernel.clock import local_day
from backend.kernel.identity import Actor, ActorKind, Role
from backend.kernel.paging import PageRequest
from backend.pages.gap_list import GapFilter, read_gaps
from backend.pages.occupancy_list import read_occupancy
from backend.portals.property.app import create_app
from tests.benchmarks.figures import percentile, seconds_of, show
from tests.chaos.installation import Installation
from tests.integration.bad_input.test_tenants import acting_as
from tests.integration.portals.gatehouse import Gatehouse, build_gatehouse

PASSAGES = 20_000
STAYING = 500
"""So many of them have come in and have not left."""
LOOKS = 10
_MANY = text(
    """
    INSERT INTO passage (id, tenant_id, site_id, gate_id, device_id, direction, credential, plate, alternatives, state,
                         reason_owed, occurred_at, created_at, decided_at, seen_until)
    SELECT gen_random_uuid(), :tenant, :site, :gate, :lane, :direction, 'plate', '苏T' || lpad(n::text, 5, '0'), '[]',
           'opened', false, at, at, at, at
    FROM generate_series(1, :count) AS n, LATERAL (SELECT now() - interval '25 days' + n * interval '2 minutes'
           + CAST(:later AS interval) AS at) AS happened
    """
)


def bench_occupancy(installation: Installation) -> None:
    house = build_gatehouse(installation.platform)
    _fill(house)
    _timed("inside_of_20000_passages", lambda: _inside(house))
    _timed("gaps_of_20000_passages", lambda: _gaps(house))
    client = acting_as(create_app(installation.platform), _guard(house))
    _timed("inside_page_of_20000_passages", lambda: _got(client, "/inside"))
    _timed("evacuation_list_of_20000_passages", lambda: _got(client, "/evacuation/list.json"))


def _fill(house: Gatehouse) -> None:
    """Half of the passages are entries; but for the last ones each has its exit twenty minutes later."""
    place = {"tenant": house.community.tenant_id, "site": house.community.site_id, "gate": house.gate_id}
    entries = (PASSAGES + STAYING) // 2
    with house.platform.database.sessions.begin() as session:
        for lane, way, count, later in (
            (house.entry, "in", entries, "0 minutes"),
            (house.exit, "out", PASSAGES - entries, "20 minutes"),
        ):
            session.execute(_MANY, place | {"lane": lane, "direction": way, "count": count, "later": later})
        session.execute(text("ANALYZE passage"))


def _inside(house: Gatehouse) -> None:
    with house.work() as work:
        assert len(read_occupancy(work.session, house.within, work.now).inside) == STAYING


def _gaps(house: Gatehouse) -> None:
    with house.work() as work:
        today = local_day(work.now)
        wanted = GapFilter(today - timedelta(days=29), today)
        assert read_gaps(work.session, house.within, wanted, PageRequest(30), work.now).found.items


def _guard(house: Gatehouse) -> Actor:
    staff = house.hire("guard", Role.GUARD, totp=False)
    return Actor(ActorKind.STAFF, staff.id, house.community.tenant_id, frozenset({Role.GUARD}), house.within)


def _got(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 200


def _timed(name: str, once: Callable[[], None]) -> None:
    once()
    processor = time.process_time()
    spent = [seconds_of(once) * 1000 for _ in range(LOOKS)]
    show(f"{name}_p50", percentile(spent, 50), "ms")
    show(f"{name}_worst", max(spent), "ms")
    show(f"{name}_processor", (time.process_time() - processor) * 1000 / LOOKS, "ms")
