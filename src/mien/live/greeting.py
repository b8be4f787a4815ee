"""A page's greeting → what of it can be had, and why not the rest (JSON objects → plain data and sentences).

Each setting and the profile stand for themselves: what one of them asks in vain costs no other. Who wished that no
emotions are read still gets none for an old profile, who is calibrated stays so for an ensemble that is gone.
"""

from collections.abc import Mapping
from typing import Any

from mien.errors import BadInput
from mien.live.calibration import rest_of
from mien.live.settings import Settings, changed


def sort_greeting(hello: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Sort a greeting into what is allowed of it, and why the rest is not.

    Returns
    -------
    `settings` and `profile` as far as they are allowed, and a sentence for each thing that is not.
    """
    settings, refused = {}, []
    for name, value in hello.get("settings", {}).items():
        try:
            changed(Settings(), {name: value})
            settings[name] = value
        except BadInput as error:
            refused.append(str(error))
    profile = hello.get("profile")
    if profile:
        try:
            rest_of(profile)
        except BadInput as error:
            refused.append(str(error))
            profile = None
    return {"settings": settings, "profile": profile}, refused
