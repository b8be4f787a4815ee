"""A build of the wheel → the live instrument's page inside it.

A page that is built already is taken as it is; an editable install is left alone (`make page` builds there). Where no
Node can be had, the wheel is built without the page, and `mien live` says how to build one; with MIEN_NEEDS_PAGE=1, as
for a release, that is an error.
"""

import os
import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the page where it is lacking."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node as a wheel, where it is needed and not there."""
        web = self._web()
        return [web["WHEEL"]] if web and not self._is_built() and web["find_node"]() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build the page, unless this is an editable install or there is one."""
        web = self._web()
        if version == "editable" or self._is_built() or not web:
            return
        try:
            web["build"]()
        except web["NoNode"] as error:
            if os.environ.get("MIEN_NEEDS_PAGE"):
                raise
            self.app.display_warning(f"wheel without the live page: {error}")

    def _is_built(self) -> bool:
        return (Path(self.root) / "src" / "mien" / "app" / "page" / "index.html").exists()

    def _web(self) -> dict[str, Any]:
        """What web/build.py defines."""
        script = Path(self.root) / "web" / "build.py"
        return runpy.run_path(str(script)) if script.exists() else {}
