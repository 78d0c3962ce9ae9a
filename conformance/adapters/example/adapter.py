"""The smallest adapter: it speaks the protocol, and decides nothing.

Every listed name is `denied`. Put your frontend in the place of `decide`.
"""

import json
import sys

try:
    import tomllib
except ModuleNotFoundError:  # Python before 3.11
    tomllib = None


def decide(given):
    if tomllib is None:
        return {"unsupported": {"feature": "toml"}}
    try:
        tool = tomllib.loads(given["pyproject"]).get("tool", {})
    except ValueError:
        return {"error": {"stage": "configuration", "code": "unknown"}}
    lists = [table.get("no-build-isolation-package", ()) for table in tool.values()]
    names = sorted(dict.fromkeys(name for names in lists for name in names))
    return {"plan": {"listed": [{"name": name, "status": "denied"} for name in names]}}


for line in sys.stdin:
    request = json.loads(line)
    if request["cmd"] == "stop":
        break
    if request["cmd"] == "start":
        answer = {"implementation": {"name": "example", "version": "1"}, "features": []}
    else:
        try:
            answer = {"seq": request["seq"], **decide(request["input"])}
        except Exception as error:
            answer = {"seq": request["seq"], "crashed": {"message": repr(error)}}
    print(json.dumps(answer), flush=True)  # a line for each line, at once
