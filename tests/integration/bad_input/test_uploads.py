"""Files that pretend to be pictures: refused with the reason, and neither a row nor a byte of them stays."""

import gzip
import io
import json

import pytest
from PIL import Image

from backend.infrastructure.http.platform import Platform
from tests.builders.bad_images import BAD_IMAGES, jpeg_from_a_phone, plain_jpeg
from tests.integration.device_api.ledger import nothing_changes, problem_of
from tests.integration.device_api.terminal import Terminal

MIB = 1024 * 1024
FAULTS = {name: code for name, (_, code) in BAD_IMAGES.items()} | {
    "huge": "body_too_large",  # refused before it is read
}
SEEN_BY_DECODING = {"broken_png"}
"""A whole file with too few pixels: web processes decode none, the worker finds it and the guard is asked."""
TOO_LARGE = {"image_too_many_pixels", "body_too_large"}


@pytest.mark.parametrize("kind", sorted(BAD_IMAGES.keys() - SEEN_BY_DECODING))
def test_a_bad_picture_is_refused_and_leaves_nothing(platform: Platform, gate: Terminal, kind: str) -> None:
    make, _ = BAD_IMAGES[kind]
    with nothing_changes(platform):
        assert problem_of(gate.upload(make())) == (413 if FAULTS[kind] in TOO_LARGE else 422, FAULTS[kind])


@pytest.mark.parametrize("content_type", ["image/gif", "text/html", "application/json", "multipart/form-data", ""])
def test_a_picture_under_another_type_is_refused(platform: Platform, gate: Terminal, content_type: str) -> None:
    with nothing_changes(platform):
        assert problem_of(gate.upload(plain_jpeg(), content_type)) == (415, "unsupported_media_type")


def test_a_gif_called_a_jpeg_is_refused_by_what_it_is(platform: Platform, gate: Terminal) -> None:
    make, code = BAD_IMAGES["gif"]
    with nothing_changes(platform):
        assert problem_of(gate.upload(make(), "image/jpeg")) == (422, code)


def test_a_compressed_body_is_bytes_and_no_picture(platform: Platform, gate: Terminal) -> None:
    with nothing_changes(platform):
        answer = gate.send(
            "POST",
            "/v1/media",
            data=gzip.compress(plain_jpeg()),
            content_type="image/jpeg",
            headers={"Content-Encoding": "gzip"},
        )
        assert problem_of(answer) == (422, "image_not_an_image")


def test_pictures_of_up_to_eight_mebibytes_are_taken(platform: Platform, gate: Terminal) -> None:
    for size in (5 * MIB, 8 * MIB):
        answer = gate.upload(plain_jpeg().ljust(size, b"\0"))  # cameras pad with zeros
        assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("excess", [1, MIB])
def test_a_byte_over_eight_mebibytes_is_too_much(platform: Platform, gate: Terminal, excess: int) -> None:
    with nothing_changes(platform):
        answer = gate.upload(plain_jpeg().ljust(8 * MIB + excess, b"\0"))
        assert problem_of(answer) == (413, "body_too_large")


def test_an_endless_body_without_a_length_is_cut_off(platform: Platform, gate: Terminal) -> None:
    """As a server hands on a chunked body: no Content-Length, the stream ends by itself."""
    with nothing_changes(platform):
        answer = gate.send(
            "POST",
            "/v1/media",
            input_stream=io.BytesIO(plain_jpeg().ljust(9 * MIB, b"\0")),
            content_type="image/jpeg",
            headers={"Transfer-Encoding": "chunked"},
            environ_overrides={"wsgi.input_terminated": True},
        )
        assert problem_of(answer) == (413, "body_too_large")


def test_broken_exif_data_break_nothing(gate: Terminal) -> None:
    picture = jpeg_from_a_phone()
    at = picture.index(b"Exif\0\0")
    for garbage in (b"", b"\xff" * 8, b"MM\0*\0\0\0\x08\xff\xff"):
        broken = picture[: at + 6] + garbage + picture[at + 6 + len(garbage) :]
        assert gate.upload(broken).status_code == 201


@pytest.mark.parametrize("format_name", ["PNG", "WEBP"])
def test_the_other_two_formats_are_taken(gate: Terminal, format_name: str) -> None:
    output = io.BytesIO()
    Image.new("RGB", (64, 48), "navy").save(output, format_name)
    assert gate.upload(output.getvalue(), f"image/{format_name.lower()}").status_code == 201


def test_one_upload_is_one_row_and_one_file(platform: Platform, gate: Terminal) -> None:
    with nothing_changes(platform, but={"media", "media files"}):
        answer = gate.upload(plain_jpeg())
    assert len(json.loads(answer.data)["sha256"]) == 64
