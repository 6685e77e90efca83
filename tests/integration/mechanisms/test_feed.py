"""Readers by position miss nothing, though transactions commit in another order than they wrote."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from backend.infrastructure import feed
from backend.infrastructure.unit_of_work import Database
from backend.kernel.clock import utc_now
from backend.kernel.ids import SiteId, uuid7

SITE = SiteId(uuid7())


def append(database: Database, kind: str) -> None:
    with database.sessions.begin() as session:
        feed.append(session, kind, SITE, uuid7(), utc_now())


def assign(database: Database) -> int:
    with database.sessions.begin() as session:
        return feed.assign_positions(session)


def kinds_after(database: Database, position: int) -> list[str]:
    with database.sessions() as session:
        return [entry.kind for entry in feed.read_after(session, position, [SITE])]


def last(database: Database) -> int:
    with database.sessions() as session:
        return feed.last_position(session)


def test_a_row_written_first_and_committed_last_is_not_missed(database: Database) -> None:
    with database.sessions() as slow:
        feed.append(slow, "slow", SITE, uuid7(), utc_now())
        append(database, "fast")
        assign(database)
        assert kinds_after(database, 0) == ["fast"]
        seen = last(database)
        slow.commit()
    assign(database)
    assert kinds_after(database, seen) == ["slow"]


def test_rows_of_a_refused_transaction_leave_no_gap_to_wait_for(database: Database) -> None:
    with database.sessions() as refused:
        feed.append(refused, "refused", SITE, uuid7(), utc_now())
        refused.rollback()
    append(database, "one")
    append(database, "two")
    assign(database)
    with database.sessions() as session:
        assert [entry.position for entry in feed.read_after(session, 0, [SITE])] == [1, 2]


def test_many_sequencers_at_once_give_every_row_one_position(database: Database) -> None:
    def write_and_assign(n: int) -> None:
        append(database, f"kind-{n}")
        assign(database)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write_and_assign, range(200)))
    with database.sessions() as session:
        positions = session.execute(text("SELECT position FROM feed ORDER BY position")).scalars().all()
    assert positions == list(range(1, 201))


def test_a_reader_beside_writers_and_a_sequencer_sees_every_row_once_and_in_order(database: Database) -> None:
    total, seen, position = 150, [], 0
    with ThreadPoolExecutor(6) as pool:
        writes = [pool.submit(append, database, str(n)) for n in range(total)]
        while len(seen) < total:
            assign(database)
            with database.sessions() as session:
                entries = feed.read_after(session, position, [SITE])
            seen += [entry.kind for entry in entries]
            position = entries[-1].position if entries else position
            assert len(seen) < total or all(write.done() for write in writes)
    assert sorted(seen, key=int) == [str(n) for n in range(total)]


def test_another_sites_rows_are_not_read(database: Database) -> None:
    append(database, "mine")
    assign(database)
    with database.sessions() as session:
        assert feed.read_after(session, 0, [SiteId(uuid7())]) == []
