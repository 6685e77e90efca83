"""Writes the route matrix; its diff is what a reviewer reads."""

from backend.cli.context import documentation_platform
from backend.live.entry import live_apps
from tests.architecture.test_routes import MATRIX, endpoints
from wsgi import all_web_apps

if __name__ == "__main__":
    platform = documentation_platform()
    live = {f"live-{name}": app for name, app in live_apps(platform).items()}
    MATRIX.write_text("".join(f"{endpoint}\n" for endpoint in endpoints({**all_web_apps(platform), **live})))
