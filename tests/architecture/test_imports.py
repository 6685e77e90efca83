"""Which way the arrows point, and how long things get."""

import ast
import subprocess
import sys
from pathlib import Path

import grimp

from tests.architecture.source import PACKAGES, PROJECT, files, tree

ALLOWED_OUTSIDE = ("backend.tables", "backend.retention", "backend.pages")
"""Composition, deletion after its term, and read-only pages may look into a feature's tables."""
LONGEST_FILE = 400
LONGEST_FUNCTION = 50


def test_every_import_contract_holds() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_a_features_tables_and_store_are_its_own() -> None:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    strangers = [
        f"{importer} -> {module}"
        for module in graph.modules
        if module.startswith("backend.features.") and module.rsplit(".", 1)[-1] in ("tables", "store")
        for importer in graph.find_modules_that_directly_import(module)
        if not importer.startswith((module.rsplit(".", 1)[0], *ALLOWED_OUTSIDE))
    ]
    assert strangers == []


def test_nothing_is_imported_inside_a_function() -> None:
    inside = [
        f"{path.relative_to(PROJECT)}:{inner.lineno}"
        for path in files()
        for function in ast.walk(tree(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def test_files_and_functions_stay_short() -> None:
    long = [str(path.relative_to(PROJECT)) for path in files() if len(path.read_text().splitlines()) > LONGEST_FILE]
    long += [
        f"{path.relative_to(PROJECT)}:{node.lineno} {node.name}"
        for path in files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == []
