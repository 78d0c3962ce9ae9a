"""A C++ extension for torch."""

import torch  # noqa: F401  (loads the libraries that the extension is linked to)

from ._kernels import scale

__all__ = ["scale"]
