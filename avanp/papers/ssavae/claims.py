"""What the SSAVAE paper claims, as comparisons of what our rows measure."""

from typing import Any

from avanp.experiments.compare import Claim, Compare
from avanp.papers.ssavae.cell import MEANS, PLAIN, VEC_ALONE

# Shares of the images by which two accuracies may differ and be as good as each other.
NEARLY, AS_GOOD = 0.03, 0.02
# More than two of three shoes have a shoe for a neighbour: all of them have; and of the distance of
# any class from its nearest, that of the bags.
TOGETHER, APART = 2 / 3, 1.0
# Decibels by which a decoder that reconstructs is nearer to the image than the mean of its class.
NO_BETTER, RECONSTRUCTED = 0.3, 3.0
IN_TWO = {"kz": "2"}


def _compare(value: str, one: str, relation: Any, other: str, **more: Any) -> Compare:
    return Compare(value, one, relation, other, of=more.pop("of", "decoder"), **more)


CLAIMS = (
    Claim(
        "sharper",
        "the larger β, the sharper the reconstructions (gradient energy), at γ = 0",
        (
            _compare("sharpness", "b0.005-g0", ">", "b0-g0"),
            _compare("sharpness", "b0.1-g0", ">", "b0.005-g0"),
        ),
        "Fig. 9, section 4.4.2: images are clearer from β = .005 on",
    ),
    Claim(
        "authentic",
        "β = .005 makes reconstructions more authentic: a lower Fréchet distance than at β = 0",
        (_compare("frechet", "b0.005-g0", "<", "b0-g0"),),
        "abstract and section 5",
    ),
    Claim(
        "labels-fall",
        "at Kz = 2, β = .1, γ = 0 reconstructions lose their class, at β = .005 they keep it",
        (
            _compare("label", "b0.1-g0", "<", "b0.005-g0", at=IN_TWO),
            _compare("label", "b0-g0", "<=", "b0.005-g0", size=AS_GOOD, at=IN_TWO),
        ),
        "Fig. 9, section 4.4.2: from β = .1 on images are authentic, and others",
    ),
    Claim(
        "gamma-repairs",
        "γ = .1 brings classes back at Kz = 2 and β = .1",
        (_compare("label", "b0.1-g0.1", ">", "b0.1-g0", at=IN_TWO),),
        "Fig. 9, section 4.4.2",
    ),
    Claim(
        "beats-vae",
        "reconstructions are sharper than the VAE's of the same nets, keep their class oftener and "
        "are nearer in Fréchet distance",
        (
            _compare("sharpness", "b0.005-g0.1", ">", PLAIN),
            _compare("label", "b0.005-g0.1", ">", PLAIN),
            _compare("frechet", "b0.005-g0.1", "<", PLAIN),
        ),
        "abstract and section 5",
    ),
    Claim(
        "beats-vae-samples",
        "new images are nearer to real ones than the VAE's in Fréchet distance",
        (_compare("frechet_new", "b0.005-g0.1", "<", PLAIN),),
        "abstract and section 5",
    ),
    Claim(
        "beats-vae-psnr",
        "reconstructions are nearer to the images than the VAE's, in decibels",
        (_compare("psnr", "b0.005-g0.1", ">", PLAIN),),
        "what 'better reconstructions' of the abstract would be in PSNR",
    ),
    Claim(
        "two-numbers",
        f"two numbers a code classify nearly as well as a hundred (within {NEARLY})",
        (_compare("accuracy", "100", "<=", "2", of="kz", size=NEARLY),),
        "Fig. 9, section 4.4.2, of MNIST and Fashion-MNIST",
        sets=("mnist", "fashion-mnist", "digits"),
    ),
    Claim(
        "two-are-less",
        f"two numbers a code classify worse than a hundred (by more than {NEARLY})",
        (_compare("accuracy", "100", ">", "2", of="kz", size=NEARLY),),
        "Fig. 9, section 4.4.2: less convincing for Caltech",
        sets=("caltech101-silhouettes",),
    ),
    Claim(
        "hundred-nearer",
        "at β = 0 a hundred numbers reconstruct nearer to the image than two, in decibels",
        (_compare("psnr", "100", ">", "2", of="kz", at={"decoder": "b0-g0"}),),
        "section 4.4.2 A",
    ),
    Claim(
        "omniglot-impossible",
        f"two numbers do not reconstruct Omniglot: no more than {NO_BETTER} dB above the mean of "
        "the class",
        (_compare("psnr", "b0-g0", "<=", MEANS, size=NO_BETTER, at=IN_TWO),),
        "section 4.4.2 A: completely impossible",
        sets=("omniglot-alphabets",),
    ),
    Claim(
        "shoes",
        "the codes of shoes lie together (the nearest other centre of each of the three classes is "
        "one of these), those of bags apart (farther from the nearest than classes in the mean)",
        (
            _compare("shoes", VEC_ALONE, ">", "two of three", than=TOGETHER, at=IN_TWO),
            _compare("bags", VEC_ALONE, ">", "of any class", than=APART, at=IN_TWO),
        ),
        "Fig. 7, section 4.4.1: classes 5, 7 and 9, and the handbags",
        sets=("fashion-mnist",),
    ),
    Claim(
        "cifar-reconstructed",
        f"photographs are reconstructed: {RECONSTRUCTED:g} dB above the mean of the class",
        (_compare("psnr", "b0.001-g0", ">", MEANS, size=RECONSTRUCTED, at={"kz": "100"}),),
        "Fig. 10, section 4.5, which shows pairs",
        sets=("cifar10",),
    ),
    Claim(
        "fewer-labels",
        f"1,000 labels do nearly as well as all (within {AS_GOOD})",
        (_compare("accuracy", "all", "<=", "1000", of="labels", size=AS_GOOD),),
        "the title; no experiment of the paper leaves labels out",
    ),
    Claim(
        "unlabelled-help",
        "with 100 labels the images without one help: their KL and a decoder's reconstruction of "
        "them beside leaving them out",
        (_compare("accuracy", "100-rec", ">", "100-only", of="labels"),),
        "the title; no experiment of the paper has such images",
    ),
)
