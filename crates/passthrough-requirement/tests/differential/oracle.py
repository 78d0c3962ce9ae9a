"""Answers what `packaging` makes of each question: JSON lines in, JSON lines out."""

import json
import sys
import warnings

from packaging import __version__
from packaging import markers
from packaging.markers import Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

# Unknown escape sequences in a marker's string.
warnings.simplefilter("ignore")


def clean(value):
    """Lone surrogates are no text for anyone but Python."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {key: clean(item) for key, item in value.items()}
    return value


def text_of(value):
    """The text of a marker, or of a requirement with one."""
    try:
        return str(value)
    except ValueError:
        return "<cannot be written>"


def name(question):
    return {"normal": canonicalize_name(question["text"], validate=True)}


def version(question):
    return {"normal": str(Version(question["text"]))}


def order(question):
    a, b = Version(question["text"]), Version(question["other"])
    assert (a == b) == (hash(a) == hash(b))
    return {"order": (a > b) - (a < b)}


def specifiers(question):
    specifiers = SpecifierSet(question["text"])
    admits = [
        specifiers.contains(Version(version), prereleases=True)
        for version in question["versions"]
    ]
    # A set that has been asked before takes another way inside.
    specifiers = SpecifierSet(question["text"])
    unsatisfiable = specifiers.is_unsatisfiable()
    again = [
        specifiers.contains(Version(version), prereleases=True)
        for version in question["versions"]
    ]
    assert admits == again, question
    return {
        "text": str(specifiers),
        "admits": admits,
        "unsatisfiable": unsatisfiable,
        "reads_ours": question["ours"] is None
        or SpecifierSet(question["ours"]) == specifiers,
    }


def counting_undefined_as_true(terms, environment):
    alternatives = [[]]
    for term in terms:
        if isinstance(term, list):
            alternatives[-1].append(counting_undefined_as_true(term, environment))
        elif isinstance(term, tuple):
            try:
                holds = markers._evaluate_markers([term], environment)
            except (UndefinedComparison, UndefinedEnvironmentName):
                holds = True
            alternatives[-1].append(holds)
        elif term == "or":
            alternatives.append([])
    return any(all(terms) for terms in alternatives)


def marker(question):
    marker = Marker(question["text"])
    applies, dubious = False, False
    for extra in ["", *question["extras"]]:
        environment = {**question["environment"], "extra": extra}
        try:
            outcome = marker.evaluate(environment)
        except (UndefinedComparison, UndefinedEnvironmentName):
            dubious = True
            environment["extra"] = canonicalize_name(extra)
            environment = markers._repair_python_full_version(environment)
            outcome = counting_undefined_as_true(marker._markers, environment)
        applies = applies or outcome
    return {
        "text": text_of(marker),
        "applies": applies,
        "dubious": dubious,
        "reads_ours": question["ours"] is None
        or text_of(Marker(question["ours"])) == text_of(marker),
    }


def parts(requirement):
    """What makes two requirements equal; comparing two can raise an error."""
    return (
        canonicalize_name(requirement.name),
        sorted({canonicalize_name(extra) for extra in requirement.extras}),
        requirement.specifier,
        requirement.url,
        text_of(requirement.marker) if requirement.marker else "",
    )


def requirement(question):
    requirement = Requirement(question["text"])
    name, extras, specifiers, url, marker = parts(requirement)
    ours = question["ours"]
    reads_ours = ours is None or parts(Requirement(ours)) == parts(requirement)
    requirement.name, requirement.extras = name, set(extras)
    return {
        "name": name,
        "extras": extras,
        "specifiers": None if url else str(specifiers),
        "url": url,
        "marker": marker,
        "text": text_of(requirement),
        "reads_ours": reads_ours,
    }


ANSWERS = {
    function.__name__: function
    for function in (name, version, order, specifiers, marker, requirement)
}
# `InvalidVersion`, `InvalidSpecifier`, `InvalidMarker` and `InvalidRequirement`
# are told from other errors by their names: all are a `ValueError`.
REFUSALS = {
    "InvalidName",
    "InvalidVersion",
    "InvalidSpecifier",
    "InvalidMarker",
    "InvalidRequirement",
}


def main():
    assert __version__ == "26.3", __version__
    with open(sys.argv[1], encoding="utf-8") as questions:
        for line in questions:
            question = json.loads(line)
            try:
                answer = {"accepts": True, **ANSWERS[question["kind"]](question)}
            except Exception as error:
                kind = type(error).__name__
                answer = {"accepts": False if kind in REFUSALS else kind}
            print(json.dumps(clean(answer)))


main()
