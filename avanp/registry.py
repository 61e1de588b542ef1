"""What avanp knows by name: one line each, ``"module:object"``, loaded when it is used.

Everything registered here has a row in `avanp.grad.cases` (where it has a derivative), a value
test and a line in the docs; a test fails where one is missing.
"""

from importlib import import_module
from typing import Any

from avanp.errors import AvanpError, unknown

LAYERS = {
    "dense": "avanp.layers.dense:Dense",
    "sequential": "avanp.layers.sequential:Sequential",
    "concat": "avanp.layers.concat:Concat",
    "residual": "avanp.layers.residual:Residual",
    "vanishing-residual": "avanp.layers.vanishing:VanishingResidual",
    "two-heads": "avanp.layers.two_heads:TwoHeads",
    "gaussian-sample": "avanp.layers.gaussian_sample:GaussianSample",
    "frozen": "avanp.layers.frozen:Frozen",
    "dropout": "avanp.layers.dropout:Dropout",
    "reshape": "avanp.layers.reshape:Reshape",
    "flatten": "avanp.layers.flatten:Flatten",
    "crop": "avanp.layers.crop:Crop",
    "batch-norm": "avanp.layers.batch_norm:BatchNorm",
    "conv2d": "avanp.layers.conv:Conv2d",
    "conv-transpose": "avanp.layers.conv_transpose:ConvTranspose2d",
    "replication-pad": "avanp.layers.replication_pad:ReplicationPad2d",
    "max-pool": "avanp.layers.max_pool:MaxPool2d",
    "avg-pool": "avanp.layers.avg_pool:AvgPool2d",
    "global-avg-pool": "avanp.layers.global_pool:GlobalAvgPool",
    "global-max-pool": "avanp.layers.global_pool:GlobalMaxPool",
    "upsample": "avanp.layers.upsample:Upsample2",
    "identity": "avanp.layers.identity:Identity",
    "logistic": "avanp.layers.logistic:Logistic",
    "sigmoid": "avanp.layers.sigmoid:Sigmoid",
    "tanh": "avanp.layers.tanh:Tanh",
    "relu": "avanp.layers.relu:ReLU",
    "leaky-relu": "avanp.layers.leaky_relu:LeakyReLU",
    "elu": "avanp.layers.elu:ELU",
    "softplus": "avanp.layers.softplus:Softplus",
    "softmax": "avanp.layers.softmax:Softmax",
}

LOSSES = {
    "squared-error": "avanp.losses.squared_error:squared_error",
    "optimal-gaussian": "avanp.losses.optimal_gaussian:optimal_gaussian",
    "l1": "avanp.losses.reconstruction:l1",
    "mean-squared": "avanp.losses.reconstruction:mean_squared",
    "frobenius": "avanp.losses.reconstruction:frobenius",
    "bernoulli-logits": "avanp.losses.bernoulli:bernoulli_logits",
    "cross-entropy": "avanp.losses.cross_entropy:softmax_cross_entropy",
    "class-probability": "avanp.losses.class_probability:class_probability",
    "kl-variance": "avanp.losses.kl:kl_variance",
    "kl-logvar": "avanp.losses.kl:kl_logvar",
    "log-d": "avanp.losses.gan:log_d",
    "log-one-minus-d": "avanp.losses.gan:log_one_minus_d",
    "minus-log-d": "avanp.losses.gan:minus_log_d",
    "least-squares": "avanp.losses.least_squares:least_squares",
    "autoencoder": "avanp.losses.autoencoder:autoencoder_loss",
    "feature": "avanp.losses.feature:FeatureLoss",
    "l1-penalty": "avanp.losses.penalty:l1_penalty",
    "l2-penalty": "avanp.losses.penalty:l2_penalty",
}

RULES = {
    "printed": "avanp.ava.printed:PrintedRules",
    "program": "avanp.ava.program:ProgramRules",
    "exact": "avanp.ava.exact:ExactRules",
}

MODELS = {
    "AVA1": "avanp.ava.variants:AVA1",
    "AVA2": "avanp.ava.variants:AVA2",
    "AVA3": "avanp.ava.variants:AVA3",
    "AVA4": "avanp.ava.variants:AVA4",
    "AVA5": "avanp.ava.variants:AVA5",
    "VAE": "avanp.ava.variants:VAE",
    "GAN": "avanp.ava.variants:GAN",
}

