"""`fashion-mnist`: pictures of clothes in MNIST's form."""

from avanp.data.card import Card, Download
from avanp.data.images import ImageSet
from avanp.data.sets.mnist import read_four

FILES = {  # SHA-256 of each, unzipped
    "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}
CLASSES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
FOLDER = (
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/"
    "b2617bb6d3ffa2e429640350f613e3291e10b141/data/fashion/"
)

CARD = Card(
    name="fashion-mnist",
    what="clothes and shoes, light on black",
    origin="Zalando Research, github.com/zalandoresearch/fashion-mnist",
    licence="MIT",
    count=70_000,
    width=28,
    height=28,
    channels=1,
    pixel_sha256="6d2240a279f91ce6d67a5956eeb3537a40c6ac799579cd83bdaf2fe999bd3c16",
    label_sha256="138bc5cbc39ee06b83e673e3675e93334169ceae7849de38016fa7ef57c6ffba",
    splits={"train": 60_000, "test": 10_000},
    files=FILES,
    folders=("FashionMNIST",),
    downloads=(
        Download(
            FOLDER + "train-images-idx3-ubyte.gz",
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            26_421_880,
        ),
        Download(
            FOLDER + "train-labels-idx1-ubyte.gz",
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            29_515,
        ),
        Download(
            FOLDER + "t10k-images-idx3-ubyte.gz",
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            4_422_102,
        ),
        Download(
            FOLDER + "t10k-labels-idx1-ubyte.gz",
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            5_148,
        ),
    ),
    by_hand="apt-get install dataset-fashion-mnist",
    places=("/usr/share/datasets/fashion-mnist",),
)


def fashion_mnist() -> ImageSet:
    """Return the 60,000 training and 10,000 test images of Fashion-MNIST, 28x28 grey, labelled."""
    return read_four(CARD, CLASSES)
