"""`audit.json` is read as a file of unknown hands."""

import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

import small_runs
from avanp.errors import AvanpError
from avanp.papers.ava.sweep_files import write_report
from avanp.report.audit_file import read_findings

RUN = small_runs.config(rules=["program"], lr=[0.5], seeds=[0])


def read(folder, content):
    small_runs.save_audit(folder, content)
    return read_findings(folder)


def changed(**changes):
    """An audit whose first claim or first ablation is changed by name."""
    content = json.loads(json.dumps(small_runs.audit(RUN)))
    for name, change in changes.items():
        content[name][0] |= change
    return content


def outcome(**changes):
    """An audit whose first outcome is changed."""
    content = json.loads(json.dumps(small_runs.audit(RUN)))
    content["claims"][0]["rules"]["program"] |= changes
    return content


def test_no_audit_is_none(tmp_path):
    assert read_findings(tmp_path) is None


def test_what_was_written_is_read(tmp_path):
    found = read(tmp_path, small_runs.audit(RUN))
    assert [claim.claim for claim in found.claims] == [
        "AVA5 has the highest mean BM",
        "AVA2 is above AVA1",
    ]
    outcome = found.claims[0].rules["program"]
    assert (outcome.verdict, outcome.difference, outcome.p_corrected) == (
        "cannot be told",
        0.0012,
        0.4,
    )
    assert outcome.edge == "at the edge, 84 %"
    assert found.claims[1].rules["program"].edge == ""
    assert [part.name for part in outcome.parts] == [
        "mean of AVA5 above AVA1's",
        "mean of AVA5 above AVA2's",
    ]
    assert outcome.parts[0].paper_difference == 0.0003
    assert found.method == ["Each claim is a comparison."]
    assert found.ablations[0].rows == [["white", ".2263", "–"], ["grey", ".2148", "3"]]
    assert found.ablations[0].picture == (tmp_path / "audit" / "x.png").resolve()


def test_what_is_not_known_yet_is_left_out(tmp_path):
    assert read(tmp_path, small_runs.audit(RUN, later={})).thanks == "To the authors."


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "Expecting value"),
        ("[]", "the file is no object"),
        (b"\xff\xfe\x00", "decode"),
        ("[" * 100_000, "nested too deeply"),
        (small_runs.audit(RUN, format=2), "format 2, and this avanp reads 3"),
        (small_runs.audit(RUN, claims={}), "claims is no list"),
        (small_runs.audit(RUN, run=[1]), "run is no object"),
        (changed(claims={"claim": 7}), "claim is no text"),
        (changed(claims={"rules": None}), "claims[0].rules is no object"),
        (changed(claims={"rules": {"program": {"verdict": "true"}}}), "is not there"),
        (outcome(verdict="true"), "verdict is no one of holds, does not hold, cannot be told"),
        (outcome(low="0"), "low is no number"),
        (outcome(p=float("nan")), "not JSON compliant"),
        (outcome(p=10**400), "p is no number"),
        (outcome(p_corrected="1"), "p_corrected is no number"),
        (small_runs.audit(RUN, cells={"finished": "all"}), "finished is no whole number"),
        (outcome(again="often"), "again is no number"),
        (outcome(again=-5), "again is no number from 0 to 1"),
        (outcome(seeds=1.5), "seeds is no whole number"),
        (outcome(says=None), "says is no text"),
        (outcome(parts=[]), "claim 'highest' under 'program' has no parts"),
        (outcome(parts=[1]), "parts[0] is no object"),
        (changed(ablations={"seeds": None}), "seeds is no text"),
        (small_runs.audit(RUN, method="One."), "method is no list"),
        (changed(ablations={"columns": ["one"]}), "rows that are not of 1 columns"),
        (changed(ablations={"rows": [[{}, 1, 2]]}), "is no text or whole number"),
        (changed(ablations={"picture": "audit/none.png"}), "is not there"),
        (changed(ablations={"picture": "audit"}), "is not there"),
        (changed(ablations={"picture": "../x.png"}), "is outside of the folder"),
        (changed(ablations={"picture": "/etc/passwd"}), "is outside of the folder"),
        (changed(ablations={"picture": 3}), "picture is no text"),
    ],
)
def test_what_is_no_audit_is_one_line_that_says_what_to_do(tmp_path, content, says):
    (tmp_path / "x.png").write_bytes(b"")
    folder = tmp_path / "run"
    folder.mkdir()
    with pytest.raises(AvanpError) as error:
        read(folder, content)
    assert says in str(error.value)
    assert "audit.json is not what an audit writes" in str(error.value)
    assert str(error.value).endswith("remove it, or run avanp audit again")
    assert "\n" not in str(error.value)


def test_a_link_out_of_the_folder_is_outside(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(b"x")
    os.symlink(tmp_path / "secret.png", folder / "inside.png")
    with pytest.raises(AvanpError, match="outside of the folder"):
        read(folder, changed(ablations={"picture": "inside.png"}))


def test_an_audit_of_other_images_is_refused(tmp_path):
    folder = small_runs.save(tmp_path / "a", RUN, small_runs.rows_of(RUN))
    other = small_runs.config(data={"sha256": "00" * 32})
    small_runs.save_audit(folder, small_runs.audit(RUN, run=other))
    with pytest.raises(AvanpError, match="is of other images than the run: run avanp audit again"):
        write_report(folder, small_runs.rows_of(RUN), RUN)


def test_a_picture_that_is_none_is_one_line(tmp_path):
    folder = small_runs.save(tmp_path / "a", RUN, small_runs.rows_of(RUN))
    small_runs.save_audit(folder, small_runs.audit(RUN))
    (folder / "audit" / "x.png").write_bytes(b"GIF89a")
    with pytest.raises(AvanpError, match=r"x\.png is not a readable PNG, JPEG or WebP"):
        write_report(folder, small_runs.rows_of(RUN), RUN)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["format", "run", "seeds", "cells", "claims", "ablations", "method", "thanks", "rules",
     "verdict", "claim", "parts", "rows", "columns", "picture", "title", "difference"]
)  # fmt: skip


@given(st.lists(st.tuples(KEYS, JSON), max_size=4))
def test_any_change_of_an_audit_is_read_or_refused_in_one_line(tmp_path_factory, changes):
    folder = tmp_path_factory.mktemp("audit")
    content = json.loads(json.dumps(small_runs.audit(RUN)))
    places = [content, content["claims"][0], content["claims"][0]["rules"]["program"]]
    places.append(content["ablations"][0])
    for key, value in changes:
        for place in places:
            if key in place:
                place[key] = value
    small_runs.save_audit(folder, content)
    said = ""
    try:
        read_findings(folder)
    except AvanpError as error:
        said = str(error)
    assert "\n" not in said
