"""What bench_quality.py measures of reconstructions and samples."""

import numpy as np

from avanp.metrics.diversity import diversity
from avanp.metrics.features import tap_means
from avanp.metrics.frechet import frechet_distance
from avanp.metrics.lpips import LPIPS
from avanp.metrics.psnr import psnr
from avanp.metrics.vgg16 import vgg16_net
from avanp.systems.features import DEVIATION, MEAN

# Of the test images, which cost most of the judging.
LPIPS_IMAGES = 200


class Judge:
    """PSNR, LPIPS, Fréchet distance and diversity beside some test images.

    Parameters
    ----------
    file : path
        What `avanp data import FILE --name vgg16` keeps.
    test : array of uint8 (N, H, W, C)
        Those that are reconstructed and compared with.
    """

    def __init__(self, file, test):
        self.lpips = LPIPS(file)
        net, places = vgg16_net(file, "relu4_3")
        self.layers, self.tap = list(net), places["relu4_3"]
        self.test = test / np.float32(255)
        self.real = self.features(self.test)

    def features(self, images):
        """Return averages of relu4_3, (N, 512), of images normalised as ImageNet's."""
        found = []
        for i in range(0, len(images), 50):
            x = np.broadcast_to(images[i : i + 50], (*images[i : i + 50].shape[:3], 3))
            x = ((x - np.float32(MEAN)) / np.float32(DEVIATION)).astype(np.float32)
            found.append(tap_means(self.layers, x, {self.tap}))
        return np.concatenate(found)

    def samples(self, features, bare):
        """Return the Fréchet distance of samples, and the diversity of these without grain."""
        return {
            "frechet": frechet_distance(features, self.real),
            "diversity": diversity(bare, self.real),
        }

    def __call__(self, again, made, bare):
        """Return all scores of reconstructions of the test images, and of samples.

        `bare` are the samples without grain: `made` itself where there is none.
        """
        again = np.clip(again, 0, 1).astype(np.float32)
        n = len(again)
        some = np.random.default_rng(0).choice(n, min(n, LPIPS_IMAGES), replace=False)
        lpips = float(self.lpips(again[some], self.test[some]).mean())
        near = {"psnr": psnr(again, self.test), "lpips": lpips}
        found = [self.features(np.clip(x, 0, 1).astype(np.float32)) for x in (made, bare)]
        return near | self.samples(*found)