SYSTEMS = {
    "VAE": "avanp.systems.vae:VAE",
    "GAN": "avanp.systems.gan:GAN",
    "VAEGAN": "avanp.systems.vaegan:VAEGAN",
    "AVA1": "avanp.systems.ava_variants:AVA1",
    "AVA2": "avanp.systems.ava_variants:AVA2",
    "AVA3": "avanp.systems.ava_variants:AVA3",
    "AVA4": "avanp.systems.ava_variants:AVA4",
    "AVA5": "avanp.systems.ava_variants:AVA5",
    "VEC": "avanp.systems.vec:VEC",
    "SSAVAE": "avanp.systems.ssavae:SSAVAE",
    "DFC-VAE": "avanp.systems.dfc_vae:DFCVAE",
    "classifier": "avanp.systems.classifier:Classifier",
    "BEGAN": "avanp.systems.began:BEGAN",
    "BEGAN-CS": "avanp.systems.began_cs:BEGANCS",
    "BEGAN-v3": "avanp.systems.began_v3:BEGANV3",
}

# Systems that have an estimator of their own, by its name in Python: all but those that only judge,
# the variants of avanp.BEGAN, and the stages of avanp.SSAVAE.
ESTIMATORS = {
    name.replace("-", ""): name
    for name in SYSTEMS
    if name[0].isupper() and not name.startswith("BEGAN") and name not in ("VEC", "SSAVAE")
}

DATASETS = {
    "jungle": "avanp.data.jungle:jungle",
    "orbit": "avanp.data.orbit:orbit",
    "digits": "avanp.data.sets.digits:digits",
    "mnist": "avanp.data.sets.mnist:mnist",
    "fashion-mnist": "avanp.data.sets.fashion_mnist:fashion_mnist",
    "cifar10": "avanp.data.sets.cifar10:cifar10",
    "omniglot": "avanp.data.sets.omniglot:omniglot",
    "omniglot-alphabets": "avanp.data.sets.omniglot_alphabets:omniglot_alphabets",
    "caltech101-silhouettes": "avanp.data.sets.caltech101:caltech101_silhouettes",
    "ham10000": "avanp.data.sets.ham10000:ham10000",
    "lesions": "avanp.data.lesions:lesions",
    "faces": "avanp.data.sets.faces:faces",
}

OPTIMISERS = {
    "sgd": "avanp.optim.sgd:SGD",
    "rmsprop": "avanp.optim.rmsprop:RMSprop",
    "adam": "avanp.optim.adam:Adam",
    "adamw": "avanp.optim.adam:AdamW",
}

SCHEDULES = {
    "constant": "avanp.optim.schedules:Constant",
    "step": "avanp.optim.schedules:StepDecay",
    "inverse-time": "avanp.optim.schedules:InverseTime",
    "cosine": "avanp.optim.schedules:Cosine",
    "plateau": "avanp.optim.plateau:Plateau",
}

METRICS = {
    "balance": "avanp.metrics.balance:balance_metric",
    "psnr": "avanp.metrics.psnr:psnr",
    "ssim": "avanp.metrics.ssim:ssim",
    "lpips": "avanp.metrics.lpips:LPIPS",
    "frechet": "avanp.metrics.frechet:frechet_distance",
    "diversity": "avanp.metrics.diversity:diversity",
    "coverage": "avanp.metrics.coverage:class_coverage",
    "precision-recall": "avanp.metrics.precision_recall:precision_recall",
    "nearest": "avanp.metrics.nearest:nearest_images",
    "sharpness": "avanp.metrics.sharpness:sharpness",
    "silhouette": "avanp.metrics.silhouette:silhouette",
    "confusion": "avanp.metrics.confusion:confusion_matrix",
}

FEATURES = {
    "pixels": "avanp.metrics.features:Pixels",
    "pca": "avanp.metrics.features:PCA",
    "random-conv": "avanp.metrics.random_conv:RandomConv",
    "classifier": "avanp.metrics.features:TapFeatures",
    "vgg16": "avanp.metrics.vgg16:VGG16",
}

# Experiments: see `avanp.experiments.experiment`.
PAPERS = {
    "ava": "avanp.papers.ava.experiment:AVA",
    "began": "avanp.papers.began.experiment:BEGAN",
    "ssavae": "avanp.papers.ssavae.experiment:SSAVAE",
    "dfc": "avanp.papers.dfc.experiment:DFC",
}

KINDS = {
    "layer": LAYERS,
    "loss": LOSSES,
    "rules": RULES,
    "model": MODELS,
    "system": SYSTEMS,
    "data set": DATASETS,
    "optimiser": OPTIMISERS,
    "schedule": SCHEDULES,
    "metric": METRICS,
    "feature": FEATURES,
    "paper": PAPERS,
}


def load(kind: str, name: str) -> Any:
    """Import and return the object registered under `name`; an unknown name is an `AvanpError`."""
    names = KINDS[kind]
    if name not in names:
        raise AvanpError(f"unknown {kind} {unknown(name, names)}: choose from {', '.join(names)}")
    module, attribute = names[name].split(":")
    return getattr(import_module(module), attribute)
