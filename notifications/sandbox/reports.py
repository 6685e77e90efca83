"""Delivery reports, pushed to the address that was set; unsigned, as the real ones."""

import logging
from threading import Event, Thread
from typing import Any

import requests

from notifications.sandbox.sms import DELIVERED, WAITING, china_time, fate
from notifications.sandbox.store import Store, instant

logger = logging.getLogger(__name__)

PUSH_INTERVAL_SECONDS = 0.5
_BATCH = 100


def start_reports(store: Store) -> Event:
    """Push in a thread of its own, until the event is set."""
    stop = Event()
    Thread(target=_push_until, args=(store, stop), name="reports", daemon=True).start()
    return stop


def _push_until(store: Store, stop: Event) -> None:
    while not stop.wait(PUSH_INTERVAL_SECONDS):
        url = store.setting("report_url", None)
        try:
            if url is not None:
                push_reports(store, url)
        except requests.RequestException as error:
            logger.warning("report push failed: %s", type(error).__name__)


def push_reports(store: Store, url: str) -> None:
    """Push what has not been taken yet; a receiver that does not answer `code` 0 gets it again."""
    pending = store.rows(
        "SELECT * FROM message WHERE channel = 'sms' AND reported_at IS NULL ORDER BY id LIMIT ?", _BATCH
    )
    due = [row for row in pending if fate(store, row["recipient"])[0] != WAITING]
    if not due:
        return
    answer = requests.post(url, json=[_report(store, row) for row in due], timeout=5)
    if answer.ok and answer.json().get("code") == 0:
        with store.transaction() as connection:
            connection.executemany(
                "UPDATE message SET reported_at = ? WHERE id = ?", [(instant(), row["id"]) for row in due]
            )


def _report(store: Store, row: dict[str, Any]) -> dict[str, Any]:
    status, code = fate(store, row["recipient"])
    return {
        "phone_number": row["recipient"],
        "send_time": china_time(row["accepted_at"]),
        "report_time": china_time(instant()),
        "success": status == DELIVERED,
        "err_code": code,
        "err_msg": "用户接收成功" if status == DELIVERED else "用户接收失败",
        "sms_size": "1",
        "biz_id": row["provider_id"],
        "out_id": row["out_id"],
    }
