"""Calls one hook of a build backend (PEP 517, PEP 660).

Started as ``python <this file> <control directory> <descriptor>`` in the
project's root. Reads ``question.json`` in the control directory and writes
``answer.json``. The descriptor is the end of a pipe whose other end is closed
when whoever asks is gone. Python 3.8 and later, standard library only.
"""

import collections
import importlib
import importlib.machinery
import json
import os
import signal
import sys
import traceback

# Together far less than what is read of an answer: in characters, and in pieces.
MOST_TRACEBACK = 65536
MOST_MESSAGE = 16384
MOST_PATH = 4096
MOST_LINE = 300
MOST_FRAMES = 64
MOST_CAUSES = 8
MOST_ENTRIES = 256


def main():
    control = sys.argv[1]
    end_with(int(sys.argv[2]))
    here = os.path.dirname(os.path.abspath(__file__))
    # Python put the directory of this file there, unless it was told not to.
    if sys.path and os.path.abspath(sys.path[0]) == here:
        del sys.path[0]
    sys.argv[1:] = []
    with open(os.path.join(control, "question.json"), encoding="utf-8") as file:
        question = json.load(file)
    # What is printed goes through a pipe: line by line, as on a terminal.
    sys.stdout.reconfigure(line_buffering=True)
    process = os.getpid()
    answer = respond(question)
    flush()
    if os.getpid() != process:
        # A hook has forked, and this is not the one that was asked.
        os._exit(0)
    path = os.path.join(control, "answer.json")
    with open(path + ".part", "wb") as file:
        file.write(json.dumps(answer, ensure_ascii=False).encode("utf-8"))
    os.replace(path + ".part", path)


def end_with(descriptor):
    """Has the system kill this process, and what it starts, when the other end
    of a pipe is closed: should whoever asks have been killed, nobody else would.

    No thread waits for that. Python warns of a fork beside a thread, and a thread
    would itself wait for a hook that keeps the interpreter's lock."""
    os.set_inheritable(descriptor, False)
    try:
        import fcntl

        # The process group is ours alone; Linux can send it any signal.
        fcntl.fcntl(descriptor, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGKILL)
        flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
        fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_ASYNC | os.O_NONBLOCK)
        # It may have been closed before.
        os.read(descriptor, 1)
    except BlockingIOError:
        return
    except (ImportError, AttributeError, OSError):
        # Not on this system: then a hook goes on to its own end.
        return
    os.killpg(os.getpgrp(), signal.SIGKILL)


def respond(question):
    in_tree = question["backend_path"]
    if in_tree is not None:
        in_tree = [path_of(each) for each in in_tree]
    try:
        backend = load(question["module"], question["object"], in_tree)
    except Unavailable as error:
        return {"unavailable": dict(error.facts, **surroundings())}
    name = question["hook"]
    try:
        hook = getattr(backend, name, None)
        if hook is None:
            return {"missing": surroundings()}
        directory, metadata = question["directory"], question["metadata"]
        arguments = [] if directory is None else [path_of(directory)]
        arguments.append(question["settings"])
        if metadata is not None:
            arguments.append(path_of(metadata))
        return {"returned": returned(hook(*arguments))}
    except BaseException as error:  # SystemExit too: backends end this way
        kind = "unsupported" if is_unsupported(error, backend) else "raised"
        return {kind: dict(failure(error), **surroundings())}


def is_unsupported(error, backend):
    try:
        return isinstance(error, backend.UnsupportedOperation)
    except BaseException:
        return False


class Unavailable(Exception):
    def __init__(self, stage, module, facts):
        super().__init__(stage)
        self.facts = dict(facts, stage=stage, found=found(module))


def load(module, path, in_tree):
    """The object that is the backend; `in_tree` is where it has to come from,
    if that is declared."""
    if in_tree is not None:
        sys.path[:0] = in_tree
        sys.meta_path.insert(0, InTreeFinder(module.partition(".")[0], in_tree))
    try:
        backend = importlib.import_module(module)
    except BaseException as error:
        raise Unavailable("import", module, failure(error))
    if in_tree is not None and not any(is_within(backend, each) for each in in_tree):
        raise Unavailable("in-tree", module, {})
    try:
        for attribute in path.split(".") if path else ():
            backend = getattr(backend, attribute)
    except BaseException as error:
        raise Unavailable("attribute", module, failure(error))
    return backend


