"""A project is described from what it holds; what only people know is open, and what they answered stays."""

import csv
import hashlib
import json
import re
import shlex
from pathlib import Path

import pytest

from data.pretended import pretend_face, pretend_label, pretend_source
from mien.data.describing.croissant import FILE as CROISSANT
from mien.data.describing.datasheet import FILE as DATASHEET
from mien.data.describing.datasheet import OPEN, answers_of
from mien.data.describing.describe import describe
from mien.data.describing.facts import gather_facts
from mien.data.describing.status import status
from mien.data.exchange.judgements import COLUMNS, LABELS_FILE
from mien.data.exchange.table import CSV_FILE, columns
from mien.data.project import ORIGIN, Project, now


@pytest.fixture
def project(tmp_path: Path):
    with Project.create(tmp_path / "my faces", ORIGIN[:3]) as one:
        pretend_source(one)
        faces = [pretend_face(one, f"{number}", "sad" if number % 2 else None) for number in range(8)]
        with one.change() as db:
            db.execute("INSERT INTO sources (id, kind, address, licence, consent, begun_at)"
                       " VALUES (2, 'urls', 'list | two', 'CC-BY-4.0', 'given', ?)", (now(),))  # fmt: skip
            db.execute("INSERT INTO arrivals (source, address, problem, arrived_at) VALUES (2, 'x', 'not there', ?)",
                       (now(),))  # fmt: skip
            db.execute("UPDATE arrivals SET source = 2 WHERE address IN ('6', '7')")
            db.execute(
                "INSERT INTO marks (sha256, kind, because) SELECT sha256, 'blurred', 't' FROM faces WHERE id = 7"
            )
            db.execute("INSERT INTO sides SELECT sha256, 'train', 'b' FROM faces WHERE id < 4")
        for face in faces[:5]:
            pretend_label(one, face, "ann", "happy" if face % 2 else "sad")
            pretend_label(one, face, "bob", "happy" if face % 3 else "sad")
        pretend_label(one, faces[5], "ann", None, "cannot tell")
        with one.change() as db:
            db.execute("UPDATE labels SET suggested = 'sad' WHERE id IN (1, 2)")
        yield one


def test_facts_are_counted(project: Project) -> None:
    facts = gather_facts(project)
    assert (facts.name, facts.pictures, facts.faces, facts.without_person) == ("my faces", 8, 8, 8)
    assert dict(facts.consents) == {"unknown": 6, "given": 2} and facts.licences == ("CC-BY-4.0", "unknown")
    assert [(one.pictures, one.problems) for one in facts.sources] == [(6, 0), (2, 1)]
    assert [(one.name, one.labels, one.cannot_tell, one.suggested) for one in facts.annotators] == [
        ("ann", 5, 1, 1), ("bob", 5, 0, 1)
    ]  # fmt: skip
    assert (dict(facts.marks), dict(facts.sides)) == ({"blurred": 1}, {"train": 3})
    # ann: happy for odd ids; bob: happy but for 3: ids 1, 5 happy, 2, 3, 4 torn; 8 by its folder
    assert (dict(facts.by_class), facts.torn) == ({"happy": 2, "sad": 1, "angry": 0}, 3)
    assert (facts.by_people, facts.unread, facts.by_folder) == (6, 1, 1)
    assert facts.votes_each == pytest.approx(11 / 6)
    assert facts.agreement is not None and facts.agreement.alpha.units == 5


def test_status_counts_each_picture_once_and_no_skip(project: Project) -> None:
    with project.change() as db:  # the picture '0' came from the source that asked, too
        db.execute("INSERT INTO arrivals (source, address, sha256, arrived_at)"
                   " SELECT 2, 'again', sha256, arrived_at FROM arrivals WHERE address = '0'")  # fmt: skip
    pretend_label(project, 1, "ann", "angry")  # on second thoughts
    pretend_label(project, 8, "ann", None, "skip")
    pretend_label(project, 8, "cy", None, "skip")
    told = status(project)
    assert dict(told.consents) == {"unknown": 6, "given": 2} and told.licences == {"CC-BY-4.0": 2, "unknown": 6}
    assert told.labels == {"ann": 6, "bob": 5, "cy": 0}
    assert [(one.name, one.labels, one.skipped) for one in gather_facts(project).annotators] == [
        ("ann", 5, 1), ("bob", 5, 0), ("cy", 0, 1)
    ]  # fmt: skip


def test_commands_that_status_suggests_can_be_typed_as_they_stand(project: Project) -> None:
    for command, _ in status(project).steps:
        assert shlex.split(command)[3] == str(project.folder) or shlex.split(command)[:3] == ["mien", "train", "--data"]
    with project.change() as db:
        db.execute("UPDATE sources SET consent = 'refused', address = 'a \"list\" of Ann''s' WHERE id = 2")
    (forget,) = [command for command, _ in status(project).steps if "forget" in command]
    assert shlex.split(forget)[3:] == [str(project.folder), 'a "list" of Ann\'s']


