"""The gallery's page shows what stands beside it."""

import re

from mien.lab.scores.gallery import hang


def test_a_small_gallery(tmp_path):
    page = hang(tmp_path, emotions=("sad",), bands=("piano", "musicbox"), seconds=10)
    text = page.read_text(encoding="utf-8")
    targets = set(re.findall(r'(?:src|href)="([^"]+)"', text))
    places = {target for target in targets if target.startswith("#")}
    assert len(targets - places) == 2 * 7
    assert all((tmp_path / target).stat().st_size > 500 for target in targets - places)
    assert all(f'id="{place[1:]}"' in text for place in places)
    assert "http" not in text and "<script" not in text
