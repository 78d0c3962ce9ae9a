"""The decision: ELIG, CLOS and DYN, as the algorithm of pep-draft.md states them.

No index, no file and no process is consulted. The letters (a) to (e) are those
of the specification.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from .host import Copy, Host
from .requirement import Requirement, merged


@dataclass(frozen=True)
class Policy:
    denied: frozenset[str] = frozenset()
    deny_all: bool = False
    replacing: frozenset[str] = frozenset()
    hash_mode: bool = False


@dataclass(frozen=True)
class Present:
    """What the first pass has left in the build environment."""

    version: Version
    exposed: bool


@dataclass
class Question:
    listed: Collection[str]
    requires: Collection[Requirement]  # static and, in a second pass, dynamic
    host: Host
    build_python: tuple[str, str, str, str]
    constraints: Collection[Requirement] = ()
    policy: Policy = Policy()
    present: Mapping[str, Present] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.required = self.by_name(self.requires)
        self.constrained = self.by_name(self.constraints)
        self.downloaded = {n: p.version for n, p in self.present.items() if not p.exposed}
        self.exposed = {n: p.version for n, p in self.present.items() if p.exposed}

    def by_name(self, requirements: Iterable[Requirement]) -> dict[str, list[Requirement]]:
        """Those that are applicable."""
        found: dict[str, list[Requirement]] = {}
        for requirement in requirements:
            if requirement.applies(self.host.markers):
                found.setdefault(requirement.name, []).append(requirement)
        return found

    def asked(self, name: str) -> list[Requirement]:
        return self.required.get(name, []) + self.constrained.get(name, [])

    def denied(self, name: str) -> bool:
        return self.policy.deny_all or name in self.policy.denied

    def fails_on_its_own(self, name: str) -> bool:
        if name in self.exposed:
            return False
        copy = self.host.copies.get(name)
        return (
            copy is None
            or not copy.has_metadata
            or not copy.exposable
            or self.denied(name)
            or not all(copy.meets(requirement) for requirement in self.asked(name))
        )


@dataclass(frozen=True)
class Edge:
    parent: str
    requirement: Requirement


@dataclass
class Walk:
    """The closure of one name. Members come in the order of their discovery."""

    extras: dict[str, set[str]]  # of each member, those asked of it and declared
    edges: dict[Edge, None] = field(default_factory=dict)
    unknown_extras: set[tuple[str, str]] = field(default_factory=set)

    def edges_to(self, member: str) -> list[Requirement]:
        return [edge.requirement for edge in self.edges if edge.requirement.name == member]

    def path_to(self, member: str) -> list[str]:
        """From the listed name; each member's first edge came from one found before."""
        path, root = [member], next(iter(self.extras))
        while path[0] != root:
            path.insert(0, next(e.parent for e in self.edges if e.requirement.name == path[0]))
        return path


def walk(question: Question, name: str, displaced: Collection[str]) -> Walk:
    result = Walk({})
    pending: deque[tuple[str, frozenset[str]]] = deque([(name, frozenset())])
    while pending:
        member, extras = pending.popleft()
        new = member not in result.extras
        if new:
            extras = extras.union(*(r.extras for r in question.required.get(member, ())))
        known = result.extras.setdefault(member, set())
        copy = question.host.copies.get(member)
        if copy is None or member in displaced or question.fails_on_its_own(member):
            continue
        result.unknown_extras |= {(member, extra) for extra in extras - copy.extras}
        extras &= copy.extras
        if not new and extras <= known:
            continue
        known |= extras
        for requirement in copy.requires or ():
            edge = Edge(member, requirement)
            if edge not in result.edges and requirement.applies(question.host.markers, known):
                result.edges[edge] = None
                pending.append((requirement.name, requirement.extras))
    return result


