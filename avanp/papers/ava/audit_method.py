"""How the claims were judged, as every audit says it."""

from avanp.experiments.paired import ENOUGH, FEWEST

METHOD = (
    "Each claim is a comparison, or several that must all be true, of entries of Table 3: the "
    "mean, maximum, minimum or SD (n−1) of BM over the learning rates. Each entry is computed for "
    "every seed by itself, and two models are compared seed by seed: one seed gives all models, "
    "at all rates, the same noise. A seed counts where all cells of both models are there; a rate "
    "at which one of them diverged is left out for both. How many were is said; a comparison that "
    "loses one rate in more than a tenth of its seeds this way speaks neither for nor against.",
    "Differences are in the direction of the claim. The margin is 0.00005, half of the last digit "
    "the paper prints: a difference above it speaks for the claim, and models that differ by less "
    "are taken for equal, which where the paper says that one is higher or lower speaks against "
    "it. Where the paper says “smaller than or equal to” (not above) the margin is −0.00005, and "
    "equal speaks for it.",
    "The interval is the bias-corrected and accelerated bootstrap interval of 95 % of the mean "
    "difference over seeds (9,999 resamples; of percentiles where that one is not finite). The "
    "sign test counts the seeds whose difference is above the margin against those below it. Of "
    "several comparisons the weakest decides that a claim holds (the largest p); for one of k to "
    "refute it, the smallest p of those whose interval lies below the margin is multiplied by k. p "
    "is two-sided, and corrected by Holm's method for the number of claims in a rule set.",
    "holds: the interval of every comparison lies above the margin, and the corrected p is below "
    "0.05. does not hold: the interval of the deciding comparison lies below the margin, and the "
    "corrected p is below 0.05; or two models that are said to differ are equal in every cell of "
    f"at least {FEWEST} seeds, and no run diverged. cannot be told: everything else, and what "
    "rests on two that are equal in fewer seeds, or but for runs that diverged. "
    f"{FEWEST} seeds are the fewest that can decide a comparison; fewer than {ENOUGH} may not "
    "suffice to refute a claim of several.",
    "The same again: the seeds are resampled with replacement 200 times, and each such draw "
    "is judged in the same way (with Student's t interval in place of the bootstrap's, which "
    "where differences are skewed may itself change a verdict). A verdict that fewer than nine in "
    "ten draws give is at the edge of what these seeds can tell: as many other seeds may well give "
    "another.",
    "The paper's tables are of one run, in which every cell had noise of its own: AVA1 and AVA2, "
    "which the same noise makes equal, differ in them. So 1,000 tables are drawn, every cell of "
    "them from a seed chosen by chance. The share in which a claim is true says how far one such "
    "table can be relied on; a table in which a run diverged shows no claim about its model. The "
    "share is smaller than that of the seeds in which the claim is true where common noise hides "
    "chance, and not zero where models are equal.",
    "The seeds vary the noise and nothing else: the verdicts are about these images, these nets "
    "and these rates.",
)
THANKS = (
    "This could be looked into because the authors published their code and their images freely, "
    "with the log of their run."
)
