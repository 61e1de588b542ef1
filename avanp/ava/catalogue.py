"""The equations of the AVA paper: formula, function, check, and how the print is read.

One entry a number; `avanp equations`, docs/equations.md and docs/derivations.md say what stands
here, and tests hold them to it.
"""

from dataclasses import dataclass
from typing import Literal

PAPER = "Nguyen, Abdalla, Amer 2024, doi:10.5772/acrt.20240003"

# Whether what is printed is the gradient of the loss it is to come from; "–" for definitions.
Gradient = Literal["–", "yes", "in part", "no"]


@dataclass(frozen=True)
class Part:
    """One formula of an equation.

    function is a dotted name below `avanp`; check the test that compares it with something
    independent, as ``tests/FILE::NAME``; gradcheck what ``avanp gradcheck`` takes to check the
    gradients of a loss; gradient whether the formula is one.
    """

    formula: str
    function: str
    check: str
    gradcheck: str = ""
    gradient: Gradient | None = None  # where it is not the equation's


@dataclass(frozen=True)
class Equation:
    """One numbered equation of the paper: `section` is the paper's."""

    number: int
    title: str
    gradient: Gradient
    parts: tuple[Part, ...]
    reading: str
    section: int = 2


def _error(formula: str, name: str, test: str, gradient: Gradient | None = None) -> Part:
    check = f"tests/test_equations.py::test_equation{test}"
    return Part(formula, f"ava.equations.{name}", check, gradient=gradient)


def _loss(formula: str, name: str, gradcheck: str) -> Part:
    check = f"tests/test_objectives.py::test_an_objective_is_its_formula_in_scalars[{name}]"
    return Part(formula, f"ava.objectives.{name}", check, gradcheck)


