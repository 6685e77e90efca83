import io
import json
import logging

import pytest
import structlog

from backend.infrastructure.logging import configure_logging, mask

PHONE = "13912345678"
ID_NUMBER = "99010119900307261X"


@pytest.fixture
def lines() -> io.StringIO:
    configure_logging()
    output = io.StringIO()
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(output)
    return output


def test_a_phone_number_never_reaches_a_log_line(lines: io.StringIO) -> None:
    structlog.get_logger().info("sent", to=PHONE, nested={"list": [f"tel {PHONE}!"]})
    logging.getLogger("some.library").warning("failed for %s", PHONE)
    assert PHONE not in lines.getvalue()
    assert lines.getvalue().count("[phone]") == 3


def test_an_exception_is_logged_by_class_and_never_by_message(lines: io.StringIO) -> None:
    try:
        raise ValueError(f"Key (phone)=({PHONE}) already exists")
    except ValueError:
        logging.getLogger("some.library").exception("broke")
    document = json.loads(lines.getvalue())
    assert document["error"] == "ValueError"
    assert PHONE not in lines.getvalue()


def test_a_line_is_one_json_object_with_local_time_and_plain_chinese(lines: io.StringIO) -> None:
    structlog.get_logger().info("你好")
    document = json.loads(lines.getvalue())
    assert document["event"] == "你好"
    assert document["at"].endswith("+08:00")
    assert "你好" in lines.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        f"id {ID_NUMBER}",
        "GET /sns/jscode2session?secret=abc123&js_code=xyz",
        "Authorization: Bearer abc.def-123",
        "password=hunter2",
    ],
)
def test_secrets_and_identity_numbers_are_masked(text: str) -> None:
    masked = mask(text)
    for secret in (ID_NUMBER, "abc123", "xyz", "abc.def-123", "hunter2"):
        assert secret not in masked


@pytest.mark.parametrize("text", [f"+86{PHONE}", f"tel:{PHONE}", f"a-{PHONE}-b", f"0086{PHONE}"])
def test_a_phone_number_is_masked_however_it_is_written(text: str) -> None:
    assert PHONE not in mask(text)


def test_an_id_that_ends_like_a_phone_number_stays_whole() -> None:
    assert mask(f"job 01a206bb-bed0-7e21-b562-f{PHONE}") == f"job 01a206bb-bed0-7e21-b562-f{PHONE}"


def test_ordinary_numbers_stay_readable() -> None:
    assert mask("order 20261122180500123 took 35 ms") == "order 20261122180500123 took 35 ms"
