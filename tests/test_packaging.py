"""The package as it is shipped: what it needs is locked, the wheel works outside the checkout, the sdist builds one."""

import os
import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PINNED = re.compile(
    r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?P<marker> ; .*?)? \\\n(?P<hashes>(    --hash=\S+.*\n)+)", re.M
)


def project() -> Any:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins(lock: str) -> dict[str, list[str]]:
    """The versions a lock file has of each package: more than one where Pythons differ."""
    found: dict[str, list[str]] = {}
    for pin in PINNED.finditer((ROOT / "tools" / lock).read_text(encoding="utf-8")):
        found.setdefault(pin["name"], []).append(pin["version"])
        assert "--hash=sha256:" in pin["hashes"]
    return found


@pytest.mark.parametrize("lock", ["install.lock", "test.lock"])
def test_what_the_project_asks_for_is_locked_with_hashes(lock: str) -> None:
    extras = project()["optional-dependencies"] if lock == "test.lock" else {}
    locked = pins(lock)
    for requirement in map(Requirement, sum(extras.values(), project()["dependencies"])):
        if requirement.name != "audiobook":
            versions = locked.get(requirement.name.lower(), [])
            assert versions and all(map(requirement.specifier.contains, versions)), f"make lock: {requirement}"


def test_every_line_of_a_lock_is_a_pin_with_hashes() -> None:
    for lock in ("install.lock", "test.lock"):
        text = (ROOT / "tools" / lock).read_text(encoding="utf-8")
        left = re.sub(r"^ *#.*\n", "", PINNED.sub("", text), flags=re.M)
        assert not left.strip(), lock


def test_all_that_is_locked_for_make_is_the_same_for_its_tests() -> None:
    for name, versions in pins("install.lock").items():
        assert pins("test.lock").get(name) == versions, name


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An sdist, the wheel that is built from it, and that wheel installed in a folder of its own."""
    folder = tmp_path_factory.mktemp("shipped")
    run("hatchling", "build", "-t", "sdist", "-d", str(folder), cwd=ROOT)
    [sdist] = folder.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    [source] = (folder / "unpacked").iterdir()
    run("hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=source)
    [wheel] = folder.glob("*.whl")
    run("pip", "install", "--quiet", "--no-deps", "--target", str(folder / "site"), str(wheel), cwd=folder)
    return folder


def test_the_wheel_builds_a_book_outside_the_checkout(shipped: Path) -> None:
    (shipped / "信.txt").write_text("春天来了，山上的花都开了。\n", encoding="utf-8")
    where = run("-c", "import pipeline; print(pipeline.__file__)", cwd=shipped)
    assert Path(where.strip()).is_relative_to(shipped / "site")
    run("pipeline", "build", "信.txt", cwd=shipped)
    run("pipeline", "check", cwd=shipped)


def test_the_package_says_its_licence_and_its_command(shipped: Path) -> None:
    [facts] = (shipped / "site").glob("audiobook-*.dist-info")
    assert "License-Expression: Apache-2.0" in (facts / "METADATA").read_text(encoding="utf-8")
    assert {path.name for path in (facts / "licenses").iterdir()} == {"LICENSE", "NOTICE"}
    assert (shipped / "site" / "bin" / "audiobook").exists()


def run(*arguments: str, cwd: Path) -> str:
    """A module of this Python (or a line, with -c), with the installed wheel before the checkout."""
    command = arguments if arguments[0] == "-c" else ("-m", *arguments)
    done = subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=os.environ | {"PYTHONPATH": str(cwd / "site")},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
