"""Untrusted pictures: refused with a stable code, or reduced to upright pixels."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from recognition.images import ImageLimits, ImageRefused, decode, inspect, pixels_only
from recognition.pixels import pixels_of
from tests.builders import bad_images

_REFUSED_BY_HEADER = sorted(set(bad_images.BAD_IMAGES) - {"broken_png"})


@pytest.mark.parametrize("name", sorted(bad_images.BAD_IMAGES))
def test_a_bad_picture_is_refused_with_its_own_code(name: str) -> None:
    make, code = bad_images.BAD_IMAGES[name]
    with pytest.raises(ImageRefused) as refusal:
        decode(make())
    assert refusal.value.code == code


@pytest.mark.parametrize("name", _REFUSED_BY_HEADER)
def test_the_header_alone_is_enough_to_refuse_it(name: str) -> None:
    make, code = bad_images.BAD_IMAGES[name]
    with pytest.raises(ImageRefused) as refusal:
        inspect(make())
    assert refusal.value.code == code


def test_a_small_limit_of_bytes_is_kept() -> None:
    with pytest.raises(ImageRefused) as refusal:
        inspect(bad_images.plain_jpeg(), ImageLimits(max_bytes=100))
    assert refusal.value.code == "image_too_large"


def test_a_picture_too_small_to_show_anything_is_refused() -> None:
    with pytest.raises(ImageRefused) as refusal:
        inspect(bad_images.plain_jpeg((4, 4)))
    assert refusal.value.code == "image_too_small"


def test_padding_of_zeros_behind_a_picture_is_no_second_file() -> None:
    assert inspect(bad_images.plain_jpeg() + b"\x00" * 14).format == "JPEG"


def test_trailing_data_are_cut_off_where_they_are_allowed() -> None:
    limits = ImageLimits(allow_trailing_data=True)
    assert b"payload" not in pixels_only(bad_images.jpeg_with_zip(), limits)


@pytest.mark.parametrize(("format_name", "media_type"), [("PNG", "image/png"), ("WEBP", "image/webp")])
def test_the_other_formats_are_taken_too(format_name: str, media_type: str) -> None:
    output = io.BytesIO()
    Image.new("RGBA", (40, 30), (0, 128, 255, 255)).save(output, format_name)
    facts = inspect(output.getvalue())
    assert (facts.media_type, facts.width_px, facts.height_px) == (media_type, 40, 30)
    assert pixels_of(decode(output.getvalue())).shape == (30, 40, 3)


def test_a_picture_held_sideways_is_turned_upright() -> None:
    data = bad_images.jpeg_from_a_phone()
    assert (inspect(data).width_px, inspect(data).height_px) == (48, 64)
    assert pixels_of(decode(data)).shape == (64, 48, 3)


def test_pixels_come_as_blue_green_red_and_cannot_be_written() -> None:
    pixels = pixels_of(decode(bad_images.jpeg_from_a_phone()))
    blue, green, red = pixels[10, 10]
    assert red > 150 > green and red > 150 > blue
    with pytest.raises(ValueError, match="read-only"):
        pixels[0, 0] = 0


def test_re_encoding_leaves_no_position_no_comment_and_no_orientation() -> None:
    clean = pixels_only(bad_images.jpeg_from_a_phone())
    assert not Image.open(io.BytesIO(clean)).getexif()
    assert (inspect(clean).width_px, inspect(clean).height_px) == (48, 64)
    assert b"script" not in pixels_only(bad_images.jpeg_with_hidden_comment())


def test_a_refusal_repeats_nothing_of_the_file() -> None:
    with pytest.raises(ImageRefused) as refusal:
        inspect(b"secret words" * 10)
    assert "secret" not in str(refusal.value)


@given(st.binary(max_size=400))
def test_no_bytes_behind_a_signature_do_anything_but_be_refused(noise: bytes) -> None:
    for signature in (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\x00\x00\x00WEBP", b""):
        with pytest.raises(ImageRefused):
            decode(signature + noise)


@given(st.data())
def test_a_damaged_picture_is_decoded_or_refused_but_never_an_error(data: st.DataObject) -> None:
    original = bytearray(bad_images.plain_jpeg())
    for _ in range(data.draw(st.integers(1, 5))):
        original[data.draw(st.integers(0, len(original) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert len(decode(bytes(original)).bgr) % 3 == 0
    except ImageRefused as refusal:
        assert refusal.code.startswith("image_")
