"""A frontend that does as it is told, run by the interpreter of the host.

Told what passes through and what is downloaded, it makes a build environment and
runs the hooks in it. With a fault it does one thing wrong.
"""

import importlib.metadata
import os
import shutil
import subprocess
import sys

PROJECT, OUT, UV, INDEX, EXPOSED, INSTALLED, FAULT, STEP = sys.argv[1:9]
EXPOSED, INSTALLED = EXPOSED.split(), INSTALLED.split()
HOOKS = """
import sys
sys.path.insert(0, "_probe")
import probe_backend
for hook in sys.argv[2:]:
    if hook in ("build_wheel", "prepare_metadata_for_build_wheel"):
        getattr(probe_backend, hook)(sys.argv[1])
    else:
        getattr(probe_backend, hook)()
"""


def expose(environment, name):
    distribution = importlib.metadata.distribution(name)
    for file in distribution.files:
        source = os.path.realpath(file.locate())
        is_info = ".dist-info" in source
        if FAULT == "metadata-only" and not is_info:
            continue
        if FAULT == "modules-only" and is_info:
            continue
        if FAULT == "no-data" and "/share/" in source:
            continue
        place = os.path.relpath(source, sys.prefix)
        target = os.path.join(environment, place)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy2(source, target)
        if place.startswith("bin/") and FAULT != "scripts-of-the-host":
            with open(target) as script:
                text = script.read()
            with open(target, "w") as script:
                script.write(text.replace(sys.prefix, environment))


def make(environment, exposed):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    for name in exposed:
        expose(environment, name)
    requirements = INSTALLED + (["hostlib"] if FAULT == "downloads-too" else [])
    if requirements:
        # With what is there already; and its fault is to look at none of it.
        more = ["--reinstall"] if FAULT == "downloads-too" else []
        python = os.path.join(environment, "bin", "python")
        subprocess.run(
            [UV, "pip", "install", "--quiet", "--python", python, "--default-index", INDEX, *more, *requirements],
            check=True,
        )


def run(environment, hooks):
    variables = dict(os.environ, VIRTUAL_ENV=environment)
    variables["PATH"] = os.path.join(environment, "bin") + os.pathsep + os.environ["PATH"]
    if FAULT == "path-of-the-host":
        variables["PATH"] += os.pathsep + os.path.join(sys.prefix, "bin")
    python = os.path.join(environment, "bin", "python")
    subprocess.run([python, "-c", HOOKS, OUT, *hooks], check=True, cwd=PROJECT, env=variables)


root = os.path.join(os.environ["TMPDIR"], "build-" + os.path.basename(sys.prefix))
if FAULT == "exposes-all":
    EXPOSED = [found.metadata["Name"] for found in importlib.metadata.distributions()]
if FAULT == "no-closure":
    EXPOSED = EXPOSED[:1]
make(root, EXPOSED)
if FAULT == "writes-to-the-host":
    with open(os.path.join(sys.prefix, "note"), "w") as note:
        note.write("here")
if FAULT == "two-choices":
    make(root + "-other", [])
    run(root, ["get_requires_for_build_wheel"])
    run(root + "-other", ["build_wheel"])
elif STEP == "metadata":
    run(root, ["get_requires_for_build_wheel", "prepare_metadata_for_build_wheel"])
else:
    run(root, ["get_requires_for_build_wheel", "build_wheel"])
