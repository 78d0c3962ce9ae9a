"""Requirements: when they apply, and what meets them."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from packaging.direct_url import DirectUrl
from packaging.markers import Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Parsed
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

__all__ = ["Environment", "InvalidRequirement", "Requirement", "merged", "parse", "records"]

Environment = Mapping[str, str]  # the values of the markers, without `extra`
ANY_EXTRA = re.compile(r"\bextra\b")


class Requirement:
    """A dependency specifier with its name and extras normalised."""

    def __init__(self, text: str) -> None:
        parsed = Parsed(text)
        self.name: str = canonicalize_name(parsed.name)
        self.extras = frozenset(canonicalize_name(extra) for extra in parsed.extras)
        self.specifier: SpecifierSet = parsed.specifier
        self.url = parsed.url
        self.marker = parsed.marker
        self.names_extra = bool(self.marker and ANY_EXTRA.search(str(self.marker)))

    def applies(self, environment: Environment, extras: Iterable[str] = ()) -> bool:
        """True with no extra, or with any one of `extras`, never with two at once."""
        if self.marker is None:
            return True
        tried = ["", *extras] if self.names_extra else [""]
        return any(evaluate(self.marker, environment, extra)[0] for extra in tried)

    def dubious(self, environment: Environment) -> bool:
        return self.marker is not None and evaluate(self.marker, environment, "")[1]

    def admits(self, version: Version) -> bool:
        return self.specifier.contains(version, prereleases=True)


@functools.lru_cache(maxsize=16384)
def parse(text: str) -> Requirement:
    """Raises InvalidRequirement."""
    return Requirement(text)


def evaluate(marker: Marker, environment: Environment, extra: str) -> tuple[bool, bool]:
    """The marker's value, and whether a comparison in it has no defined meaning.

    Such a comparison counts as true; `packaging` would give up on the whole
    marker, so that its parts have to be looked at one by one.
    """
    values = {**environment, "extra": extra}
    try:
        return marker.evaluate(values), False
    except (UndefinedComparison, UndefinedEnvironmentName):
        return any_of_all(marker._markers, values), True


def any_of_all(markers: Any, values: dict[str, str]) -> bool:
    """`packaging` keeps a marker as a flat list: "and" binds closer than "or"."""
    alternatives = [True]
    for part in markers:
        if part == "or":
            alternatives.append(True)
        elif part != "and":
            holds = any_of_all(part, values) if isinstance(part, list) else compare(part, values)
            alternatives[-1] = alternatives[-1] and holds
    return any(alternatives)


def compare(comparison: Any, values: dict[str, str]) -> bool:
    alone = Marker("python_version >= '0'")
    alone._markers = [comparison]
    try:
        return alone.evaluate(values)
    except (UndefinedComparison, UndefinedEnvironmentName):
        return True


class Origin(NamedTuple):
    """Where a distribution comes from, so far as two origins are compared."""

    url: str
    subdirectory: str
    vcs: str = ""
    commit: str = ""


VCS_SCHEME = re.compile(r"(git|hg|bzr|svn)\+", re.IGNORECASE)
HASH_ID, NUMBER = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}", re.IGNORECASE), re.compile(r".+")
FULL_COMMIT_ID = {"git": HASH_ID, "hg": HASH_ID, "bzr": NUMBER, "svn": NUMBER}


def bare(url: str, is_directory: bool = True) -> tuple[str, str]:
    """A URL without credentials and fragment, and the subdirectory that the fragment names."""
    parts = urlsplit(url)
    named = re.findall(r"(?:^|&)subdirectory=([^&]+)", parts.fragment)
    host = parts.netloc.rpartition("@")[2].lower()
    is_directory = is_directory and parts.scheme == "file"
    path = parts.path.rstrip("/") if is_directory else parts.path
    plain = parts._replace(netloc=host, path=path, fragment="").geturl()
    return plain, named[0].strip("/") if named else ""


def asked_origin(reference: str) -> Origin | None:
    """None: a reference to a version control system that names no single commit."""
    scheme = VCS_SCHEME.match(reference)
    if scheme is None:
        return Origin(*bare(reference))
    vcs = scheme.group(1).lower()
    url, subdirectory = bare(reference[scheme.end() :], is_directory=False)
    url, at, commit = url.rpartition("@")
    if not at or not FULL_COMMIT_ID[vcs].fullmatch(commit):
        return None
    return Origin(url, subdirectory, vcs, commit.lower())


def recorded_origin(record: DirectUrl) -> Origin:
    vcs = record.vcs_info
    url, subdirectory = bare(record.url, vcs is None)[0], (record.subdirectory or "").strip("/")
    if vcs is None:
        return Origin(url, subdirectory)
    return Origin(url, subdirectory, vcs.vcs.lower(), vcs.commit_id.lower())


def hashes_agree(record: DirectUrl, reference: str) -> bool:
    """A hash that only one of them has does not count."""
    recorded = (record.archive_info and record.archive_info.hashes) or {}
    parts = re.findall(r"(?:^|&)([^&=]+)=([^&]+)", urlsplit(reference).fragment)
    asked = dict(reversed(parts))  # of several parts the first counts
    both = asked.keys() & recorded.keys() & hashlib.algorithms_guaranteed
    return all(asked[name].lower() == recorded[name].lower() for name in both)


def records(record: DirectUrl | None, reference: str) -> bool:
    """Whether a direct_url.json (PEP 610) records a direct reference."""
    try:
        return (
            record is not None
            and recorded_origin(record) == asked_origin(reference)
            and hashes_agree(record, reference)
        )
    except ValueError:  # not a URL
        return False


def merged(
    name: str, requirements: Iterable[Requirement], constraints: Iterable[Requirement]
) -> str:
    """One requirement that asks for all that these ask for, in canonical order.

    A constraint restricts versions, and never asks for an extra.
    """
    requirements = list(requirements)
    extras = sorted({extra for requirement in requirements for extra in requirement.extras})
    text = name + (f"[{','.join(extras)}]" if extras else "")
    both = [*requirements, *constraints]
    urls = [requirement.url for requirement in both if requirement.url]
    if urls:
        return f"{text} @ {min(urls)}"
    specifiers = sorted((one for asked in both for one in asked.specifier), key=str)
    return text + ",".join(map(str, dict.fromkeys(specifiers)))  # ">1" and ">1.0" are equal
