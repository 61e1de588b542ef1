"""Lesson 7. AVA2 to AVA5: what each term does, and does not.

    AVA2   AVA1 and, for d, a term that leans to the decoder:     b - 1/2 ||x - x'||²          (9)
    AVA3   a discriminator D of codes in place of d: B = log D(mu(x)) + log(1 - D(mu(x')))    (11)
    AVA4   AVA3 and, for D, a term that leans to the encoder:     B - 1/2 ||mu(x) - mu(x')||² (15)
    AVA5   all of them

d ascends (9) in its own weights. Neither x nor x' contains them: the new term has gradient zero,
and AVA2 is AVA1; likewise AVA4 is AVA3. The paper prints a third term for d all the same (10), a
sum over all pixels. This lesson trains all five under the three rule sets and looks.

Run it: python examples/07_ava2_to_5.py
"""

import numpy as np

import avanp
from avanp.ava import equations as eq

try:
    import matplotlib.pyplot as plt
except ImportError:
    raise SystemExit("the picture needs matplotlib: pip install '.[plot]'") from None

RULES = ("exact", "printed", "program")
images = avanp.load_images("jungle", size="50x32").as_float()

models, drawn = {}, {}
for rules in RULES:
    for variant in range(1, 6):
        model = avanp.AVA(variant, rules=rules, lr=0.1, epochs=3, random_state=0).fit(images)
        models[rules, variant] = model
        drawn[rules, variant] = model.sample(36, around=images, random_state=0)


def apart(rules, one, other):
    return np.abs(drawn[rules, one] - drawn[rules, other]).max()


print("largest difference of a pixel of 36 generated images")
print(f"{'':9} AVA2 - AVA1   AVA4 - AVA3   AVA3 - AVA1")
for rules in RULES:
    differences = [apart(rules, *pair) for pair in ((2, 1), (4, 3), (3, 1))]
    print(f"{rules:9} " + "   ".join(f"{d:11.2e}" for d in differences))

# exact: the leaning terms change nothing, to the bit, because their gradient is zero.
assert apart("exact", 2, 1) == apart("exact", 4, 3) == 0
# program: nothing either, because there d and D never reach an image (docs/program.md).
assert apart("program", 2, 1) == apart("program", 4, 3) == 0
# printed: (6) hands d to the decoder, and (10) has changed d. (14) hands D to the encoder, but the
# third term of (16) sums ten numbers, not 1600 pixels.
assert apart("printed", 2, 1) > 0.001 > apart("printed", 4, 3) > 0

# What the third term of (10) does to d: it can be far larger than the two that ask "real or made?".
nets = models["printed", 1].nets_
x = np.ascontiguousarray(images.reshape(36, -1, 3).transpose(2, 0, 1))
mu, var, _ = nets.encode(x)
x_gen = nets.decoder.forward(eq.eq8(mu, var, np.zeros((36, 10), np.float32)))[0]
d_real, d_fake = nets.d.forward(x)[0], nets.d.forward(x_gen)[0]
asked = eq.eq7(d_real, d_fake, 0.5)[1]
third = eq.eq10(x, x_gen, d_real, d_fake, 0.5)[1] - asked
ratio = np.abs(third).mean() / np.abs(asked).mean()
print(f"Eq. 10 at x' = second term + third: the third is {ratio:.0f} times the second,")
print("and no part of the gradient. d goes by whether x is brighter than x', not by what is real")
assert ratio > 2
says = {v: models["printed", v].nets_.d.forward(x_gen)[0].mean() for v in (1, 2)}
print(f"what d says of those x' under `printed`: AVA1 {says[1]:.2f}, AVA2 {says[2]:.2f}")

figure, axes = plt.subplots(4, 5, figsize=(10, 5.4), layout="constrained")
for j, axis in enumerate(axes[0]):
    axis.imshow(images[j * 5])
axes[0, 0].set_ylabel("images", fontsize=9)
for row, rules in zip(axes[1:], RULES, strict=True):
    row[0].set_ylabel(rules, fontsize=9)
    for variant, axis in enumerate(row, 1):
        same = variant in (2, 4) and apart(rules, variant, variant - 1) == 0
        axis.imshow(drawn[rules, variant][0])
        axis.set_title(
            f"AVA{variant}" + (f" = AVA{variant - 1}, to the bit" if same else ""), fontsize=9
        )
for axis in axes.ravel():
    axis.set(xticks=[], yticks=[])
figure.savefig("07_ava2_to_5.png", dpi=100)
print("saved 07_ava2_to_5.png")