def local_status(question: Question, name: str) -> str:
    """(a): the first row that applies, down to `not-exposable`; else `host`."""
    required = question.required.get(name)
    if name in question.exposed and required:
        return "host"
    copy = question.host.copies.get(name)
    rows: list[tuple[str, Callable[[Copy], bool]]] = [
        ("replaced", lambda copy: name in question.policy.replacing),
        ("metadata", lambda copy: not copy.has_metadata),
        ("version", lambda copy: not all(map(copy.admitted_by, question.asked(name)))),
        ("url", lambda copy: not all(map(copy.recorded_by, question.asked(name)))),
        ("url", lambda copy: question.policy.hash_mode),
        ("not-exposable", lambda copy: not copy.exposable),
        ("conflict", lambda copy: name in question.downloaded),
    ]
    if question.denied(name):
        return "denied"
    if not required:
        named = any(requirement.name == name for requirement in question.requires)
        return "marker" if named else "not-required"
    if question.build_python != question.host.python:
        return "interpreter"
    if copy is None:
        return "not-installed"
    return next((status for status, applies in rows if applies(copy)), "host")


def displaced_set(question: Question, hosts: Collection[str]) -> set[str]:
    """(b)"""
    displaced = set(question.downloaded)
    while True:
        walks = [walk(question, name, displaced) for name in hosts]
        excluded = {member for walk in walks for member in excluded_by(question, walk)}
        more = {
            member
            for member in {member for walk in walks for member in walk.extras}
            if member in question.required
            and member not in hosts
            and member not in question.exposed
            and (member in excluded or question.fails_on_its_own(member))
        }
        if more <= displaced:
            return displaced
        displaced |= more


def excluded_by(question: Question, walk: Walk) -> set[str]:
    """The members that an edge of this walk excludes."""
    copies = question.host.copies
    targets = ((edge.requirement, copies.get(edge.requirement.name)) for edge in walk.edges)
    return {asked.name for asked, copy in targets if copy and not copy.meets(asked)}


def broken_at(question: Question, walk: Walk, displaced: Collection[str]) -> str | None:
    """(d): a member that makes the closure incomplete or inconsistent."""
    excluded = excluded_by(question, walk)
    for member in walk.extras:
        broken = member in excluded or question.fails_on_its_own(member)
        if broken and member not in displaced:
            return member
    return None


def conflicts(
    question: Question,
    walks: Mapping[str, Walk],
    displaced: Collection[str],
    fixed: Collection[str],
) -> set[str]:
    """(e): the names that fall back, as they leave no version for a download.

    The `fixed` names cannot fall back, so that their shares count as given.
    """
    shares: dict[str, dict[str, list[Requirement]]] = {}
    for name in sorted(walks):
        for member in walks[name].extras:
            if member in displaced:
                shares.setdefault(member, {})[name] = walks[name].edges_to(member)

    alone = {
        name
        for member, share in shares.items()
        for name, edges in share.items()
        if name not in fixed
        and (
            nothing_admitted_by(question.asked(member) + edges)
            or not downloaded_fits(question, member, edges)
        )
    }
    if alone:
        return alone

    candidates = set()
    for member, share in shares.items():
        asked = question.asked(member)
        for name in fixed:
            asked = asked + share.get(name, [])
        if not nothing_admitted_by(asked):
            for name, edges in share.items():
                asked = asked + edges
                if nothing_admitted_by(asked):
                    candidates.add(name)
                    break
    return {min(candidates)} if candidates else set()


def downloaded_fits(question: Question, member: str, edges: Iterable[Requirement]) -> bool:
    held = question.downloaded.get(member)
    return held is None or all(edge.admits(held) for edge in edges)


def nothing_admitted_by(requirements: Iterable[Requirement]) -> bool:
    texts = {str(r.specifier) for r in requirements if r.specifier}
    return SpecifierSet(",".join(texts)).is_unsatisfiable()


@dataclass
class Exposed:
    version: Version
    required_by: list[str]
    copy: Copy | None


