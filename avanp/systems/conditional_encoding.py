"""A conditional system with an encoder: q(z | x, y), and a mixture of codes for each class."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from avanp.layers.base import Array, Layer
from avanp.layers.gaussian_sample import reparameterise
from avanp.layers.two_heads import halves
from avanp.losses.kl import kl_logvar
from avanp.systems import mixture
from avanp.systems.base import Rng, Terms
from avanp.systems.conditional import ConditionalSystem
from avanp.systems.encoding import EncodingSystem
from avanp.systems.gaussian_mixture import Mixture, draw
from avanp.systems.images import as_rows, chunks
from avanp.systems.likelihood import nats_of_each, reconstruction

# Of the state: the class that each Gaussian of the mixture is of.
CLASSES = "mixture_classes"


class ConditionalEncodingSystem(ConditionalSystem, EncodingSystem):
    """An `EncodingSystem` that is conditional where its configuration says so."""

    def build(self, streams: Mapping[str, Rng]) -> dict[str, Layer]:
        """Return encoder and decoder; each class has a Gaussian of the mixture at least."""
        nets = super().build(streams)
        if self.config.labels and self.config.mixture:
            k = self.config.mixture + self.config.labels
            self.state |= mixture.empty_state(k, self.config.latent, self.dtype)
            self.state[CLASSES] = np.zeros(k, np.int64)
        return nets

    def encode(self, x: Any, labels: Array | None = None) -> tuple[Array, Array]:
        """Return mu and logvar, each (B, code_size), of images.

        Of a conditional model the class stands behind, without variance. Where `labels` (B,) are
        not given it is the class of the lowest -log p(x | mu, y) + KL, which is no bound.
        """
        if not self.config.labels:
            return super().encode(x)
        x = as_rows(x)
        found = []
        for rows in chunks(len(x)):
            part = self.check_images(x[rows])
            of = self.one_hot(self.likeliest(part) if labels is None else labels[rows])
            mu, logvar = halves(self.encoder.forward(self.beside(part, of))[0])
            sure = np.full_like(of, -np.inf)
            found.append([np.concatenate(pair, axis=1) for pair in ((mu, of), (logvar, sure))])
        mu, logvar = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return mu, logvar

    def likeliest(self, x: Array) -> Array:
        """Return the class (B,) of checked images by which -log p(x | mu, y) + KL is lowest."""
        losses = []
        for k in range(self.config.labels):
            of = self.one_hot(np.full(len(x), k))
            mu, logvar = halves(self.encoder.forward(self.beside(x, of))[0])
            output = self.decoder.forward(self.coded(mu, of))[0]
            kl = [kl_logvar(mu[i : i + 1], logvar[i : i + 1])[0] for i in range(len(x))]
            losses.append(nats_of_each(output, x, self.config) + kl)
        return np.argmin(losses, axis=0)

    def conclude(self, images: Any, rng: Rng) -> None:
        """Fit mixtures, and the texture; of a conditional model to (images, labels)."""
        if not self.config.labels:
            super().conclude(images, rng)
            return
        images, labels = images
        labels = np.asarray(labels)
        if self.config.mixture and len(images) > 1:
            self._fit_classes(images, labels, rng)
        self._fit_texture(images, labels, rng)

    def _fit_classes(self, images: Array, labels: Array, rng: Rng) -> None:
        weights, means, factors, classes = [], [], [], []
        most = mixture.most_codes(self.config.latent)
        if len(images) > most:
            some = np.sort(rng.choice(len(images), most, False))
            images, labels = images[some], labels[some]
        for k in np.unique(labels):
            mine = np.flatnonzero(labels == k)
            if len(mine) < 2:  # the prior has to do
                continue
            share = len(mine) / len(labels)
            z = self.encode(images[mine], labels[mine])[0][:, : self.config.latent]
            found = mixture.fit(z, 1 + int(share * self.config.mixture), rng)
            weights.append(share * found.weights)
            means.append(found.means)
            factors.append(found.factors)
            classes += [k] * len(found.weights)
        self.state[CLASSES][:] = 0
        if classes:
            whole = Mixture(*map(np.concatenate, (weights, means, factors)))
            mixture.keep(self.state, whole)
            self.state[CLASSES][: len(classes)] = classes

    def follow(self, images: Any, rng: Rng, share: float) -> None:
        """Let the mixture follow further images; of a conditional model it is fitted anew."""
        if self.config.labels:
            self.conclude(images, rng)
        else:
            super().follow(images, rng, share)

    def measure(self, batch: Any, rng: Rng) -> Terms:
        """Return what an `EncodingSystem` does; of a conditional model of (images, labels)."""
        x, of = self.parted(batch)
        mu, logvar = halves(self._encode(self.beside(x, of)))
        z = self.coded(reparameterise(mu, logvar, self.noise(len(x), rng)), of)
        recon, _ = reconstruction(self.decoder.forward(z)[0], x, self.config)
        kl = kl_logvar(mu, logvar)[0]
        return {"loss": recon + kl, "reconstruction": recon, "kl": kl, "elbo": -(recon + kl)}

    def noise_of(self, labels: Array, rng: Rng) -> Array:
        """Return a code (n, code_size) for each label (n,): of its class's mixture, or the prior.

        Raises
        ------
        AvanpError
            For a class of which training saw no image.
        """
        z = super().noise_of(labels, rng)
        fitted = mixture.kept(self.state)
        if fitted is None:
            return z
        labels, latent = np.asarray(labels), self.config.latent
        weights = self.state[mixture.NAMES[0]]
        for k in np.unique(labels):
            own = np.flatnonzero((self.state[CLASSES] == k) & (weights > 0))
            if len(own):
                mine = labels == k
                of_class = Mixture(*(array[own] for array in fitted))
                z[mine, :latent] = draw(of_class, int(mine.sum()), rng)
        for _ in range(self.config.settle):
            z = self.encode(self.decode(z), labels)[0]
        return z
