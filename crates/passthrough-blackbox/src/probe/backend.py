"""A build backend that records what its hooks can see (Python 3.9 or later).

It needs nothing but the standard library. SETTINGS is written into the file, as
a frontend may clear the environment and copy the source tree; it has the
directory for the recordings, the nonce of the run, and what to look for.
"""

import importlib
import importlib.metadata
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile

SETTINGS = json.loads(@SETTINGS@)

# How long a child may take, in seconds, and how much is kept of an error.
PATIENCE = 60
LONGEST = 500

# Variables that say where things are; others may hold secrets.
VARIABLES = ("CONDA_PREFIX", "HOME", "PATH", "TMPDIR", "VIRTUAL_ENV")
PREFIXES = ("PYTHON", "PIP_", "UV_", "PDM_", "HATCH_", "POETRY_", "PEP517_")


def distributions():
    for distribution in importlib.metadata.distributions():
        metadata = distribution.metadata
        files = distribution.files
        missing = None
        if files is not None:
            missing = [str(file) for file in files if not file.locate().exists()]
        copy = distribution.read_text("passthrough-copy")
        yield {
            "name": metadata["Name"] if metadata else None,
            "version": metadata["Version"] if metadata else None,
            "location": str(distribution.locate_file("")),
            "copy": copy and copy.strip(),
            "missing": missing and missing[:50],
        }


def imported(name):
    try:
        module = importlib.import_module(name)
    except Exception as error:
        said = "{}: {}".format(type(error).__name__, error)
        return {"origin": None, "copy": None, "error": said[:LONGEST]}
    copy = getattr(module, "COPY", None)
    return {"origin": getattr(module, "__file__", None), "copy": copy, "error": None}


def script(path):
    result = {"path": path, "copy": None, "prefix": None, "error": None}
    try:
        done = subprocess.run(
            [path],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
        )
        if done.returncode == 0:
            said = json.loads(done.stdout.decode())
            result.update(copy=said["copy"], prefix=said["prefix"])
        else:
            result["error"] = done.stderr.decode(errors="replace")[-LONGEST:]
    except Exception as error:
        result["error"] = "{}: {}".format(type(error).__name__, error)[:LONGEST]
    return result


def entry_points():
    for distribution in importlib.metadata.distributions():
        for point in distribution.entry_points:
            if point.group in SETTINGS["groups"]:
                yield {"group": point.group, "name": point.name, "value": point.value}


def seen():
    found = {name: shutil.which(name) for name in SETTINGS["scripts"]}
    return {
        "executable": sys.executable,
        "version": "%d.%d.%d" % sys.version_info[:3],
        "prefix": sys.prefix,
        "base_prefix": sys.base_prefix,
        "sys_path": [str(entry) for entry in sys.path],
        "distributions": list(distributions()),
        "imports": {name: imported(name) for name in SETTINGS["modules"]},
        "scripts": {name: script(path) for name, path in found.items() if path},
        "entry_points": list(entry_points()),
        "data": [
            path
            for path in SETTINGS["data"]
            if os.path.exists(os.path.join(sys.prefix, path))
        ],
    }


def child(*options):
    """What another interpreter sees; it reads this file from its standard input."""
    try:
        with open(__file__, "rb") as source:
            program = source.read()
        done = subprocess.run(
            [sys.executable, *options, "-"],
            input=program,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
        )
        if done.returncode == 0:
            return {"seen": json.loads(done.stdout.decode()), "error": None}
        error = done.stderr.decode(errors="replace")
    except Exception as caught:
        error = "{}: {}".format(type(caught).__name__, caught)
    return {"seen": None, "error": error[-LONGEST:]}


def record(hook):
    """Writes what can be seen now; returns the copies, by distribution."""
    now = seen()
    variables = {
        name: value
        for name, value in os.environ.items()
        if name in VARIABLES or name.startswith(PREFIXES)
    }
    recording = {
        "schema": "passthrough-recording/1",
        "nonce": SETTINGS["nonce"],
        "project": SETTINGS["name"],
        "hook": hook,
        "pid": os.getpid(),
        "directory": os.getcwd(),
        "environment": variables,
        "seen": now,
        "child": child(),
        # Without -B it would be the probe that writes bytecode into the host.
        "isolated_child": child("-I", "-B"),
    }
    name = "{:020d}-{}-{}.json".format(time.time_ns(), os.getpid(), hook)
    path = os.path.join(SETTINGS["recordings"], name)
    # A reader sees all of it or nothing.
    with open(path + ".part", "w", encoding="utf-8") as file:
        json.dump(recording, file)
    os.replace(path + ".part", path)
    copies = {}
    for distribution in now["distributions"]:
        if distribution["name"] and distribution["copy"]:
            copies.setdefault(distribution["name"], []).append(distribution["copy"])
    return copies


