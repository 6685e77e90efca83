"""Files that pretend to be pictures, or are worse: what strangers send to an upload."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Final

from PIL import Image


def plain_jpeg(size: tuple[int, int] = (64, 48)) -> bytes:
    """An innocent picture, of a few hundred bytes."""
    return _encoded(Image.new("RGB", size, (30, 90, 160)), "JPEG")


def truncated_jpeg() -> bytes:
    """A JPEG whose last third never arrived."""
    data = _encoded(Image.effect_noise((200, 150), 80).convert("RGB"), "JPEG")
    return data[: len(data) * 2 // 3]


def broken_png() -> bytes:
    """A PNG that ends properly but whose pixels are cut short."""
    header = _png_chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0))
    return _PNG + header + _png_chunk(b"IDAT", zlib.compress(b"\x00" * 200)) + _png_chunk(b"IEND", b"")


def pixel_bomb() -> bytes:
    """A PNG of about a hundred bytes that claims 30,000 × 30,000 pixels."""
    header = _png_chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0))
    return _PNG + header + _png_chunk(b"IDAT", zlib.compress(b"\x00" * 1000)) + _png_chunk(b"IEND", b"")


def jpeg_with_zip() -> bytes:
    """A JPEG that unzip opens too."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("payload.txt", "a second file")
    return plain_jpeg() + archive.getvalue()


def jpeg_with_html() -> bytes:
    """A JPEG that a careless browser runs as a page."""
    return plain_jpeg() + b"<html><script>alert(1)</script></html>"


def jpeg_with_hidden_comment() -> bytes:
    """A well-formed JPEG whose comment segment holds a page: allowed, but it must not survive re-encoding."""
    comment = b"<html><script>alert(1)</script></html>"
    data = plain_jpeg()
    return data[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + data[2:]


def gif_renamed() -> bytes:
    """A GIF, whatever its name says."""
    return _encoded(Image.new("P", (20, 20)), "GIF")


def animated_webp() -> bytes:
    """Three frames."""
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "green", "blue")]
    output = io.BytesIO()
    frames[0].save(output, "WEBP", save_all=True, append_images=frames[1:], duration=100)
    return output.getvalue()


def text_file() -> bytes:
    """No picture at all."""
    return b"this is not a picture\n" * 40


def huge_file() -> bytes:
    """Over nine megabytes that begin like a JPEG."""
    return plain_jpeg() + b"\x00" * (9 * 1024 * 1024)


def jpeg_from_a_phone(orientation: int = 6) -> bytes:
    """A JPEG 64 wide and 48 high, held sideways, that says where it was taken."""
    image = Image.new("RGB", (64, 48), (200, 40, 40))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 14.0, 3.0), 3: "E", 4: (121.0, 29.0, 9.0)})
    output = io.BytesIO()
    image.save(output, "JPEG", exif=exif)
    return output.getvalue()


BAD_IMAGES: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "truncated": (truncated_jpeg, "image_truncated"),
    "broken_png": (broken_png, "image_truncated"),
    "bomb": (pixel_bomb, "image_too_many_pixels"),
    "jpeg_with_zip": (jpeg_with_zip, "image_has_trailing_data"),
    "jpeg_with_html": (jpeg_with_html, "image_has_trailing_data"),
    "gif": (gif_renamed, "image_unsupported_format"),
    "animated": (animated_webp, "image_is_animated"),
    "text": (text_file, "image_not_an_image"),
    "empty": (bytes, "image_not_an_image"),
    "huge": (huge_file, "image_too_large"),
}
"""Each kind's maker, and the code with which decoding it is refused."""

_PNG: Final = b"\x89PNG\r\n\x1a\n"


def _encoded(image: Image.Image, format_name: str) -> bytes:
    output = io.BytesIO()
    image.save(output, format_name)
    return output.getvalue()


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
