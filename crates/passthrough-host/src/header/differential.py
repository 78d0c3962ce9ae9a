"""What Python makes of the headers in the files that standard input names.

Each line of the input is the path of a file. Each line of the output is a JSON
object: the fields as `email` has them (what `importlib.metadata` goes by), and
as `packaging.metadata` has them where that can read the file at all.
"""

import email
import json
import sys

import packaging
from packaging.metadata import parse_email

assert packaging.__version__ == "26.3", packaging.__version__

for path in sys.stdin.read().splitlines():
    with open(path, "rb") as file:
        content = file.read()
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("utf-8", "replace")
    message = email.message_from_string(text)
    raw, _ = parse_email(content)
    answer = {
        "email": {
            "metadata_version": message.get("Metadata-Version"),
            "name": message.get("Name"),
            "version": message.get("Version"),
            "requires_python": message.get("Requires-Python"),
            "requires_dist": message.get_all("Requires-Dist", []),
            "provides_extra": message.get_all("Provides-Extra", []),
        },
        "packaging": {
            "metadata_version": raw.get("metadata_version"),
            "name": raw.get("name"),
            "version": raw.get("version"),
            "requires_python": raw.get("requires_python"),
            "requires_dist": raw.get("requires_dist", []),
            "provides_extra": raw.get("provides_extra", []),
        },
    }
    print(json.dumps(answer))
