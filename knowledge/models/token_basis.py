"""Makes minilm-int8/basis.npy from the manuals that come with cabin: python -m knowledge.models.token_basis.

Token states vary in few directions: kept in 64 of 384, at a sixth of the bytes, they rank as well.
"""

import numpy as np

from knowledge import manual, pack, states
from knowledge.embedding import BASIS, BUILT_IN, Embedder
from knowledge.passages import cut

WIDTH = 64


def main() -> None:
    chapters = [text for folder in pack.installed() for _, text in pack.read(folder).chapters]
    cuts = cut([section for text in chapters for section in manual.sections(text)])
    readings = Embedder(BUILT_IN).read([piece.text for piece in cuts])
    np.save(BUILT_IN / BASIS, states.basis_of((reading.tokens for reading in readings), WIDTH))


if __name__ == "__main__":
    main()
