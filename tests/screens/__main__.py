"""`python -m tests.screens FOLDER`: walks every page at 390 and 1280 px and writes a WebP picture of each."""

import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from backend.bootstrap import build_platform
from backend.infrastructure.http.platform import Platform
from backend.infrastructure.keys import create_keys
from backend.infrastructure.migrate import upgrade
from backend.infrastructure.settings import read_settings
from backend.kernel.clock import utc_now
from backend.kernel.identity import Role
from tests.builders.furnished import WORDS, furnish, living_ids
from tests.builders.register_files import RESIDENT_HEADINGS, as_csv, resident_rows
from tests.builders.scenes import gate_scene
from tests.drivers.browser import DESK, PHONE, Screen, open_browser, screen, serving
from tests.drivers.servers import embedded_postgres
from tests.integration.portals.gatehouse import PASSWORD, Gatehouse, StaffMember, certain, uncertain
from tests.integration.registers.importing import Office
from tests.screens.pages import PORTALS, WAYS, Shot, shots
from wsgi import all_web_apps

SIZES = {"phone": PHONE, "desk": DESK}
LONGEST_PX = {"phone": 1700, "desk": 1300}
QUALITY = 55
SETTLE_MS = 350
MOST_BYTES = 6_000_000


@dataclass(frozen=True)
class Scene:
    house: Gatehouse
    staff: dict[str, StaffMember]
    """Whose eyes each portal is seen through."""
    ids: dict[str, str]


def installation(stack: ExitStack, folder: Path) -> Platform:
    """An empty one of its own."""
    server = stack.enter_context(embedded_postgres(folder / "servers"))
    upgrade(server.owner_url, server.app_url)
    create_keys(folder / "keys.toml", utc_now())
    environ = {
        "DATABASE_URL": server.app_url,
        "DATABASE_OWNER_URL": server.owner_url,
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "STATE_DIR": str(folder),
        "KEYS_FILE": str(folder / "keys.toml"),
    }
    return build_platform(read_settings(environ))


def scene(platform: Platform) -> Scene:
    """A community with something on every page; nobody in it exists."""
    house = furnish(platform, "安邻花园", "苏A12345")
    Office.of(platform, house.community).bring_in(as_csv(RESIDENT_HEADINGS, resident_rows(60)))
    for seed, observation in enumerate(
        (certain("苏A12345"), certain("浙B5K3M7"), uncertain("苏E12345", ("苏E12346", 0.31)))
    ):
        house.read(house.arrives(gate_scene(observation.text or "", seed=seed)).job, observation)
    visit = house.expect("陈访客", "苏E8K9P6")
    staff = {
        "property": house.hire("manager", Role.PROPERTY_MANAGER, "陈经理"),
        "campus": house.hire("schoolmanager", Role.SCHOOL_MANAGER, "周园长"),
        "police": house.hire("supervisor", Role.POLICE_SUPERVISOR, "刘警官"),
    }
    with platform.database.sessions() as session:
        ids = {name: str(value) for name, value in living_ids(session, house).items()}
    return Scene(house, staff, ids | {"link_token": visit.link_token})


def address_of(shot: Shot, ids: dict[str, str]) -> str:
    address, first = shot.rule, shot.rule.split("/")[1]
    for argument in shot.arguments:
        value = WORDS[argument][first] if argument in WORDS else ids[argument]
        for form in (f"<uuid:{argument}>", f"<string:{argument}>", f"<{argument}>"):
            address = address.replace(form, value)
    return address + WAYS.get(shot.endpoint, "")


def picture(page_of: Screen, size: str) -> bytes:
    """As much of the page as one looks at, small."""
    page_of.page.wait_for_timeout(SETTLE_MS)
    png = page_of.page.screenshot(full_page=True)
    image = Image.open(io.BytesIO(png)).convert("RGB")
    image = image.crop((0, 0, image.width, min(image.height, LONGEST_PX[size])))
    body = io.BytesIO()
    image.save(body, "WEBP", quality=QUALITY, method=6)
    return body.getvalue()


def walk(browser: Browser, served: Platform, found: Scene) -> Iterator[tuple[str, bytes, list[str]]]:
    """Name, picture and complaints of every page in every size."""
    todo = list(shots(all_web_apps(served)))
    for app in PORTALS:
        for size, window in SIZES.items():
            with screen(browser, window) as eyes:
                origin = served.settings.origin(app)
                mine = [shot for shot in todo if shot.app == app]
                yield from _pages(eyes, origin, [shot for shot in mine if shot.rule == "/login"], found, size)
                if app in found.staff:
                    member = found.staff[app]
                    eyes.log_in(origin, member.username, PASSWORD, member.totp_secret)
                yield from _pages(eyes, origin, [shot for shot in mine if shot.rule != "/login"], found, size)


def _pages(
    eyes: Screen, origin: str, todo: list[Shot], found: Scene, size: str
) -> Iterator[tuple[str, bytes, list[str]]]:
    for shot in todo:
        answer = eyes.page.goto(origin + address_of(shot, found.ids), wait_until="load")
        assert answer is not None
        wide = eyes.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        wrong = [*eyes.complaints, *([f"status {answer.status}"] if answer.status != 200 else [])]
        yield f"{shot.name}-{size}", picture(eyes, size), [*wrong, *(["wider than the window"] if wide else [])]
        eyes.complaints.clear()


def main(target: Path) -> int:
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("*.webp"):
        old.unlink()
    total, wrong = 0, 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="anlin-screens-")))
        folder.chmod(0o755)
        platform = installation(stack, folder)
        found = scene(platform)
        served = stack.enter_context(serving(platform))
        for name, body, complaints in walk(stack.enter_context(open_browser()), served, found):
            (target / f"{name}.webp").write_bytes(body)
            total += len(body)
            wrong += bool(complaints)
            print(f"{name:<60} {len(body):>7}  {'; '.join(complaints)}", flush=True)
        platform.database.engine.dispose()
    print(f"{total} bytes, {wrong} pages with complaints")
    return int(wrong > 0 or total > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