@dataclass
class Decision:
    statuses: dict[str, str]
    details: dict[str, str]
    exposed: dict[str, Exposed]
    installed: dict[str, tuple[str, str]]  # the requirement, and why
    displaced: set[str]
    unknown_extras: set[tuple[str, str]]
    excluded_when_exposed: list[str]  # errors by DYN-3
    broken_when_exposed: list[str]


def changed_since_exposed(question: Question) -> list[str]:
    """What is exposed, and not on the host in that version: an error by DYN-1."""
    copies = question.host.copies
    return [
        name
        for name, version in sorted(question.exposed.items())
        if name not in copies or copies[name].version != version
    ]


def decide(question: Question) -> Decision:
    statuses = {name: local_status(question, name) for name in sorted(set(question.listed))}
    details: dict[str, str] = {}
    while True:
        hosts = [name for name, status in statuses.items() if status == "host"]
        fixed = [name for name in hosts if name in question.exposed]
        displaced = displaced_set(question, hosts)
        walks = {name: walk(question, name, displaced) for name in hosts}
        broken = {name: broken_at(question, walks[name], displaced) for name in hosts}
        fallen = {name for name in hosts if broken[name] and name not in fixed}
        for name in fallen:
            statuses[name] = "closure"
            details[name] = " -> ".join(walks[name].path_to(broken[name] or name))
        if not fallen:
            fallen = conflicts(question, walks, displaced, fixed)
            statuses.update(dict.fromkeys(fallen, "conflict"))
        if not fallen:
            break
    result = Decision(statuses, details, {}, {}, set(), set(), [], [])
    result.exposed = exposed_by(question, walks, displaced)
    result.displaced = {m for walk in walks.values() for m in walk.extras if m in displaced}
    result.installed = installed_by(question, walks, result)
    result.unknown_extras = {u for walk in walks.values() for u in walk.unknown_extras}
    result.excluded_when_exposed = [
        name
        for name in sorted(question.exposed)
        for copy in [question.host.copies.get(name)]
        if copy and not all(map(copy.meets, question.required.get(name, ())))
    ]
    result.broken_when_exposed = [
        name for name in fixed if broken[name] or held_against(question, walks[name])
    ]
    return result


def held_against(question: Question, walk: Walk) -> set[str]:
    """The downloads that an edge of this walk excludes, and that stay as they are."""
    return {
        asked.name
        for asked in (edge.requirement for edge in walk.edges)
        if asked.name in question.downloaded
        and asked.name not in question.required
        and not asked.admits(question.downloaded[asked.name])
    }


def exposed_by(
    question: Question, walks: Mapping[str, Walk], displaced: Collection[str]
) -> dict[str, Exposed]:
    members = {m for walk in walks.values() for m in walk.extras} - set(displaced)
    parents: dict[str, set[str]] = {member: set() for member in members | set(question.exposed)}
    for edge in (edge for walk in walks.values() for edge in walk.edges):
        if edge.requirement.name in parents and edge.requirement.name != edge.parent:
            parents[edge.requirement.name].add(edge.parent)
    result = {}
    for name in sorted(parents):
        copy = question.host.copies.get(name)
        version = copy.version if copy and copy.version else question.exposed.get(name)
        if version is not None:  # it is None after an error by DYN-3 alone
            result[name] = Exposed(version, sorted(parents[name]), copy)
    return result


def installed_by(
    question: Question, walks: Mapping[str, Walk], result: Decision
) -> dict[str, tuple[str, str]]:
    installed = {}
    for name in sorted(set(question.required) - set(result.exposed)):
        edges = [edge for walk in walks.values() for edge in walk.edges_to(name)]
        required = question.required[name] + edges
        constraints = question.constrained.get(name, [])
        held = question.downloaded.get(name)
        admitted = held and all(r.admits(held) and not r.url for r in required + constraints)
        if admitted and not any(requirement.extras for requirement in required):
            continue
        fallback = "fallback" if name in result.statuses else "unlisted"
        because = "displaced" if name in result.displaced else fallback
        installed[name] = (merged(name, required, constraints), because)
    return installed
