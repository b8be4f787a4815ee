"""The gallery's page shows what stands beside it."""

import re

from mien.lab.gallery import hang


def test_a_small_gallery(tmp_path):
    page = hang(tmp_path, emotions=("sad",), bands=("piano", "musicbox"), seconds=10)
    text = page.read_text(encoding="utf-8")
    targets = set(re.findall(r'(?:src|href)="([^"]+)"', text))
    assert len(targets) == 2 * 5
    assert all((tmp_path / target).stat().st_size > 500 for target in targets)
    assert "http" not in text
