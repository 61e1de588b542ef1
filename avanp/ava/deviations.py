"""What the author's program does otherwise than the paper prints, numbered."""

DEVIATIONS = {
    1: "decoder: the adversarial term uses the pixel itself in place of d(x')",
    2: "encoder: the adversarial term uses μᵢ itself in place of D(μ(x'))",
    3: "encoder: the −½ of Eq. 5 for Σ is dropped",
    4: "GAN: the decoder has the reconstruction error too; d first, with another z",
    5: "the error below an output layer goes through the already updated weights",
    6: "encoder, d and D apply their whole update twice",
    7: "d and D learn through x' only; the leaning sums take the nets' whole errors",
    8: "one net after the other, each seeing the ones before already updated",
}
ALL = frozenset(DEVIATIONS)
