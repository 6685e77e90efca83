"""The product's source as these tests see it."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

PROJECT = Path(__file__).parents[2]
PACKAGES = ("backend", "miniprogram_api", "workers", "recognition", "notifications")


def files() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((PROJECT / package).rglob("*.py"))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def modules(package: str, name: str = "") -> Iterator[ModuleType]:
    """Every module below `package`, or only those called `name`."""
    root = importlib.import_module(package)
    for found in pkgutil.walk_packages(root.__path__, f"{package}."):
        if not name or found.name.rsplit(".", 1)[-1] == name:
            yield importlib.import_module(found.name)


def subclasses(base: type) -> Iterator[type]:
    for child in base.__subclasses__():
        yield child
        yield from subclasses(child)
