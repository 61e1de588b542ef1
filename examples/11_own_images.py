"""Lesson 11. Your own images.

    python examples/11_own_images.py                draws a folder of flowers and learns from it
    python examples/11_own_images.py photos         learns from the images in the folder photos

Any folder of PNG, JPEG, ... will do; all are brought to 32×32. A fifth of them is kept for the
test: the model never sees them, and its reconstructions of them are the honest ones. What counts is
steps, not epochs: a VAE shows shapes after some 300, and 320 images in batches of 16 are 20 steps
an epoch.

The same on the command line, with checkpoints and scores, is in docs/first_hour.md.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import avanp
from avanp.data.resolve import load_splits
from avanp.metrics.psnr import psnr
from avanp.pictures.save import save_image
from avanp.pictures.sheets import labelled_rows

STEPS = 1200


def flower(rng):
    """A flower of any colour, somewhere in the meadow."""
    image = Image.new("RGB", (64, 64), (170, 205, 240))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 44, 64, 64), fill=(60, 150, 60))
    x, y = rng.integers(20, 44), rng.integers(16, 34)
    draw.line((x, y, x, 60), fill=(30, 110, 40), width=3)
    colour = tuple(int(c) for c in rng.integers(60, 256, 3))
    for angle in 2 * np.pi * np.arange(6) / 6:
        a, b = x + 9 * np.cos(angle), y + 9 * np.sin(angle)
        draw.ellipse((a - 7, b - 7, a + 7, b + 7), fill=colour)
    draw.ellipse((x - 4, y - 4, x + 4, y + 4), fill=(250, 220, 60))
    return image


if len(sys.argv) > 1:
    folder = Path(sys.argv[1])
else:
    folder = Path("flowers")
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(0)
    for i in range(400):
        flower(rng).save(folder / f"{i:03}.png")

try:
    parts = load_splits(str(folder), size="32x32", channels=3)
except avanp.AvanpError as error:
    raise SystemExit(str(error)) from None
train, test = parts["train"], parts["test"]
print(f"{folder}: {len(train)} images to learn from, {len(test)} for the test")

epochs = -(-STEPS // -(-len(train) // 16))
vae = avanp.VAE(
    arch="conv",
    widths=(16, 32, 64),
    batch_norm=True,
    latent=6,
    batch_size=16,
    epochs=epochs,
    lr=2e-3,
    random_state=0,
)
vae.fit(train)
print(f"{epochs} epochs: loss {vae.history_[0]['loss']:.0f} to {vae.history_[-1]['loss']:.0f} nats")

# PSNR is the mean square error in decibels: 10 more is a tenth of the error. The mean image is what
# a model would say that knows what images have in common, and nothing of the one it is shown.
x = test.as_float()
again = vae.reconstruct(x)
mean = np.broadcast_to(train.as_float().mean(axis=0), x.shape)
known, score = psnr(mean, x), psnr(again, x)
print(f"PSNR of {len(x)} unseen images: the mean image {known:.1f} dB, the VAE {score:.1f} dB")
print("(what the VAE has more is what its code says of the one image)")
if len(sys.argv) == 1:
    assert score > known + 2

show = min(8, len(x))
codes = vae.transform(x[:2] if len(x) > 1 else np.repeat(x, 2, axis=0))
way = np.linspace(0, 1, show)[:, None]
rows = {
    "unseen": x[:show],
    "again": again[:show],
    "new": vae.sample(show, random_state=1),
    "between": vae.inverse_transform((1 - way) * codes[0] + way * codes[1]),
}
save_image(labelled_rows(rows), "11_own_images.png")
print("saved 11_own_images.png")
