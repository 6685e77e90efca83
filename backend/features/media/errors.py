from backend.kernel.errors import Refusal, RefusalKind


class UnusableImage(Refusal):
    """`reason` is one of recognition's codes: image_truncated, image_too_many_pixels, …"""

    kind = RefusalKind.INVALID

    def __init__(self, reason: str) -> None:
        self.code = reason
        super().__init__()


class ImageTooLarge(UnusableImage):
    kind = RefusalKind.TOO_LARGE


class MediaGone(Refusal):
    """Deleted after its term."""

    kind = RefusalKind.GONE
    code = "media_gone"
