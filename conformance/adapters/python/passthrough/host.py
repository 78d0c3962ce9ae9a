"""The host: the distributions that its interpreter sees.

A frontend that reads its host with `importlib.metadata` makes `Copy` objects
from that instead; nothing else has to change.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from packaging.direct_url import DirectUrl, DirectUrlValidationError
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from .requirement import Environment, InvalidRequirement, Requirement, parse, records


def told(version: str) -> Version | str:
    """Versions are compared as PEP 440 says, other texts as they are."""
    try:
        return Version(version)
    except InvalidVersion:
        return version


@dataclass
class Copy:
    """The copy of a distribution that comes first on `sys.path`."""

    name: str
    versions: Sequence[str]  # as found: more than one is a contradiction
    location: str = ""  # the entry of sys.path
    requires_dist: Sequence[str] = ()
    provides_extra: Sequence[str] = ()
    requires_python: str | None = None
    direct_url: Any = None
    unreadable: bool = False
    has_file_list: bool = True
    found_editable: bool = False  # told by something other than direct_url.json
    source_exists: bool = True  # of an editable installation

    @functools.cached_property
    def version(self) -> Version | None:
        """None where it cannot be told."""
        found = {told(version) for version in self.versions}
        version = found.pop() if len(found) == 1 else None
        return version if isinstance(version, Version) else None

    @functools.cached_property
    def requires(self) -> list[Requirement] | None:
        """None where one of them is no dependency specifier."""
        try:
            return [parse(text) for text in self.requires_dist]
        except InvalidRequirement:
            return None

    @functools.cached_property
    def extras(self) -> frozenset[str]:
        return frozenset(canonicalize_name(extra) for extra in self.provides_extra)

    @functools.cached_property
    def record(self) -> DirectUrl | None:
        """None also where direct_url.json is not as PEP 610 says."""
        try:
            return DirectUrl.from_dict(self.direct_url)
        except (DirectUrlValidationError, AttributeError, ValueError):
            return None

    @property
    def has_metadata(self) -> bool:
        """ELIG-metadata"""
        return not self.unreadable and self.version is not None and self.requires is not None

    @property
    def editable(self) -> bool:
        dir_info = self.record.dir_info if self.record else None
        return self.found_editable or bool(dir_info and dir_info.editable)

    @property
    def exposable(self) -> bool:
        """ELIG-not-exposable"""
        return self.has_file_list and (not self.editable or self.source_exists)

    def admitted_by(self, requirement: Requirement) -> bool:
        return self.version is not None and requirement.admits(self.version)

    def recorded_by(self, requirement: Requirement) -> bool:
        return requirement.url is None or records(self.record, requirement.url)

    def meets(self, requirement: Requirement) -> bool:
        return self.admitted_by(requirement) and self.recorded_by(requirement)

    def supports(self, python: str) -> bool:
        try:
            return SpecifierSet(self.requires_python or "").contains(python, prereleases=True)
        except InvalidSpecifier:
            return True


@dataclass
class Host:
    markers: Environment
    python: tuple[str, str, str, str]  # implementation, X.Y, ABI flags, platform
    copies: dict[str, Copy] = field(default_factory=dict)

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> Host:
        """From a `passthrough-host/1` document."""
        host = cls(document["markers"], interpreter(document["python"]))
        for entry in document["sys_path"]:
            found: dict[str, list[dict[str, Any]]] = {}
            for distribution in entry["distributions"]:
                found.setdefault(canonicalize_name(distribution["name"]), []).append(distribution)
            for name, distributions in found.items():
                if name not in host.copies:  # a later copy is shadowed
                    host.copies[name] = copy(name, distributions, entry["path"])
        return host


def interpreter(document: dict[str, Any]) -> tuple[str, str, str, str]:
    flags = document.get("abi_flags") or ""
    return document["implementation"], document["version"], flags, document["platform"]


def copy(name: str, distributions: Sequence[dict[str, Any]], location: str) -> Copy:
    """What one directory holds of a name: one version, or else a contradiction.

    Of several metadata directories with one version, a usable one counts.
    """
    copies = [one_copy(name, distribution, location) for distribution in distributions]
    chosen = next((copy for copy in copies if copy.has_metadata), copies[0])
    versions = [copy.versions[0] for copy in copies]
    return chosen if len(set(map(told, versions))) == 1 else replace(chosen, versions=versions)


def one_copy(name: str, given: dict[str, Any], location: str) -> Copy:
    version, editable = given["version"], given.get("editable")
    unreadable = given.get("unreadable") is not None
    directory_version = given.get("directory_version", version)
    return Copy(
        name,
        [directory_version] if unreadable else [version, directory_version or version],
        location,
        given.get("requires_dist") or (),
        given.get("provides_extra") or (),
        given.get("requires_python"),
        given.get("direct_url"),
        unreadable,
        given.get("has_file_list", True),
        editable is not None,
        editable is None or editable["exists"],
    )
