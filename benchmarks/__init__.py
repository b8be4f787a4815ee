"""Time and memory of every stage: `make bench`, or `python -m benchmarks [--json FILE]`.

Numpy's libraries read their thread count when they are loaded, so it is set here, before anything else is.
"""

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
