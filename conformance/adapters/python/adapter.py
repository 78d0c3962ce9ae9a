"""The conformance adapter of this implementation: JSON Lines on standard input and output."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any

from packaging.requirements import InvalidRequirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from passthrough.decide import (
    Decision,
    Policy,
    Present,
    Question,
    changed_since_exposed,
    decide,
)
from passthrough.declaration import ConfigurationError, Declaration, NoTomlReader, read
from passthrough.host import Host, interpreter
from passthrough.requirement import Requirement, parse

START = {
    "implementation": {"name": "passthrough-python", "version": "1"},
    "features": [
        "constraints",
        "diagnostics",
        "hash-mode",
        "markers-dubious",
        "neutral",
        "second-pass",
    ],
}
STATUS_CODES = {
    "not-required": "BIP201",
    "marker": "BIP202",
    "interpreter": "BIP203",
    "not-installed": "BIP204",
    "replaced": "BIP205",
    "metadata": "BIP206",
    "version": "BIP207",
    "url": "BIP208",
    "not-exposable": "BIP209",
    "closure": "BIP210",
    "conflict": "BIP211",
    "denied": "BIP212",
}


def answer(given: dict[str, Any]) -> dict[str, Any]:
    try:
        declaration = read(given["pyproject"], given.get("frontend"))
    except ConfigurationError as error:
        return {"error": {"stage": "configuration", "code": error.rule}}
    except NoTomlReader:
        return {"unsupported": {"feature": "toml"}}
    try:
        dynamic = [parse(text) for text in given.get("dynamic_requires") or ()]
    except InvalidRequirement:
        return {"error": {"stage": "second-pass", "code": "CONF-8"}}
    asked = question(given, declaration, dynamic)
    if changed_since_exposed(asked):
        return {"error": {"stage": "second-pass", "code": "DYN-1"}}
    decision = decide(asked)
    if decision.excluded_when_exposed or decision.broken_when_exposed:
        return {"error": {"stage": "second-pass", "code": "DYN-3"}}
    return {"plan": plan(asked, declaration, decision)}


def question(
    given: dict[str, Any], declaration: Declaration, dynamic: list[Requirement]
) -> Question:
    host = Host.from_document(given["host"])
    build_python = given.get("build_interpreter")
    second_pass = given.get("dynamic_requires") is not None
    policy = given.get("policy") or {}
    return Question(
        declaration.listed,
        declaration.requires + dynamic,
        host,
        interpreter(build_python) if build_python else host.python,
        [parse(text) for text in given.get("constraints") or ()],
        Policy(
            frozenset(map(canonicalize_name, policy.get("denied", ()))),
            policy.get("deny_all", False),
            frozenset(map(canonicalize_name, policy.get("replacing", ()))),
            policy.get("hash_mode", False),
        ),
        {
            canonicalize_name(held["name"]): Present(Version(held["version"]), held["exposed"])
            for held in (given.get("present") or () if second_pass else ())
        },
    )


def plan(asked: Question, declaration: Declaration, decision: Decision) -> dict[str, Any]:
    def version(name: str) -> str | None:
        copy = asked.host.copies.get(name)
        return str(copy.version) if copy and copy.version else None

    return {
        "listed": [
            {
                "name": name,
                "status": status,
                "version": version(name),
                "detail": decision.details.get(name),
            }
            for name, status in decision.statuses.items()
        ],
        "expose": [
            {
                "name": name,
                "version": str(exposed.version),
                "role": "listed" if decision.statuses.get(name) == "host" else "closure",
                "required_by": exposed.required_by,
                "editable": bool(exposed.copy and exposed.copy.editable),
                "location": exposed.copy.location if exposed.copy else "",
            }
            for name, exposed in decision.exposed.items()
        ],
        "install": [
            {"name": name, "requirement": requirement, "because": because}
            for name, (requirement, because) in decision.installed.items()
        ],
        "constraints": [f"{name}=={e.version}" for name, e in decision.exposed.items()],
        "cacheable": not any(e.copy and e.copy.editable for e in decision.exposed.values()),
        "diagnostics": [{"code": code} for code in sorted(remarks(asked, declaration, decision))],
    }


def remarks(asked: Question, declaration: Declaration, decision: Decision) -> set[str]:
    """Codes of docs/diagnostics.md."""
    python = asked.host.markers["python_full_version"]
    copies = [exposed.copy for exposed in decision.exposed.values() if exposed.copy]
    edges = [requirement for copy in copies for requirement in copy.requires or ()]
    found: Iterable[tuple[str, bool]] = [
        ("BIP220", bool(decision.displaced)),
        ("BIP221", bool(decision.unknown_extras)),
        ("BIP222", not all(copy.supports(python) for copy in copies)),
        ("BIP223", declaration.project in decision.exposed),
        ("BIP224", any(copy.editable for copy in copies)),
        (
            "BIP225",
            any(
                r.dubious(asked.host.markers) for r in [*asked.requires, *asked.constraints, *edges]
            ),
        ),
    ]
    statuses = {STATUS_CODES[s] for s in decision.statuses.values() if s != "host"}
    return {*declaration.remarks, *statuses, *(code for code, holds in found if holds)}


def serve() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        if request["cmd"] == "stop":
            return
        if request["cmd"] == "start":
            reply: dict[str, Any] = START
        else:
            try:
                reply = answer(request["input"])
            except Exception as error:  # one bad case is no reason to end the run
                reply = {"crashed": {"message": f"{type(error).__name__}: {error}"}}
            reply = {"seq": request["seq"], **reply}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    serve()