def test_an_empty_project_can_be_described(tmp_path: Path) -> None:
    with Project.create(tmp_path / "empty") as project:
        facts, paths = describe(project, tmp_path / "out")
    assert facts.faces == 0 and facts.period is None and facts.agreement is None
    assert all(path.is_file() for path in paths)


def test_the_datasheet_says_what_is_known_and_what_is_open(project: Project, tmp_path: Path) -> None:
    describe(project, tmp_path)
    told = (tmp_path / DATASHEET).read_text(encoding="utf-8")
    for heading in ("Motivation", "Composition", "Collection process", "Uses", "Distribution", "Maintenance"):
        assert f"\n## {heading}\n" in told
    assert "8 pictures with 8 faces" in told
    assert "| urls | `list \\| two` | 2 | CC-BY-4.0 | given |" in told
    assert "| ann | 5 | 1 | 0 | 0 | 1 |" in told
    assert "| blurred | 1 |" in told and "Pictures: 3 train" in told
    assert "2 given, 6 unknown" in told
    for name, one in gather_facts(project).agreement.rows():  # the same lines as `mien data agree`
        assert f"| {name} | {' | '.join(one.told())} |" in told
    assert "Fleiss' kappa" in told
    waiting = told.count(f"\n\n{OPEN}")
    assert f"Open questions: {waiting}." in told and waiting >= 12


def test_the_datasheet_says_that_refused_pictures_are_left_out(project: Project, tmp_path: Path) -> None:
    assert describe(project, tmp_path) and "consent refused" not in (tmp_path / DATASHEET).read_text(encoding="utf-8")
    with project.change() as db:
        db.execute("UPDATE sources SET consent = 'refused' WHERE id = 2")
    describe(project, tmp_path)
    assert "6 unknown" in (told := (tmp_path / DATASHEET).read_text(encoding="utf-8"))
    assert "Pictures with consent refused are in no table and no sheet, and are not learnt from." in told
    assert (tmp_path / CSV_FILE).read_text(encoding="utf-8").count("\n") == 1 + 6


def test_the_datasheet_counts_what_marks_leave_out_picture_by_picture(project: Project, tmp_path: Path) -> None:
    with project.change() as db:
        db.execute("INSERT INTO marks (sha256, kind, because) SELECT sha256, 'two classes', 't' FROM faces WHERE id IN"
                   " (1, 2, 8)")  # fmt: skip
        db.execute("INSERT INTO marks (sha256, kind, because) SELECT sha256, 'turned', 't' FROM faces WHERE id = 3")
    describe(project, tmp_path)
    told = (tmp_path / DATASHEET).read_text(encoding="utf-8")
    assert "| two classes | 3 | the same picture came in under two classes | 1 |" in told  # people labelled 1 and 2
    assert "| turned | 1 | the head is turned away beyond 30 degrees | none |" in told


def test_answers_stay(project: Project, tmp_path: Path) -> None:
    describe(project, tmp_path)
    path = tmp_path / DATASHEET
    told = path.read_text(encoding="utf-8")
    question = "Who maintains it, and how can they be reached?"
    start = told.index(question) + len(question)
    end = told.index("### ", start)
    path.write_text(told[:start] + "\n\nAnn does.\n\nWrite | to her.\n\n" + told[end:], encoding="utf-8")
    pretend_face(project, "one more", "angry")
    describe(project, tmp_path)
    again = path.read_text(encoding="utf-8")
    assert "Ann does.\n\nWrite | to her.\n\n### " in again
    assert "9 pictures with 9 faces" in again  # counts are told anew
    assert answers_of(again)[question] == "Ann does.\n\nWrite | to her."
    assert again.count(f"\n\n{OPEN}") == told.count(f"\n\n{OPEN}") - 1
    before = path.read_bytes()
    describe(project, tmp_path)
    assert path.read_bytes() == before


def answer(path: Path, question: str, told: str) -> None:
    """Put an answer below a question of a datasheet."""
    before, after = path.read_text(encoding="utf-8").split(f"### {question}\n\n", 1)
    path.write_text(f"{before}### {question}\n\n{told}{after[after.index(chr(10) * 2 + '#') :]}", encoding="utf-8")


def test_an_answer_may_have_headings_of_its_own(project: Project, tmp_path: Path) -> None:
    question, told = (
        "Who created it, on whose behalf, and who paid?",
        "Ann.\n\n## Funding\n\nNone.\n\n### Thanks\n\nBob.",
    )
    describe(project, tmp_path)
    answer(tmp_path / DATASHEET, question, told)
    for _ in range(2):
        describe(project, tmp_path)
        again = (tmp_path / DATASHEET).read_text(encoding="utf-8")
        assert f"### {question}\n\n{told}\n\n## Composition\n" in again
        assert answers_of(again) == {question: told}


