"""A datasheet for a project's data set (counts → Markdown), with what only people can answer marked as open.

Headings and questions follow Gebru et al. 2021, "Datasheets for datasets", shortened where a project answers several at
once. An open question that somebody answered in an earlier datasheet keeps its answer when the sheet is written anew.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from mien import __version__
from mien.data.describing.facts import Facts
from mien.data.exchange.judgements import LABELS_FILE
from mien.data.exchange.table import CSV_FILE
from mien.data.labelling.reliability import UNKNOWN
from mien.data.pictures.marks import MARKS

FILE = "datasheet.md"
OPEN = "**Open.**"
"""What an unanswered question's text begins with."""

Entry = tuple[str, str]
"""A question and its answer in Markdown."""


def datasheet(facts: Facts, earlier: str = "") -> str:
    """The datasheet as Markdown.

    Parameters
    ----------
    earlier : a datasheet whose answers to open questions are kept.
    """
    answered = answers_of(earlier)
    parts = [
        f"# Datasheet: {facts.name}",
        f"Filled in by mien {__version__} from the project; headings after Gebru et al. 2021, \"Datasheets for"
        f" datasets\". A question that begins with {OPEN} waits for whoever publishes the data: put an answer in its"
        " place, it is kept when `mien data describe` writes this file again.",
    ]  # fmt: skip
    open_questions = 0
    for heading, entries in _sections(facts):
        parts.append(f"## {heading}")
        for question, answer in entries:
            told = answered.get(question, answer)
            open_questions += told.startswith(OPEN)
            parts += [f"### {question}", told]
    parts.insert(2, f"Open questions: {open_questions}.")
    return "\n\n".join(parts) + "\n"


def answers_of(text: str) -> Mapping[str, str]:
    """What people answered in a datasheet to its open questions, by question, without the mark of an open one.

    An answer goes on to the next heading or question of a datasheet; other headings are its own. A question is open
    while it holds what `datasheet` wrote there, whatever the licences were then.
    """
    ends, prompts = _known()
    heads = list(ends.finditer(text))
    found = {}
    for head, after in zip(heads, [*(one.start() for one in heads[1:]), len(text)], strict=False):
        question, answer = head[0].lstrip("# ").rstrip(), text[head.end() : after].strip()
        told = answer.removeprefix(OPEN).strip()
        if told and question in prompts and not prompts[question].fullmatch(" ".join(answer.split())):
            found[question] = told
    return found


@cache
def _known() -> tuple[re.Pattern[str], Mapping[str, re.Pattern[str]]]:
    """The lines that an answer ends at, and what stands below each open question until somebody answers it."""
    sections = list(_sections(_NOTHING))
    lines = [f"## {heading}" for heading, _ in sections]
    lines += [f"### {question}" for _, entries in sections for question, _ in entries]
    ends = re.compile(rf"^(?:{'|'.join(map(re.escape, lines))})[ \t]*$", re.MULTILINE)
    licences = "(?:(?![.;:] ).)*"
    prompts = {
        question: re.compile(licences.join(map(re.escape, " ".join(answer.split()).split(_ANY))))
        for _, entries in sections
        for question, answer in entries
        if answer.startswith(OPEN)
    }
    return ends, prompts


_ANY = "\0"
_NOTHING = Facts(
    name="", classes=(), pictures=0, faces=0, without_face=0, several_faces=0, persons=0, without_person=0, by_class={},
    torn=0, by_people=0, unread=0, by_folder=0, votes_each=0.0, sources=(), consents={"unknown": 0}, licences=(_ANY,),
    annotators=(), marks={}, spoilt={}, sides={}, agreement=None, period=None,
)  # fmt: skip
"""Facts of which every question is asked."""


def _sections(facts: Facts) -> Iterator[tuple[str, list[Entry]]]:
    yield "Motivation", [
        ("For what purpose was the data set created?",
         f"{OPEN} Which question or work is it for, and why was nothing at hand enough?"),
        ("Who created it, on whose behalf, and who paid?", f"{OPEN} Names or pseudonyms, group, funding."),
    ]  # fmt: skip
    yield "Composition", _composition(facts)
    yield "Collection process", _collection(facts)
    yield "Preprocessing, cleaning, labelling", _labelling(facts)
    yield "Uses", [
        ("Has it been used already?", f"{OPEN} Works, papers, trained weights: name them; what is forgotten later"
                                      " stays in them."),
        ("What can it be used for, and what not?",
         "It holds how expressions look to annotators. What a person felt cannot be learnt from it. It must not"
         " serve to infer emotions at work or in education (Regulation (EU) 2024/1689, article 5(1)(f)), to identify"
         " people, or to decide anything about anybody."),
        ("What of its composition may harm in use?",
         f"{OPEN} Who is missing or shown one-sidedly, and what follows from that."),
    ]  # fmt: skip
    yield "Distribution", [
        ("Under which licence, and to whom, is it distributed?",
         f"{OPEN} Licences of the sources as told: {_listed(facts.licences) or 'none'}. A licence of a picture is not"
         " the consent of the person in it."),
        ("Which rights of others or rules restrict it?",
         f"{OPEN} Faces can be personal data, and biometric or health data in some uses (Regulation (EU) 2016/679,"
         " articles 4 and 9); pictures of others can be under copyright."),
    ]  # fmt: skip
    yield "Maintenance", [
        ("Who maintains it, and how can they be reached?", f"{OPEN} Name, address."),
        ("How can somebody have their picture removed?",
         f"{OPEN} Whom to write to. In the project  mien data forget  removes pixels, rows and what was derived;"
         " copies that were given away and weights that were trained must be asked back or trained anew."),
        ("Will it be corrected or extended, and are older versions kept?", f"{OPEN}"),
    ]  # fmt: skip


