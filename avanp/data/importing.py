"""Putting a named set where it is found, from whatever it came in, and verifying it."""

import hashlib
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from avanp.data.card import Card, card
from avanp.data.find import ONLY, user_folder
from avanp.data.folder import is_image_name
from avanp.data.images import ImageSet
from avanp.data.members import Member, members
from avanp.errors import AvanpError
from avanp.files import make_folder, sync_folder, writing
from avanp.registry import load
from avanp.temporary import new_folder


def import_set(
    sources: Iterable[str | os.PathLike[str]],
    name: str,
    found: Callable[[str], None] = lambda file: None,
) -> tuple[ImageSet, bool]:
    """Copy the files of a named set below the user's data folder.

    Parameters
    ----------
    sources : iterable of paths
        Archives (.tgz, .zip, .whl), folders or files. Files of a known content are recognised by
        their SHA-256, whatever they are called; images of a set of images by their names.
    name : str
        The set.
    found : function of a file's name
        Called for every file that belongs to it.

    Returns
    -------
    ImageSet, bool
        The set as it is read from its new place, and whether it is the registered one to the
        last pixel: a folder of images may be the user's own.

    Raises
    ------
    AvanpError
        The set is built in or there already, a file is missing, a source is damaged or unsafe.
        Nothing is left behind then.
    """
    known = card(name)
    if known.built_in:
        raise AvanpError(f"{name} is built in: there is nothing to import")
    root = Path(user_folder())
    target = root / name
    if os.path.lexists(target):
        raise AvanpError(f"{str(target)!r} is there already: remove it to import {name} anew")
    make_folder(root)
    with writing(root), new_folder(root / "import") as temporary:
        place = temporary / name
        place.mkdir()
        ours = _copied(sources, known, place, found)
        _check_complete(known, place, ours, [os.fspath(source) for source in sources])
        images, verified = _read_from(temporary, known)
        os.replace(place, target)
        sync_folder(root)
    moved = images.source.replace(str(place), str(target), 1)
    return replace(images, source=moved), verified


def _copied(
    sources: Iterable[Any], known: Card, place: Path, found: Callable[[str], None]
) -> set[str]:
    """Copy what belongs to the set and return the names, relative to `place`."""
    by_hash = {sha256: file for file, sha256 in known.files.items()}
    ours: set[str] = set()
    registered: set[str] = set()  # images that lie where the registered ones do
    for source in sources:
        for member in members(source):
            part = place / ".part"
            if known.images and is_image_name(member.path):
                file = _image_path(member.path, known)
                _copy(member, part, unzip=False)
                if known.inside and re.search(known.inside, member.path):
                    registered.add(file)
            else:
                file = by_hash.get(_copy(member, part, unzip=True), "")
                name = member.path.rsplit("/", 1)[-1]
                file = file or (name if name in known.tables else "")
            if not file:
                continue
            (place / file).parent.mkdir(parents=True, exist_ok=True)
            os.replace(part, place / file)
            ours.add(file)
            found(file)
        (place / ".part").unlink(missing_ok=True)
    if registered:
        for file in ours - registered:
            (place / file).unlink()
    return registered or ours


def _image_path(path: str, known: Card) -> str:
    """Return where an image goes: by its name, and in a set of folders by its folder's too."""
    parts = path.split("/")
    return "/".join([known.images, parts[-1]] if known.images != "." else parts[-2:])


def _copy(member: Member, target: Path, *, unzip: bool) -> str:
    """Write a file, unzipped where asked, and return the SHA-256 of what was written."""
    digest = hashlib.sha256()
    with open(target, "wb") as out:
        for chunk in member.chunks(unzip=unzip):
            digest.update(chunk)
            out.write(chunk)
    return digest.hexdigest()


def _check_complete(known: Card, place: Path, ours: set[str], sources: list[str]) -> None:
    what = ", ".join(map(repr, sources))
    if known.images:
        if not any(is_image_name(file) for file in ours):
            raise AvanpError(f"{what} has no images of {known.name}")
        return
    forms = known.forms or (tuple(known.files),)
    lacking = min(([f for f in form if f not in ours] for form in forms), key=len)
    if lacking and len(lacking) == min(map(len, forms)):
        raise AvanpError(f"{what} has no file of {known.name}: none has a known SHA-256")
    if lacking:
        raise AvanpError(f"{what} lacks {', '.join(lacking)} of {known.name}")


def _read_from(root: Path, known: Card) -> tuple[ImageSet, bool]:
    """Read the set from below `root`; say whether its pixels and labels are the registered ones."""
    reader = load("data set", known.name)
    token = ONLY.set(str(root))
    try:
        images = reader()
    except AvanpError:
        if not known.resizes:
            raise
        images = reader((known.width, known.height))  # of mixed sizes, or large
    finally:
        ONLY.reset(token)
    return images, known.is_registered(images)
