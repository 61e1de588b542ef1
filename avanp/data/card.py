"""What is known of a named set before it is read: where it comes from and what it must be."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module

from avanp.data.images import ImageSet
from avanp.registry import DATASETS, load


@dataclass(frozen=True)
class Download:
    """A file on a server: its address, the SHA-256 of its bytes, and how many they are."""

    url: str
    sha256: str
    size: int

    @property
    def file(self) -> str:
        """The file's name, the last part of the address."""
        return self.url.rsplit("/", 1)[1]


@dataclass(frozen=True)
class Card:
    """A named set.

    Parameters
    ----------
    name, what, origin, licence : str
        The name, what it shows, who made it and where it is, and on what terms.
    count, width, height, channels : int
        Its images.
    splits : mapping of str to int
        Its own parts and their sizes; empty where it has none.
    files : mapping of str to str
        The files it is made of, and the SHA-256 of each (of the content, where it is gzipped).
    forms : tuple of tuple of str
        Where some of `files` do without the others: each complete choice of them.
    folders : tuple of str
        What its folder may be called besides its name.
    images : str
        For a set of image files: where they lie in its folder; "" for sets of `files` only.
    inside : str
        For a set of image files: a pattern of their paths where they come with other images.
    tables : tuple of str
        For a set of image files: what a table of labels may be called.
    resizes : bool
        Whether its function takes the size to read its images at.
    pixel_sha256, label_sha256 : str
        `ImageSet.sha256`, and that of the labels as little-endian int64.
    downloads : tuple of Download
        What `avanp data fetch` takes from the network; empty: it must be had by hand.
    by_hand : str
        How to get it otherwise, in a few words.
    places : tuple of str
        Further folders in which a system keeps it.
    """

    name: str
    what: str
    origin: str
    licence: str
    count: int
    width: int
    height: int
    channels: int
    splits: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    forms: tuple[tuple[str, ...], ...] = ()
    folders: tuple[str, ...] = ()
    images: str = ""
    inside: str = ""
    tables: tuple[str, ...] = ()
    resizes: bool = False
    pixel_sha256: str = ""
    label_sha256: str = ""
    downloads: tuple[Download, ...] = ()
    by_hand: str = ""
    places: tuple[str, ...] = ()

    @property
    def built_in(self) -> bool:
        """Whether the package carries or draws it."""
        return not (self.files or self.images or self.by_hand)

    def is_registered(self, images: ImageSet) -> bool:
        """Whether these are the set's own pixels and labels, to the last bit."""
        labels = b"" if images.labels is None else images.labels.astype("<i8").tobytes()
        expected = self.label_sha256 or hashlib.sha256(b"").hexdigest()
        same_labels = hashlib.sha256(labels).hexdigest() == expected
        return same_labels and images.sha256 == self.pixel_sha256

    @property
    def how_to_get(self) -> str:
        """One line: what to do where the set is not here."""
        fetch = f"avanp data fetch {self.name}" if self.downloads else ""
        return ", or ".join(filter(None, (fetch, self.by_hand)))


def card(name: str) -> Card:
    """Return the card of a registered set; an unknown name is an `AvanpError`."""
    load("data set", name)
    return import_module(DATASETS[name].split(":")[0]).CARD
