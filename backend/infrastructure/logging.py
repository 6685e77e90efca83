"""Structured logs, one JSON object a line, with secrets and personal data masked whatever field they come in."""

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict

from backend.kernel.clock import LOCAL_ZONE, utc_now

_UUID = r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"
MASKS = (
    # The end of a random id may look like a phone number: ids are skipped whole, and stay findable.
    (re.compile(rf"({_UUID})|(?<!\d)(?:(?:00)?86)?1[3-9]\d{{9}}(?!\d)"), lambda found: found[1] or "[phone]"),
    (re.compile(r"(?<!\d)\d{17}[\dXx](?!\w)"), "[id number]"),
    (re.compile(r"(?i)(secret|token|password|js_code|access_key\w*)=[^&\s\"']+"), r"\1=[secret]"),
    (re.compile(r"(?i)bearer\s+[\w.~+/-]+"), "Bearer [secret]"),
    (re.compile(r"DETAIL:.*"), "[detail]"),
)


def mask(value: Any) -> Any:
    if isinstance(value, str):
        for pattern, replacement in MASKS:
            value = pattern.sub(replacement, value)
        return value
    if isinstance(value, dict):
        return {key: mask(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [mask(item) for item in value]
    return value


def _mask_event(_: Any, __: str, event: EventDict) -> EventDict:
    return {key: mask(value) for key, value in event.items()}


def _stamp(_: Any, __: str, event: EventDict) -> EventDict:
    event["at"] = utc_now().astimezone(LOCAL_ZONE).isoformat(timespec="milliseconds")
    return event


def _drop_exception_text(_: Any, __: str, event: EventDict) -> EventDict:
    """Libraries log exceptions whole; only the class may stay."""
    info = event.pop("exc_info", None)
    if info and not isinstance(info, bool):
        event["error"] = type(info[1] if isinstance(info, tuple) else info).__name__
    return event


SHARED = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    _stamp,
    _drop_exception_text,
    _mask_event,
)


def configure_logging(level: int = logging.INFO) -> None:
    renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=list(SHARED),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("werkzeug", "urllib3", "rq.worker", "alembic.runtime.plugins"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