def stem():
    return "{}-{}".format(SETTINGS["name"].replace("-", "_"), SETTINGS["version"])


def metadata():
    return "Metadata-Version: 2.1\nName: {}\nVersion: {}\n".format(
        SETTINGS["name"], SETTINGS["version"]
    )


def write_info(write):
    info = stem() + ".dist-info/"
    write(info + "METADATA", metadata())
    write(info + "WHEEL", "Wheel-Version: 1.0\nGenerator: probe\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    return info


def overwrite(name):
    """Does harm to a module's file and to its directory, as far as it can."""
    try:
        file = importlib.import_module(name).__file__
    except Exception:
        return
    directory = os.path.dirname(file)

    def append():
        with open(file, "a", encoding="utf-8") as code:
            code.write("HARMED = True\n")

    def add():
        with open(os.path.join(directory, "harm.py"), "w", encoding="utf-8") as code:
            code.write("HARMED = True\n")

    for harm in (lambda: os.chmod(file, 0o600), append, add, lambda: os.remove(file)):
        try:
            harm()
        except OSError:
            pass


def wheel(directory, hook):
    copies = record(hook)
    for name in SETTINGS["overwrites"]:
        overwrite(name)
    built = {"nonce": SETTINGS["nonce"], "hook": hook, "copies": copies}
    module = SETTINGS["name"].replace("-", "_")
    written = []
    path = os.path.join(directory, stem() + "-py3-none-any.whl")
    with zipfile.ZipFile(path, "w") as archive:

        def write(name, text):
            archive.writestr(name, text)
            written.append(name + ",,")

        code = "COPY = {!r}\n".format("{}@{}".format(SETTINGS["copy"], SETTINGS["nonce"]))
        write(module + "/__init__.py", code + SCRIPT)
        info = write_info(write)
        write(info + "passthrough-copy", "{}@{}\n".format(SETTINGS["copy"], SETTINGS["nonce"]))
        write(info + "passthrough-built.json", json.dumps(built))
        archive.writestr(info + "RECORD", "\n".join(written + [info + "RECORD,,", ""]))
    return os.path.basename(path)


SCRIPT = """

def main():
    import json
    import sys

    print(json.dumps({"copy": COPY, "prefix": sys.prefix}))
"""


def prepare(directory, hook):
    record(hook)

    def write(name, text):
        path = os.path.join(directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    return write_info(write).rstrip("/")


def get_requires_for_build_wheel(config_settings=None):
    record("get_requires_for_build_wheel")
    return SETTINGS["dynamic"]["wheel"]


def get_requires_for_build_editable(config_settings=None):
    record("get_requires_for_build_editable")
    return SETTINGS["dynamic"]["editable"]


def get_requires_for_build_sdist(config_settings=None):
    record("get_requires_for_build_sdist")
    return SETTINGS["dynamic"]["sdist"]


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    return prepare(metadata_directory, "prepare_metadata_for_build_wheel")


def prepare_metadata_for_build_editable(metadata_directory, config_settings=None):
    return prepare(metadata_directory, "prepare_metadata_for_build_editable")


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return wheel(wheel_directory, "build_wheel")


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    return wheel(wheel_directory, "build_editable")


def build_sdist(sdist_directory, config_settings=None):
    record("build_sdist")
    name = stem() + ".tar.gz"
    path = os.path.join(sdist_directory, name)

    def without_bytecode(member):
        return None if member.name.endswith("__pycache__") else member

    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        information = tarfile.TarInfo(stem() + "/PKG-INFO")
        text = metadata().encode()
        information.size = len(text)
        archive.addfile(information, io.BytesIO(text))
        for path in ("pyproject.toml", "_probe"):
            if os.path.exists(path):
                archive.add(path, arcname=stem() + "/" + path, filter=without_bytecode)
    return name


if __name__ == "__main__":
    json.dump(seen(), sys.stdout)