def _composition(facts: Facts) -> list[Entry]:
    by_class = [(one.name, f"{facts.by_class[one.name]:,}", f"{one.valence:+.2f}", f"{one.arousal:+.2f}")
                for one in facts.classes]  # fmt: skip
    sides = (
        "No split was made."
        if not facts.sides
        else "Pictures: " + _listed(f"{n:,} {s}" for s, n in facts.sides.items())
    )
    marks = [
        (kind, f"{n:,}", MARKS[kind].meaning, f"{facts.spoilt[kind]:,}" if MARKS[kind].spoils else "none")
        for kind, n in facts.marks.items()
    ]
    return [
        ("What do the instances represent, and how many are there?",
         f"{facts.pictures:,} pictures with {facts.faces:,} faces; {facts.without_face:,} pictures without a face,"
         f" {facts.several_faces:,} with several. Each face has a box, 68 points, pose, cues and a 64-pixel grey"
         " chip. Faces with a class, by the majority of votes, and the place of the class on the affect plane:\n\n"
         + _table(("class", "faces", "valence", "arousal"), by_class)
         + f"\n\n{facts.torn:,} more faces were judged without a majority."),
        ("Is there a label, and whose word is it?",
         f"{facts.by_people:,} faces were labelled by annotators, {facts.unread:,} of them with nothing but \"cannot"
         f" tell\"; {facts.by_folder:,} have the class of the folder, board or sheet they came in, which nobody here"
         f" has checked. `{CSV_FILE}` counts votes and means face by face; `{LABELS_FILE}` has a row for each annotator"
         " of each face, whose picture it names by its sha256: class, \"cannot tell\" or a skip, valence and arousal,"
         " the time, and what a model had said if it was shown."),
        ("Is it a sample of something larger, and of what?", f"{OPEN} How were sources and pictures chosen?"),
        ("Who is shown?",
         f"{facts.persons:,} persons are told apart by pseudonym; of {facts.without_person:,} pictures the person is"
         " not recorded. Age, gender and origin are not recorded and are not guessed."),
        ("Are there errors, noise or duplicates?",
         _table(("mark", "pictures", "meaning", "left out of learning"), marks) if marks else "No picture is marked."),
        ("Are there recommended splits?", sides),
        ("Does it hold anything confidential, offensive or sensitive?",
         f"{OPEN} Pictures of faces always can be; look at them."),
    ]  # fmt: skip


def _collection(facts: Facts) -> list[Entry]:
    sources = [(one.kind, f"`{one.address}`", f"{one.pictures:,}", one.licence, one.consent, one.begun_at[:10])
               for one in facts.sources]  # fmt: skip
    period = "Nothing was collected yet." if facts.period is None else f"{facts.period[0]} to {facts.period[1]}."
    consents = _listed(f"{n:,} {consent}" for consent, n in sorted(facts.consents.items())) or "no picture"
    refused = (
        " Pictures with consent refused are in no table and no sheet, and are not learnt from."
        if facts.consents.get("refused")
        else ""
    )
    entries = [
        ("How and from where were the data acquired?",
         _table(("kind", "source", "pictures", "licence", "consent", "begun"), sources) if sources else "No source."),
        ("Over what time were they collected and labelled?", period),
        ("Were the people shown told, and did they consent?",
         f"As told for each source, the least sure counting: {consents}. \"public\" means that a picture lay open,"
         f" not that anybody in it agreed.{refused}"),
    ]  # fmt: skip
    if set(facts.consents) - {"given"}:
        entries.append(("How is the use of pictures without given consent justified?", f"{OPEN}"))
    entries.append(("Was there an ethical review or an assessment of the impact on the people shown?", f"{OPEN}"))
    return entries


def _labelling(facts: Facts) -> list[Entry]:
    people = [(one.name, f"{one.labels:,}", f"{one.cannot_tell:,}", f"{one.skipped:,}", f"{one.taken_back:,}",
               f"{one.suggested:,}") for one in facts.annotators]  # fmt: skip
    return [
        ("How were faces found and cleaned?",
         "By mien's own networks (`mien.face`); whatever is wrong with a picture is a mark, nothing is deleted."
         " Pictures with a mark that spoils them are left out of learning."),
        ("Who labelled, and how?",
         "One face at a time, in an order drawn anew for each annotator, blind to what others said and to the"
         " folder's name; \"cannot tell\" was an answer. The last column counts labels before which a model's guess"
         " was shown. Annotators are called what they called themselves, here and in `labels.csv`: that is personal"
         " data.\n\n"
         + _table(("annotator", "classes", "cannot tell", "skipped", "taken back", "model shown"), people)
         if people else "Nobody has labelled yet."),
        ("Who are the annotators, and were they paid?", f"{OPEN} Culture and language shape how a face is read."),
        ("How far do annotators agree?", _agreement(facts)),
        ("Are the raw data kept?",
         "Each picture once, under the sha256 of its bytes, and each label with its time, those taken back too."),
    ]  # fmt: skip


def _agreement(facts: Facts) -> str:
    found = facts.agreement
    if found is None:
        return "Fewer than two annotators: not known."
    rows = [(name, *(UNKNOWN if one is None else one.told())) for name, one in found.rows()]
    return "95 % intervals by bootstrap over faces (`mien data agree`):\n\n" + _table(
        ("coefficient", "value", "95 %", "faces"), rows
    )


def _listed(words: Iterator[str] | Sequence[str]) -> str:
    return ", ".join(words)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines
    )
