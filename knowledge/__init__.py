"""What the car knows: manuals, index, retrieval, the chain, diagnostics wording."""

import os

# A question is a few small products: on two busy cores a second BLAS thread costs ten times what it saves. It has to be
# said before NumPy is loaded, and whoever runs cabin may say otherwise.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
