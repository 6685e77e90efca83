"""Scenes told on a running installation: python -m tests.demo gate [--alone]   (make demo SCENE=gate)"""

import argparse
import os
import sys
from pathlib import Path

import requests

from tests.demo import gate
from tests.demo.teller import SceneBroken, Teller
from tests.drivers.installation import Installation

SCENES = {"gate": gate.tell}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scene", choices=sorted(SCENES))
    parser.add_argument("--alone", action="store_true", help="press everything itself and wait for nobody")
    arguments = parser.parse_args()
    try:
        here = Installation.found(Path(os.environ.get("STATE_DIR", "var")), int(os.environ.get("PORT", "8000")))
        requests.get(f"{here.base_url}/healthz", headers={"Host": "property.localhost"}, timeout=5).raise_for_status()
    except (FileNotFoundError, requests.RequestException):
        print("没有正在运行的安装：请先在另一个终端执行 make run。", file=sys.stderr)
        return 1
    try:
        SCENES[arguments.scene](here, Teller(hands_on=not arguments.alone))
    except SceneBroken as broken:
        print(f"演示中断：{broken}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
