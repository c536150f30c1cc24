"""What drafting shares: a draft on the disk, and a site laid out as it would be published."""

from pathlib import Path

import pytest

from contracts.errors import StorageError
from dashboard.rules import RulesDraft, rules_of
from runtime.publishing import DraftFile, Publishing
from runtime.site_files import load_site, save_site
from runtime.site_versions import SiteVersions
from tests.sites import small_mall


def test_a_draft_is_read_as_it_was_kept_and_a_broken_one_is_told(tmp_path: Path) -> None:
    kept = DraftFile(tmp_path / "deep" / "draft.json", RulesDraft)
    assert kept.read() is None
    draft = RulesDraft(3, 1, "operator/a", 5, rules_of(small_mall()))
    kept.keep(draft)
    assert kept.read() == draft
    kept.file.write_text("{")
    with pytest.raises(StorageError, match=r"draft\.json"):
        kept.read()


def test_what_goes_along_is_laid_out_beside_the_site_and_the_last_layout_is_gone(tmp_path: Path) -> None:
    given = tmp_path / "given"
    save_site(small_mall(), given)
    (given / "calibration.json").write_text("{}")
    publishing = Publishing(SiteVersions(tmp_path, given), lambda: 0)
    folder = publishing.lay_out(publishing.base, tmp_path / "draft")
    (folder / "left.txt").write_text("")
    folder = publishing.lay_out(publishing.base, tmp_path / "draft")
    assert load_site(folder) == small_mall()
    assert (folder / "calibration.json").read_text() == "{}"
    assert not (folder / "left.txt").exists()