EQUATIONS = (
    Equation(
        1,
        "the loss of a VAE",
        "–",
        (
            _loss("l_VAE = ½‖x − x'‖² + KL(N(μ, Σ) ‖ N(0, I))", "eq1", "VAE"),
            Part(
                "decoder of VAE, AVA3, AVA4: (x − x')ᵢ a'(x'ᵢ)",
                "ava.equations.reconstruction",
                "tests/test_derivations.py::test_equation_1_for_the_decoder",
                gradient="yes",
            ),
        ),
        "Summed over pixels and over the units of a code. The decoder's error is the gradient of "
        "the first term, and complete: KL does not contain the decoder's weights.",
    ),
    Equation(
        2,
        "the balance of a GAN",
        "–",
        (
            _loss("b_GAN = log d(x) + log(1 − d(x'))", "eq2", "GAN"),
            _error(
                "decoder of a GAN: a'(d)/(1 − d) a'(x'ᵢ)",
                "eq2_decoder",
                "_2_for_the_decoder_of_a_gan",
                "no",
            ),
        ),
        "d ascends it, the decoder descends its second term. The decoder's error is not printed: "
        "it is Eq. 6 without (x − x')ᵢ, and departs from the gradient as Eq. 6 does.",
    ),
    Equation(
        3,
        "the loss of AVA1 and AVA2",
        "–",
        (_loss("l_AVA = l_VAE + log(1 − d(x'))", "eq3", "AVA1"),),
        "The paper then takes the encoder to be independent of the first and the last term; x' "
        "depends on the encoder's weights through z (Eq. 8).",
    ),
    Equation(
        4,
        "the balance of AVA1",
        "–",
        (_loss("b_AVA = b_GAN", "eq4", "AVA1.d"),),
        "As Eq. 2, with x' decoded from the z of an image.",
    ),
    Equation(
        5,
        "the encoder's error, VAE, AVA1, AVA2",
        "in part",
        (
            _error("μ: −μ a'(μ)", "eq5_mu", "_5_for_mu"),
            _error("Σ: (½Σ⁻¹ − ½) a'(Σ) = ½κ(1 − Σ)²", "eq5_var", "_5_for_sigma"),
        ),
        "The gradient of the KL term alone. What the reconstruction and log(1 − d(x')) send "
        "through z is left out. Printed as one sum, of a vector and a matrix: read as the errors "
        "of separate output neurons.",
    ),
    Equation(
        6,
        "the decoder's error, AVA1, AVA2, AVA5",
        "no",
        (_error("[(x − x')ᵢ + a'(d)/(1 − d)] a'(x'ᵢ), d = d(x')", "eq6", "_6"),),
        "The first term is the gradient of ½‖x − x'‖². The second lacks the factor ∂v_d/∂x'ᵢ, the "
        "way through d's weights, which the paper assumes to be 1: it is one positive number for "
        "all pixels and brightens them.",
    ),
    Equation(
        7,
        "the error of d, AVA1",
        "yes",
        (_error("x: a'(d(x))/d(x); x': −a'(d(x'))/(1 − d(x'))", "eq7", "s_7_and_13"),),
        "Each term belongs to its own forward pass, of x and of x', and goes down through the "
        "activations of that pass. It equals κ(1 − d(x)) and −κ d(x').",
    ),
    Equation(
        8,
        "the code",
        "–",
        (_error("z = μ + Σ^½ r, r from N(0, I)", "eq8", "_8_shares_the_noise_between_colours"),),
        "Its derivatives, ∂z/∂μ = 1 and ∂z/∂Σ = r/(2√Σ), are the way from the decoder to the "
        "encoder, which the printed updates do not take.",
    ),
    Equation(
        9,
        "the balance of AVA2, leaning to the decoder",
        "–",
        (_loss("b_AVA = b_GAN − ½‖x − x'‖²", "eq9", "AVA2.d"),),
        "d ascends it, but the new term does not contain the weights of d.",
    ),
    Equation(
        10,
        "the error of d, AVA2, AVA5",
        "no",
        (_error("Eq. 7 and a'(d(x')) Σᵢ (x − x')ᵢ a'(x'ᵢ)", "eq10", "s_10_and_16"),),
        "The gradient of the third term, through x', is zero. As printed it goes from the "
        "decoder's outputs back to d's output with all weights 1, and sums over all pixels: "
        "thousands of terms beside two that are below κ.",
    ),
    Equation(
        11,
        "the balance of AVA3",
        "–",
        (_loss("B_AVA = log D(μ(x)) + log(1 − D(μ(x')))", "eq11", "AVA3.D"),),
        "Eq. 4 with codes in place of images: x' is encoded once more.",
    ),
    Equation(
        12,
        "the loss of AVA3, AVA4, AVA5",
        "–",
        (_loss("l_AVA = Eq. 3 + log(1 − D(μ(x')))", "eq12", "AVA5"),),
        "Without d (AVA3, AVA4) it is Eq. 1 and the last term.",
    ),
    Equation(
        13,
        "the error of D, AVA3",
        "yes",
        (_error("x: a'(D)/D; x': −a'(D)/(1 − D), D of μ(x), μ(x')", "eq13", "s_7_and_13"),),
        "As Eq. 7, of the codes' means: D is D(μ(x)) in the pass of x, and D(μ(x')) in that of x'.",
    ),
    Equation(
        14,
        "the encoder's error for μ, AVA3, AVA4, AVA5",
        "no",
        (_error("[−μᵢ + a'(D)/(1 − D)] a'(μᵢ), D = D(μ(x'))", "eq14", "_14"),),
        "Printed D(x'|Λ): D takes a mean, so it is D(μ(x')|Λ), as in Eq. 11–13. The second term "
        "lacks ∂v_D/∂μ'ᵢ, and stands at the pass of x where μ(x') is the output of the pass of x'; "
        "the ways through the decoder and through z are left out, for the decoder's weights too.",
    ),
    Equation(
        15,
        "the balance of AVA4, leaning to the encoder",
        "–",
        (_loss("B_AVA = Eq. 11 − ½‖μ(x) − μ(x')‖²", "eq15", "AVA4.D"),),
        "D ascends it, but the new term does not contain the weights of D.",
    ),
    Equation(
        16,
        "the error of D, AVA4, AVA5",
        "no",
        (_error("Eq. 13 and a'(D) Σᵢ (μ(x) − μ(x'))ᵢ a'(μ(x')ᵢ)", "eq16", "s_10_and_16"),),
        "As Eq. 10: the gradient of the third term, through μ(x'), is zero. Printed D(x'|Λ) for "
        "D(μ(x')|Λ), and a'_g on μ(x'), which are the encoder's outputs; all activations are the "
        "same logistic, so nothing depends on that.",
    ),
    Equation(
        17,
        "the balance metric",
        "–",
        (
            Part(
                "BM = mean of d(1 − d); the tables take |d(1 − d)|",
                "metrics.balance.balance_metric",
                "tests/test_balance.py::test_bm_worked_by_hand",
            ),
        ),
        "d is the Euclidean norm of the difference of two RGB pixels, up to √3 and not divided by "
        "it, so that d(1 − d) can be negative, which Eq. 17 as printed keeps.",
        section=3,
    ),
)
