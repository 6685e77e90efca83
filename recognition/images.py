"""Pictures from strangers: what is refused, what is learnt from the header, what is decoded.

Only JPEG, PNG and WebP are ever parsed. Web processes call `inspect`, which reads headers and frames but
no pixels; recognition calls `decode`; whatever is stored and shown again goes through `pixels_only`.
"""

import io
import re
import struct
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

_FORMATS: Final = ("JPEG", "PNG", "WEBP")
_JPEG_END_OF_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_JPEG_START, _JPEG_END, _JPEG_SCAN = 0xD8, 0xD9, 0xDA
_EXIF_ORIENTATION: Final = 0x0112
_HARMLESS_TAIL: Final = 4
"""Cameras pad with zeros or a checksum; no second file fits into so few bytes."""
_TURNED_SIDEWAYS: Final = range(5, 9)


class ImageRefused(ValueError):
    """A picture that is not taken; `code` is stable and safe to show, the message holds no content."""

    kind = "invalid"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What a picture may cost. Trailing bytes hide second files; people's phones add harmless ones."""

    max_bytes: int = 8 * 1024 * 1024
    max_pixels: int = 40_000_000
    min_side_px: int = 8
    allow_trailing_data: bool = False


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What the header says; width and height are those of the upright picture, in pixels."""

    format: str
    media_type: str
    width_px: int
    height_px: int
    bytes: int


@dataclass(frozen=True, slots=True, eq=False)
class DecodedImage:
    """An upright picture: three bytes a pixel, blue, green, red, row by row; `pixels_of` makes an array."""

    bgr: bytes
    width_px: int
    height_px: int


DEFAULT_LIMITS: Final = ImageLimits()


def inspect(data: bytes, limits: ImageLimits = DEFAULT_LIMITS) -> ImageFacts:
    """What the header says, without decoding pixels; raises `ImageRefused`."""
    with _opened(data, limits) as image:
        width, height = image.size
        # Without EXIF in the header Pillow would look for it behind a PNG's pixels, and decode them all.
        if "exif" in image.info and image.getexif().get(_EXIF_ORIENTATION) in _TURNED_SIDEWAYS:
            width, height = height, width
        name = _format_of(image)
        _check_sums(image)
        return ImageFacts(name, f"image/{name.lower()}", width, height, len(data))


def _check_sums(image: Image.Image) -> None:
    """A PNG's checksums, which cost no decoding; the other formats have none."""
    try:
        if image.format == "PNG":
            image.verify()
    except (OSError, SyntaxError, ValueError, struct.error) as error:
        raise ImageRefused("image_truncated", "the picture ends early or its data are broken") from error


def decode(data: bytes, limits: ImageLimits = DEFAULT_LIMITS) -> DecodedImage:
    """The upright pixels of an untrusted picture; raises `ImageRefused`."""
    image = _upright(data, limits)
    return DecodedImage(image.tobytes("raw", "BGR"), image.width, image.height)


def pixels_only(data: bytes, limits: ImageLimits = DEFAULT_LIMITS, *, quality: int = 90) -> bytes:
    """The same picture as a fresh upright JPEG: no EXIF, no position, no comment, no second file."""
    output = io.BytesIO()
    image = _upright(data, limits)
    Image.frombytes("RGB", image.size, image.tobytes()).save(output, "JPEG", quality=quality)
    return output.getvalue()


def _upright(data: bytes, limits: ImageLimits) -> Image.Image:
    image = _opened(data, limits)
    try:
        ImageOps.exif_transpose(image, in_place=True)
        return image if image.mode == "RGB" else image.convert("RGB")
    except (OSError, SyntaxError, ValueError, struct.error) as error:
        raise ImageRefused("image_truncated", "the picture ends early or its data are broken") from error


def _opened(data: bytes, limits: ImageLimits) -> Image.Image:
    """The picture, header read and every limit checked, no pixel decoded."""
    if len(data) > limits.max_bytes:
        raise ImageRefused("image_too_large", f"more than {limits.max_bytes} bytes")
    end = _end_of_image(data)
    if len(data[end:].rstrip(b"\x00")) > _HARMLESS_TAIL and not limits.allow_trailing_data:
        raise ImageRefused("image_has_trailing_data", "bytes follow the end of the picture")
    try:
        image = Image.open(io.BytesIO(data[:end]), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise ImageRefused("image_too_many_pixels", f"more than {limits.max_pixels} pixels") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error) as error:
        raise ImageRefused("image_not_an_image", "the header cannot be read") from error
    _check_size(image, limits)
    return image


def _check_size(image: Image.Image, limits: ImageLimits) -> None:
    if image.width * image.height > limits.max_pixels:
        raise ImageRefused("image_too_many_pixels", f"more than {limits.max_pixels} pixels")
    if min(image.size) < limits.min_side_px:
        raise ImageRefused("image_too_small", f"a side under {limits.min_side_px} pixels")
    if _format_of(image) != "JPEG" and getattr(image, "n_frames", 1) > 1:
        raise ImageRefused("image_is_animated", "more than one frame")


def _format_of(image: Image.Image) -> str:
    """Pillow calls a JPEG with further views (MPF) an MPO; its first frame is a plain JPEG."""
    return "JPEG" if image.format == "MPO" else str(image.format)


def _end_of_image(data: bytes) -> int:
    """Offset just behind the picture, by its container's own framing."""
    if data.startswith(b"\xff\xd8\xff"):
        return _end_of_jpeg(data)
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _end_of_png(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _within(data, 8 + int.from_bytes(data[4:8], "little"))
    if data.startswith((b"GIF8", b"BM", b"II*\x00", b"MM\x00*")) or data[4:8] == b"ftyp":
        raise ImageRefused("image_unsupported_format", "only JPEG, PNG and WebP are taken")
    raise ImageRefused("image_not_an_image", "no picture's signature")


def _end_of_jpeg(data: bytes) -> int:
    """Walks the marker segments; entropy-coded data hold no marker but restarts and stuffed zeros."""
    position = 2
    while True:
        position = _after_fill_bytes(data, position)
        marker = data[position - 1]
        if marker == _JPEG_END:
            return position
        position = _within(data, position + int.from_bytes(data[position : position + 2], "big"))
        if marker == _JPEG_SCAN:
            found = _JPEG_END_OF_SCAN.search(data, position)
            position = found.start() if found else _within(data, len(data) + 1)


def _after_fill_bytes(data: bytes, position: int) -> int:
    """Offset behind the marker that starts at `position`, which may be preceded by fill bytes."""
    if data[position : position + 1] not in (b"\xff", b""):
        raise ImageRefused("image_not_an_image", "a JPEG segment is broken")
    while data[position : position + 1] == b"\xff":
        position += 1
    return _within(data, position + 1)


def _end_of_png(data: bytes) -> int:
    position = 8
    while True:
        kind = data[position + 4 : position + 8]
        position = _within(data, position + 12 + int.from_bytes(data[position : position + 4], "big"))
        if kind == b"IEND":
            return position


def _within(data: bytes, position: int) -> int:
    if position > len(data):
        raise ImageRefused("image_truncated", "the picture ends early")
    return position
