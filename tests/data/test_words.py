from mien.data.words import counted


def test_one_is_no_plural() -> None:
    assert [counted(n, "picture") for n in (0, 1, 2041)] == ["0 pictures", "1 picture", "2,041 pictures"]
    assert counted(2, "address", "addresses") == "2 addresses"
