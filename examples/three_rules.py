"""One model, one learning rate, three rule sets: what each makes of the same noise.

Run it: python examples/three_rules.py

It prints BM for each and saves three_rules.png: a row of generated images a rule set. BM is high
for `program`, whose images are the whitest: look at what a "best" BM looks like.
"""

import avanp
from avanp.pictures.save import save_image
from avanp.pictures.sheets import labelled_rows

RATE = 0.5


def main():
    X = avanp.load_images("jungle").as_float()
    rows = {}
    for rules in ("printed", "program", "exact"):
        model = avanp.AVA(variant=1, rules=rules, lr=RATE, init="zeros", random_state=0).fit(X)
        images = model.sample(36, around=X, random_state=0)
        print(f"{rules:8} BM {avanp.balance_metric(images, X):.3f}, mean {images.mean():.2f}")
        rows[rules] = images[:3]
    save_image(labelled_rows(rows), "three_rules.png")
    print("saved three_rules.png")


if __name__ == "__main__":
    main()
