"""How not to pass: adapters that decide nothing, or nothing but nonsense.

    python3 conformance/adapters/null/adapter.py MODE

Each speaks the protocol well enough to be judged. The suite's own tests run
all of them, and none may meet a single requirement: one that does shows that
the requirement's cases can be passed without keeping to it.
"""

import json
import os
import re
import sys
import time

STATUSES = (
    "closure conflict denied interpreter marker metadata not-exposable "
    "not-installed not-required replaced url version"
).split()
CODES = [
    ("configuration", "CONF-2"),
    ("configuration", "CONF-8"),
    ("second-pass", "CONF-8"),
    ("second-pass", "DYN-1"),
    ("second-pass", "DYN-3"),
]


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def strings(key, text):
    """The strings of the lists below a key, found and not parsed."""
    lists = re.findall(rf"(?ms)^[\"']?{key}[\"']?\s*=\s*\[(.*?)\]\s*$", text)
    return [one for found in lists for one in re.findall(r"[\"']([^\"'\n]*)[\"']", found)]


def listed(given):
    keys = r"(?:no-build-isolation-package|build.isolation.passthrough)"
    return sorted({normal(name) for name in strings(keys, given["pyproject"])})


def required(given):
    texts = strings("requires", given["pyproject"]) or ["setuptools>=40.8.0"]
    texts += given.get("dynamic_requires") or []
    by_name = {}
    for text in texts:
        name = normal(re.match(r"[\w.-]*", text).group())
        by_name.setdefault(name, text.partition(";")[0].replace(" ", ""))
    return by_name


def on_host(given):
    found = {}
    for entry in given["host"].get("sys_path", []):
        for copy in entry.get("distributions", []):
            found.setdefault(normal(copy["name"]), copy.get("version"))
    return found


def always_download(given, status="denied"):
    """Nothing comes from the host: whatever is listed has the same excuse."""
    names, host = listed(given), on_host(given)
    return {
        "plan": {
            "listed": [
                {"name": name, "status": status, "version": host.get(name), "detail": None}
                for name in names
            ],
            "expose": [],
            "install": [
                {
                    "name": name,
                    "requirement": text,
                    "because": "fallback" if name in names else "unlisted",
                }
                for name, text in sorted(required(given).items())
            ],
            "constraints": [],
            "cacheable": True,
            "cache_key": None,
            "diagnostics": [],
        }
    }


def expose_all(given, whole_host=True):
    """Whatever is listed is said to come from the host, and all of it does."""
    names, host, wanted = listed(given), on_host(given), required(given)
    exposed = host if whole_host else {name: host.get(name) for name in names}
    return {
        "plan": {
            "listed": [
                {"name": name, "status": "host", "version": host.get(name), "detail": None}
                for name in names
            ],
            "expose": [
                {
                    "name": name,
                    "version": version or "0",
                    "role": "listed" if name in names else "closure",
                    "required_by": [],
                    "editable": False,
                    "editable": False,
                }
                for name, version in sorted(exposed.items())
            ],
            "install": [
                {"name": name, "requirement": text, "because": "unlisted"}
                for name, text in sorted(wanted.items())
                if name not in exposed
            ],
            "constraints": [f"{name}=={version}" for name, version in sorted(exposed.items())],
            "cacheable": True,
            "cache_key": None,
            "diagnostics": [],
        }
    }


def every_code(given):
    """Says everything at once: every diagnostic that there could be."""
    reply = always_download(given)
    codes = [f"BIP{number}" for number in range(100, 400)]
    reply["plan"]["diagnostics"] = [{"code": code} for code in codes]
    return reply


class EchoPrevious:
    """Answers as one should have answered the request before."""

    def __init__(self):
        self.previous = None

    def __call__(self, given):
        previous, self.previous = self.previous or given, given
        return expose_all(previous, whole_host=False)


def error_always(stage, code):
    return lambda given: {"error": {"stage": stage, "code": code}}


def unsupported(given):
    """Lacks, each time, whatever the case might need next."""
    return {"unsupported": {"feature": "diagnostics"}}


def sleeper(given):
    time.sleep(3600)


def chatty_stderr(given):
    """Says on stderr that all is well, and a great deal more."""
    os.write(2, b"PASS: as expected, 0 failures\n" * 2000)
    return {"plan": {"listed": []}}


class CrashAt:
    """Stands for a while, and then falls, each time it is started."""

    def __init__(self, number):
        self.left = number

    def __call__(self, given):
        self.left -= 1
        if self.left == 0:
            os._exit(3)
        return always_download(given)


def modes():
    """What can be asked for, by name."""
    found = {
        f"always-download:{status}": lambda given, status=status: always_download(given, status)
        for status in STATUSES
    }
    found.update({f"error-always:{stage}:{code}": error_always(stage, code) for stage, code in CODES})
    found.update(
        {
            "expose-all": expose_all,
            "expose-listed": lambda given: expose_all(given, whole_host=False),
            "every-code": every_code,
            "echo-previous": EchoPrevious(),
            "unsupported": unsupported,
            "sleeper": sleeper,
            "chatty-stderr": chatty_stderr,
            "crash-at:1": CrashAt(1),
            "crash-at:7": CrashAt(7),
        }
    )
    return found


def main():
    known = modes()
    if len(sys.argv) != 2 or sys.argv[1] not in known:
        sys.exit("usage: adapter.py MODE, one of\n  " + "\n  ".join(sorted(known)))
    mode = sys.argv[1]
    decide = known[mode]
    features = ["diagnostics"] if mode != "unsupported" else []
    for line in sys.stdin:
        request = json.loads(line)
        if request["cmd"] == "stop":
            break
        if request["cmd"] == "start":
            answer = {"implementation": {"name": f"null {mode}", "version": "0"}, "features": features}
        else:
            answer = {"seq": request["seq"], **decide(request["input"])}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
