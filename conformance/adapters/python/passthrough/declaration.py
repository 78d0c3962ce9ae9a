"""The project: its build requirements and its passthrough list (CONF)."""

from __future__ import annotations

import functools
import importlib
import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from packaging.utils import InvalidName, canonicalize_name

from .requirement import InvalidRequirement, Requirement, parse

KEY = "no-build-isolation-package"
PUBLISHED_KEYS = ("build_isolation_passthrough", "build-isolation-passthrough")
DEFAULT_REQUIRES = ["setuptools>=40.8.0"]
OBJECT_REFERENCE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*(:[^\W\d]\w*(\.[^\W\d]\w*)*)?")


class ConfigurationError(Exception):
    """The rule that the project breaks, and where."""

    def __init__(self, rule: str, place: str) -> None:
        super().__init__(f"{rule}: {place}")
        self.rule = rule


class NoTomlReader(Exception):
    """This interpreter has neither tomllib nor tomli."""


@dataclass
class Declaration:
    project: str | None = None
    requires: list[Requirement] = field(default_factory=list)
    listed: set[str] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)  # codes of docs/diagnostics.md


@functools.cache
def toml_reader() -> Any:
    for module in ("tomllib", "tomli"):  # tomllib came with Python 3.11
        try:
            return importlib.import_module(module)
        except ModuleNotFoundError:
            pass
    raise NoTomlReader


def read(text: str, frontend: str | None) -> Declaration:
    """`frontend` None reads neutrally: the lists of all tables are merged (CONF-4)."""
    try:
        document = toml_reader().loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is a ValueError
        raise ConfigurationError("CONF-8", str(error)) from error
    declaration = Declaration()
    if "build-system" not in document:
        declaration.requires = [parse(requirement) for requirement in DEFAULT_REQUIRES]
        declaration.remarks.append("BIP103")
    # In the order of the file, so that of several errors the first is reported.
    for key, value in document.items():
        if key == "build-system":
            read_build_system(declaration, value, neutral=frontend is None)
        elif key == "tool":
            read_tool(declaration, value, frontend)
    project = document.get("project")
    if isinstance(project, dict) and isinstance(project.get("name"), str):
        declaration.project = canonicalize_name(project["name"])
        if declaration.project in declaration.listed:
            declaration.remarks.append("BIP115")
    return declaration


def read_build_system(declaration: Declaration, table: Any, neutral: bool) -> None:
    if not isinstance(table, dict):
        raise ConfigurationError("CONF-8", "[build-system] is not a table")
    if "requires" not in table:
        raise ConfigurationError("CONF-8", "[build-system] has no requires")
    for key, value in table.items():
        place = f"[build-system] {key}"
        if key == "requires":
            declaration.requires = [requirement(entry, place) for entry in strings(value, place)]
        elif key == "build-backend":
            if not isinstance(value, str) or not OBJECT_REFERENCE.fullmatch(value):
                raise ConfigurationError("CONF-8", f"{place} is no object reference")
        elif key == "backend-path":
            if not all(inside(path) for path in strings(value, place)):
                raise ConfigurationError("CONF-8", f"{place} leaves the project")
        elif key in PUBLISHED_KEYS:
            declaration.remarks.append("BIP116")
            if neutral:
                add_list(declaration, value, place)


def strings(value: Any, place: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise ConfigurationError("CONF-8", f"{place} is no array of strings")
    return value


def requirement(text: str, place: str) -> Requirement:
    try:
        return parse(text)
    except InvalidRequirement as error:
        raise ConfigurationError("CONF-8", f"{place}: {error}") from error


def inside(path: str) -> bool:
    """PEP 517: relative, and nowhere above the project."""
    return not posixpath.isabs(path) and posixpath.normpath(path).split("/")[0] != ".."


def read_tool(declaration: Declaration, tool: Any, frontend: str | None) -> None:
    if not isinstance(tool, dict):
        raise ConfigurationError("CONF-2", "tool is not a table")
    for name, table in tool.items():
        if isinstance(table, dict):
            read_table(declaration, name, table, counts=frontend in (None, name))
        elif name == frontend or (frontend is None and any_has_key(table)):
            raise ConfigurationError("CONF-2", f"[tool.{name}] is not a table")


def has_key(value: Any) -> bool:
    return isinstance(value, dict) and KEY in value


def any_has_key(value: Any) -> bool:
    """Whether it is an array of tables, one of them with a list."""
    return isinstance(value, list) and any(has_key(element) for element in value)


def read_table(declaration: Declaration, name: str, table: dict[str, Any], counts: bool) -> None:
    """`counts`: whether a list in it is one that is acted on."""
    if (
        name == "pixi"
        and counts
        and any("no-build-isolation" in options for options in pixi(table))
    ):
        declaration.remarks.append("BIP119")
    if name == "uv" and counts and (has_key(table) or has_key(table.get("pip"))):
        declaration.remarks.append("BIP114")
    if KEY not in table:
        return
    if name == "poetry":
        declaration.remarks.append("BIP117")
    if counts:
        add_list(declaration, table[KEY], f"[tool.{name}] {KEY}")
    else:
        declaration.remarks.append("BIP118")


def pixi(table: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """The pypi-options of the workspace and of its features."""
    features = table.get("feature")
    parts = [table, *(features.values() if isinstance(features, dict) else ())]
    options = [part.get("pypi-options") for part in parts if isinstance(part, dict)]
    return [option for option in options if isinstance(option, dict)]


def add_list(declaration: Declaration, value: Any, place: str) -> None:
    """CONF-2: an array of names, or an error. CONF-3: equal names count once."""
    if not isinstance(value, list):
        raise ConfigurationError("CONF-2", f"{place} is not an array")
    names = []
    for entry in value:
        try:
            names.append(canonicalize_name(entry, validate=True))
        except (InvalidName, TypeError) as error:
            raise ConfigurationError("CONF-2", f"{place}: {entry!r} is not a name") from error
    if len(set(names)) < len(names):
        declaration.remarks.append("BIP113")
    declaration.listed.update(names)
