"""What is installed: our three packages with their data, and nothing that would shadow another's."""

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = {"takedown": ROOT, "takedown_platforms": ROOT / "adapters", "takedown_notices": ROOT / "templates"}


def run(*words: str | Path, cwd: Path) -> str:
    done = subprocess.run([sys.executable, *map(str, words)], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and with the wheel built from that sdist as `pip install` would."""
    folder = tmp_path_factory.mktemp("dist")
    run("-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel on its own, without its dependencies."""
    folder = tmp_path_factory.mktemp("site")
    wheel = next(built.glob("*.whl"))
    run("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", folder, wheel, cwd=folder)
    return folder


def wheel_files(built: Path) -> set[str]:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        return set(wheel.namelist())


def committed(folder: Path) -> set[str]:
    """Files that belong to a source folder, as paths from its parent; editors and caches leave others."""
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder.parent).as_posix() for path in found if path.suffix != ".pyc"}


def test_the_wheel_holds_our_packages_whole_and_nothing_else(built: Path) -> None:
    files = wheel_files(built)
    assert {name.partition("/")[0] for name in files} == {*SOURCES, "takedown_desk-0.1.0.dist-info"}
    for package, root in SOURCES.items():
        assert {name for name in files if name.startswith(f"{package}/")} == committed(root / package)


def test_code_is_typed_and_the_licence_is_there(built: Path) -> None:
    files = wheel_files(built)
    assert {"takedown/py.typed", "takedown_platforms/py.typed"} <= files
    assert "takedown_desk-0.1.0.dist-info/licenses/LICENSE" in files


def test_the_sdist_holds_what_a_packager_needs(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    documents = {"README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"}
    needed = documents | {"pyproject.toml", "script/test", "tests/test_packaging.py"}
    assert needed <= names
    tops = {name.partition("/")[0] for name in names}
    assert tops <= {*needed, "takedown", "adapters", "templates", "tests", "script", "docs", "PKG-INFO", ".gitignore"}


def test_the_wheel_alone_answers(installed: Path) -> None:
    start = "sys.argv = ['takedown', '--version']; from takedown.cli import main; main()"
    code = f"import sys; sys.path.insert(0, {str(installed)!r}); {start}"
    assert run("-I", "-S", "-c", code, cwd=installed) == "takedown 0.1.0\n"


def test_entry_points_name_what_exists(installed: Path) -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["takedown.platforms"]
    for name, place in declared.items():
        module, _, cls = place.partition(":")
        path = installed / module.replace(".", "/")
        file = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
        assert file.exists(), name
        assert cls in file.read_text(), name
