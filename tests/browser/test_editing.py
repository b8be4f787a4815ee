"""The mapping is edited on the page: what is in force is said, and can be taken home."""

from typing import Any

import pytest

from browser.conftest import Server, visit
from mien.music.mapping import load_mapping

pytestmark = pytest.mark.slow


def test_a_table_is_refused_in_words_until_another_is_in_force(browser: Any, server: Server):
    with visit(browser) as person:
        person.enter(server.url, "hand")
        person.page.locator("summary", has_text="Edit the table").click()
        table = person.page.get_by_label("Mapping as TOML")
        shipped = table.input_value()
        said = person.page.locator("#in-force")
        assert said.inner_text() == "This table is in force."
        for origin in ("9400", "60"):
            table.fill(shipped.replace("origin = 94", f"origin = {origin}", 1))
            assert "not in force yet" in said.inner_text()
            assert person.page.locator("#save-mapping").is_disabled()
            person.page.get_by_role("button", name="Use this table").click()
            if origin == "9400":
                person.page.locator("mien-remarks #notice", has_text="9400").wait_for()
        person.page.locator("mien-remarks #notice").wait_for(state="detached")
        assert said.inner_text() == "This table is in force."
        person.until("i.view.mapping.rows[0].origin === 60")
        with person.page.expect_download() as waiting:
            person.page.click("#save-mapping")
        assert waiting.value.suggested_filename == "mapping.toml"
        kept = load_mapping(waiting.value.path())
        assert kept.rows[0].origin == 60
        person.page.get_by_role("button", name="The shipped table").click()
        person.until("i.view.mapping.rows[0].origin === 94")
        assert table.input_value() == shipped


def test_a_table_that_is_fixed_is_not_offered_for_editing(browser: Any, server: Server):
    with visit(browser) as person:
        person.enter(server.url, "gesture")
        person.page.locator("mien-mapping #fixed").wait_for()
        assert person.page.locator("summary", has_text="Edit the table").count() == 0
        assert person.page.get_by_text("Mood → brief").count() == 0
        person.page.click("#mode-hand")
        person.page.locator("summary", has_text="Edit the table").wait_for()
