"""What a command found comes in; JSON goes out on stdout."""

import dataclasses
import json
from typing import Any


def print_json(found: Any) -> None:
    if dataclasses.is_dataclass(found) and not isinstance(found, type):
        found = dataclasses.asdict(found)
    print(json.dumps(found, ensure_ascii=False, indent=1))
