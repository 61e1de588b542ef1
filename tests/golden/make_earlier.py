"""Make earlier.npz: a checkpoint of format 1 whose dense nets have a bias before each batch norm.

Made once, with avanp at 485b167, the last that built such nets: today's cannot make it again.
earlier_codes.npy is what the encoder made of the images then, with the best weights.
"""

from pathlib import Path

import numpy as np

from avanp.systems import build
from avanp.training import checkpoint
from avanp.training.trainer import Trainer

HERE = Path(__file__).parent
IMAGES = np.random.default_rng(0).random((20, 4, 3, 1), dtype=np.float32)

if __name__ == "__main__":
    system = build("VAEGAN", shape=(4, 3, 1), widths=(5, 4), latent=2, batch_norm=True, lr=0.02)
    trainer = Trainer(system, batch_size=10, validation=IMAGES, patience=100)
    trainer.fit(IMAGES, 6)
    trainer.save(HERE / "earlier.npz")
    best, _ = checkpoint.load_best(HERE / "earlier.npz")
    codes, _ = best.nets["encoder"].forward(IMAGES)
    np.save(HERE / "earlier_codes.npy", codes)