class InTreeFinder:
    """Finds the backend in the project before any finder that an installed
    package has put in front."""

    def __init__(self, name, paths):
        self.name = name
        self.paths = paths

    def find_spec(self, name, path=None, target=None):
        if name != self.name:
            return None
        return importlib.machinery.PathFinder.find_spec(name, self.paths, target)


def is_within(module, directory):
    inside = os.path.join(os.path.abspath(directory), "")
    return any(os.path.abspath(place).startswith(inside) for place in places(module))


def places(module):
    """The file of a module, or the directories of one that has none."""
    file = getattr(module, "__file__", None)
    if isinstance(file, str):
        return [file]
    try:
        return [each for each in module.__path__ if isinstance(each, str)]
    except Exception:
        return []


def found(module):
    """Each part of the dotted name that could be imported, with its place."""
    parts = module.split(".")
    names = [".".join(parts[: end + 1]) for end in range(len(parts))]
    return [
        [text(name), text((places(sys.modules[name]) or ["built-in"])[0])]
        for name in names
        if sys.modules.get(name) is not None
    ]


def surroundings():
    return {
        "executable": text(sys.executable),
        "version": "%d.%d.%d" % sys.version_info[:3],
        "prefix": text(sys.prefix),
        "sys_path": [text(each) for each in sys.path[:MOST_ENTRIES]],
    }


def failure(error):
    """What is known of an exception."""
    seen = set()
    causes = []
    cause = error.__cause__
    while cause is not None and id(cause) not in seen and len(causes) < MOST_CAUSES:
        seen.add(id(cause))
        causes.append(summary(cause))
        cause = cause.__cause__
    return dict(summary(error), causes=causes, traceback=formatted(error))


def summary(error):
    facts = {
        "type": text(type(error).__qualname__),
        "message": message(error),
        "module": None,
        "frames": frames(error),
    }
    if isinstance(error, ImportError) and isinstance(error.name, str):
        facts["module"] = text(error.name)
    if isinstance(error, SyntaxError) and isinstance(error.filename, str):
        facts["frames"].append(
            {
                "file": text(error.filename),
                "line": error.lineno if isinstance(error.lineno, int) else 0,
                "function": "<module>",
                "text": text(error.text.strip(), MOST_LINE) if isinstance(error.text, str) else "",
            }
        )
    return facts


def message(error):
    try:
        return text(str(error), MOST_MESSAGE)
    except BaseException:
        return "(it cannot say what it is)"


def frames(error):
    """Where the exception passed through, outermost first: the last of them."""
    ours = __file__
    last = collections.deque(maxlen=MOST_FRAMES)
    for frame, line in traceback.walk_tb(error.__traceback__):
        code = frame.f_code
        file = code.co_filename
        if file == ours or file.startswith("<frozen importlib"):
            continue
        if frame.f_globals.get("__name__") == "importlib":
            continue
        last.append((file, line, code.co_name))
    return [
        {"file": text(file), "line": line or 0, "function": text(name), "text": source(file, line)}
        for file, line, name in last
    ]


def source(file, line):
    try:
        return text(traceback.linecache.getline(file, line).strip(), MOST_LINE)
    except BaseException:
        return ""


def formatted(error):
    try:
        way = error.__traceback__
        while way is not None and way.tb_frame.f_code.co_filename == __file__:
            way = way.tb_next
        lines = traceback.format_exception(type(error), error, way)
        return text("".join(lines), MOST_TRACEBACK)
    except BaseException:
        return ""


def returned(value):
    if isinstance(value, str):
        return {"text": text(value)}
    if isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value):
        return {"list": [text(each, None) for each in value]}
    kind = type(value).__qualname__
    if isinstance(value, (list, tuple)):
        odd = next(each for each in value if not isinstance(each, str))
        kind = "%s with %s" % (kind, type(odd).__qualname__)
    return {"other": text(kind)}


def text(value, most=MOST_PATH):
    """Anything that JSON can carry, and not too much of it."""
    if most is not None and len(value) > most:
        value = value[: most // 4] + "\n[...]\n" + value[-(most - most // 4) :]
    return value.encode("utf-8", "backslashreplace").decode("utf-8")


def path_of(characters):
    """A path of which each byte is a character."""
    return os.fsdecode(characters.encode("latin-1"))


def flush():
    """Writes out what was printed, even if there is nowhere to write to."""
    for name in ("stdout", "stderr"):
        try:
            getattr(sys, name).flush()
        except BaseException:
            # Else Python fails at its end because of it.
            setattr(sys, name, None)


if __name__ == "__main__":
    main()