def test_an_answer_typed_behind_the_mark_is_kept_and_no_longer_open(project: Project, tmp_path: Path) -> None:
    question = "Who created it, on whose behalf, and who paid?"
    describe(project, tmp_path)
    path = tmp_path / DATASHEET
    waiting = path.read_text(encoding="utf-8").count(f"\n\n{OPEN}")
    answer(path, question, f"{OPEN} Names or pseudonyms: Ada and Bob.")
    describe(project, tmp_path)
    again = path.read_text(encoding="utf-8")
    assert f"### {question}\n\nNames or pseudonyms: Ada and Bob.\n\n" in again
    assert f"Open questions: {waiting - 1}." in again and again.count(f"\n\n{OPEN}") == waiting - 1


def test_what_the_program_wrote_is_no_answer(project: Project, tmp_path: Path) -> None:
    """Nor is it when a line was broken, the mark alone was left, or the licences were others then."""
    describe(project, tmp_path)
    path = tmp_path / DATASHEET
    assert answers_of(path.read_text(encoding="utf-8")) == {}
    answer(path, "Who maintains it, and how can they be reached?", f"{OPEN} Name,\naddress.")
    answer(path, "Is it a sample of something larger, and of what?", OPEN)
    with project.change() as db:
        db.execute("UPDATE sources SET licence = 'CC0-1.0'")
    told = path.read_text(encoding="utf-8")
    assert "Licences of the sources as told: CC-BY-4.0, unknown." in told and answers_of(told) == {}
    describe(project, tmp_path)
    assert "Licences of the sources as told: CC0-1.0." in path.read_text(encoding="utf-8")


def test_faces_that_nobody_can_read_are_labelled_too(tmp_path: Path) -> None:
    with Project.create(tmp_path / "p", ORIGIN[:3]) as project:
        pretend_source(project)
        for number in range(10):
            face = pretend_face(project, f"{number}")
            for name in ("ann", "bob"):
                pretend_label(project, face, name, *(("happy",) if number < 4 else (None, "cannot tell")))
        facts, _ = describe(project, tmp_path)
    assert (facts.by_people, facts.unread, facts.by_folder, facts.votes_each) == (10, 6, 0, 2.0)
    assert '10 faces were labelled by annotators, 6 of them with nothing but "cannot tell"' in (
        tmp_path / DATASHEET
    ).read_text(encoding="utf-8")
    assert "2.00 on average" in (tmp_path / CROISSANT).read_text(encoding="utf-8")


def test_rows_of_labels_differ_in_the_key_that_croissant_names(project: Project, tmp_path: Path) -> None:
    again = pretend_face(project, "0", rank=1)
    for name in ("ann", "bob"):
        pretend_label(project, again, name, "happy")
    describe(project, tmp_path)
    (records,) = json.loads((tmp_path / CROISSANT).read_text(encoding="utf-8"))["recordSet"][1:]
    with (tmp_path / LABELS_FILE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    keys = [tuple(row[key["@id"].removeprefix("labels/")] for key in records["key"]) for row in rows]
    assert len(rows) == 13 and len(set(keys)) == 13
    for least in range(3):  # and none of its fields is one too many
        assert len({key[:least] + key[least + 1 :] for key in keys}) < 13
    told = (tmp_path / DATASHEET).read_text(encoding="utf-8")
    assert (
        "`labels.csv` has a row for each annotator of each face" in told
        and "here and in `labels.csv`: that is personal data." in told
    )


def test_croissant_tells_the_tables(project: Project, tmp_path: Path) -> None:
    describe(project, tmp_path)
    told = json.loads((tmp_path / CROISSANT).read_text(encoding="utf-8"))
    assert [file["contentUrl"] for file in told["distribution"]] == [CSV_FILE, LABELS_FILE]
    wanted = {"faces": columns(project), "labels": COLUMNS}
    assert [records["name"] for records in told["recordSet"]] == list(wanted)
    for file, records in zip(told["distribution"], told["recordSet"], strict=True):
        path = tmp_path / file["contentUrl"]
        assert file["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        header = path.read_text(encoding="utf-8").partition("\n")[0].split(",")
        fields = records["field"]
        assert [field["source"]["extract"]["column"] for field in fields] == header
        assert {field["source"]["fileObject"]["@id"] for field in fields} == {file["@id"]}
        assert [field["description"] for field in fields if not field["description"].endswith("brackets")] == [
            column.meaning for column in wanted[records["name"]] if column.kind != "numbers"
        ]
        assert len({field["@id"] for field in fields}) == len(header)
    assert told["license"] == ["CC-BY-4.0", "unknown"]
    assert re.fullmatch(r"20\d\d\.[1-9]\d?\.[1-9]\d?", told["version"])  # as semver.org has it: no zeros before
    assert "unknown for 6" in told["rai:personalSensitiveInformation"][0]
    assert "2 of the labels" in told["rai:machineAnnotationTools"][0]
    assert f"{gather_facts(project).agreement.alpha.value:.3f}" in told["rai:dataAnnotationAnalysis"][0]
