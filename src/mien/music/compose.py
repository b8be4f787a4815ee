"""Brief → Phrase: music as it is written, section by section.

`compose` folds `next_section` over a plan; endless music calls `next_section` for one section after another, with a
brief that may change between them. Written music is quantised: onsets and lengths are multiples of sixty or eighty
ticks, bars are full, velocities are flat within a section (`perform` brings it to life).

Everything is composed with the tonic on C and then moved to the brief's tonic by −5..+6 semitones, in ranges narrowed
by as much: **transposing the tonic transposes every note**, with nothing else changed.

References: Caplin 1998, *Classical Form*; and those of `harmony`, `melody`, `texture`.
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from mien.ensembles import ensemble
from mien.music.arrange import arrange
from mien.music.departure import departed
from mien.music.draft import Compass, Draft, Neighbours, write_phrase
from mien.music.figures import Texture, choose_texture
from mien.music.form import FIRST_THEME, FREE, PHRASE_BARS, SectionSpec, asks, find_form, nth_letter
from mien.music.handover import fitting, in_roles, with_lead
from mien.music.harmonic_rhythm import draw_chord_bars
from mien.music.height import heightened, with_height
from mien.music.in_force import Briefs
from mien.music.interruption import breaks, broken_off
from mien.music.memory import Memory, highest, in_key, last_pitches, recent
from mien.music.motif import Motif, grown, invent, notes_in_bar
from mien.music.open_close import left_open, stays_open
from mien.music.ornament import figures_in_turn, ornamented
from mien.music.pace import at_pace
from mien.music.passage import Passage, laid_out, later
from mien.music.perform import ritardando_beats
from mien.music.plan import INTRODUCTION, plan
from mien.music.ranges import LOWEST_SHIFT, compass_of, voices_of
from mien.music.rhythm import bar_ticks, beats_in_bar
from mien.music.spelling import written_key
from mien.music.suspension import suspended
from mien.music.tonality import AWAY_S, local, with_keys
from mien.music.upbeat import draw_upbeat, led_into, with_upbeat
from mien.values import Brief, Chord, Mark, Note, Phrase

WORN = 64
"""How many accompaniments of a theme are remembered, so that it does not return in one of them."""

VARIED_TURN, ORNAMENT_ODDS, MOST_ORNAMENT_ODDS = 2, 0.25, 0.8
"""The first return of a theme begins literally, so that it is recognised. Its later phrases are varied, as is all of
every later return, and each return more than the last."""

CONTRAST_PACES = (0.6, 1.25)
"""What a contrast has of the theme's notes: clearly fewer or clearly more (Schoenberg 1967, ch. 13: the contrasting
middle section; by rhythm, too)."""

CONTRAST_TENSION = 0.2
"""Tension that a contrast adds: the theme rests in its key, the contrast leaves it through borrowed dominants (Caplin
1998: the looser middle)."""

TEMPO_STRETCH = 0.04
"""The largest change of tempo, as a share of the brief's, that makes whole bars fill the time asked for."""


def compose(brief: Brief, seconds: float, seed: int, form: str = FREE) -> Phrase:
    """Compose a whole piece that lasts about `seconds` when performed, in a form of `mien.music.form.forms()`.

    Raises
    ------
    ValueError
        If `seconds` is not positive and finite.
    BadInput
        If there is no form of that name.
    """
    return compose_in_keys(brief, seconds, seed, form)[0]


def compose_in_keys(brief: Brief, seconds: float, seed: int, form: str = FREE) -> tuple[Phrase, Briefs]:
    """The same with the briefs in force along the piece: they differ in key, if it is long enough to leave its own
    (`mien.music.tonality.AWAY_S`)."""
    if not 0 < seconds < np.inf:
        raise ValueError(f"seconds: {seconds} given, a positive number wanted")
    bars, tempo_bpm = _measure(brief, seconds)
    memory, tick, briefs = Memory(), 0, [(0, brief)]
    notes: list[Note] = []
    chords: list[Chord] = []
    marks: list[Mark] = [Mark(0, "form", form)]
    rng = np.random.default_rng([seed, 0xF0])
    planned = with_height(plan(bars, rng, find_form(form), brief.tension, brief.loudness), brief.loudness)
    drafts: list[Draft] = []
    planned = with_keys(planned, brief.mode, rng) if seconds >= AWAY_S else planned
    for index, spec in enumerate(with_lead(planned, ensemble(brief.ensemble), rng)):
        memory, passage = next_section(brief, memory, spec, np.random.default_rng([seed, index]))
        notes += later(passage.notes, tick)
        chords += later(passage.chords, tick)
        here, before, told = local(brief, spec), briefs[-1][1], ""
        if (here.tonic_pc, here.mode) != (before.tonic_pc, before.mode):
            briefs.append((tick, here))
            told = f", in {written_key(here).name}"
        named = (replace(m, text=m.text + told) if m.kind == "section" else m for m in passage.marks)
        marks += later(named, tick)
        drafts += passage.drafts
        tick += passage.length_ticks
    whole = Passage(tuple(sorted(notes)), tick, tuple(chords), tuple(marks), tuple(drafts))
    return as_phrase(whole, brief, tempo_bpm, seed), tuple(briefs)


def as_phrase(passage: Passage, brief: Brief, tempo_bpm: float, seed: int) -> Phrase:
    """A passage composed from a brief as a phrase of its own, at one tempo; `seed` is for the performer."""
    return Phrase(
        notes=passage.notes,
        length_ticks=passage.length_ticks,
        meter=brief.meter,
        tempo=((0, tempo_bpm),),
        tonic_pc=brief.tonic_pc,
        tonic_fifths=brief.tonic_fifths,
        mode=brief.mode,
        ensemble=brief.ensemble,
        seed=seed,
        chords=passage.chords,
        marks=passage.marks,
    )


def _measure(brief: Brief, seconds: float) -> tuple[int, float]:
    """The number of bars, and the tempo near the brief's at which they fill the time, final ritardando included."""
    beats = beats_in_bar(brief.meter)
    extra = ritardando_beats(brief)
    bars = max(2, round((seconds * brief.tempo_bpm / 60 - extra) / beats))
    exact = (bars * beats + extra) * 60 / seconds
    low, high = brief.tempo_bpm * (1 - TEMPO_STRETCH), brief.tempo_bpm * (1 + TEMPO_STRETCH)
    return bars, round(min(high, max(low, exact)), 2)


def next_section(brief: Brief, memory: Memory, spec: SectionSpec, rng: np.random.Generator) -> tuple[Memory, Passage]:
    """Compose one section and remember what later ones return to; `brief` is that of the home key."""
    spec = at_pace(spec, ensemble(brief.ensemble).pace)
    memory = _with_motifs(brief, in_key(memory, spec.key), spec, rng)
    compass = compass_of(brief, in_roles(ensemble(brief.ensemble), spec.lead), spec.key)
    return dress(brief, memory, spec, _drafts(local(brief, spec), memory, spec, compass, rng), rng)


def dress(
    brief: Brief, memory: Memory, spec: SectionSpec, drafts: tuple[Draft, ...], rng: np.random.Generator
) -> tuple[Memory, Passage]:
    """Accompany the phrases of a section; `memory` is what was remembered before the section."""
    shift = (brief.tonic_pc - LOWEST_SHIFT) % 12 + LOWEST_SHIFT + spec.key
    players = in_roles(ensemble(brief.ensemble), spec.lead)
    brief, memory = local(brief, spec), in_key(memory, spec.key)
    voices = voices_of(brief, players, spec.key)
    density = _melody_density(drafts, brief)
    worn = memory.worn.get(spec.theme, ())
    heard = _as_heard(brief, drafts, compass_of(brief, players, spec.key))
    textures: list[Texture] = []
    for _ in drafts:
        near = textures[0].names if textures else None
        textures.append(choose_texture(brief, players, density, spec.energy, memory.figures, rng, near=near, worn=worn))
    worn = (*worn, *(texture.names for texture in textures))[-WORN:]
    strokes, inner, joint = arrange(
        brief, spec, heard, textures, voices, memory.inner, memory.joint, rng, players=players
    )
    sounding = zip((draft.melody for draft in heard), strokes, strict=True)
    spec = replace(spec, lead=fitting(spec.lead, sounding, voices))
    whole = tuple(replace(draft, breaks_off=False, stays_open=False) for draft in drafts)
    known = memory.themes.get(spec.theme, ())
    added = () if spec.title == INTRODUCTION else tuple(draft for draft in whole if _is_new(draft, known))
    themes = recent({**memory.themes, spec.theme: (*known, *added)}) if added else memory.themes
    memory = replace(
        memory,
        sections=memory.sections + 1,
        themes=themes,
        last=heard[-1],
        heard=last_pitches(memory.heard, heard) if spec.is_sung else memory.heard,
        highest_midi=highest(memory, heard) if spec.is_sung else memory.highest_midi,
        inner=inner,
        joint=joint,
        figures=textures[0].names,
        worn=recent({**memory.worn, spec.theme: worn}),
    )
    return memory, replace(laid_out(brief, spec, heard, strokes, players, shift), drafts=drafts)


def _is_new(draft: Draft, known: tuple[Draft, ...]) -> bool:
    """Whether a phrase belongs to its theme from now on: its first statement does, and an answer to that."""
    answers = draft.spec.opens_like > 0 and not draft.is_height and draft.spec.bars == PHRASE_BARS
    return not known or (answers and all(draft.spec != one.spec for one in known))


def _as_heard(brief: Brief, drafts: tuple[Draft, ...], compass: Compass) -> tuple[Draft, ...]:
    """The phrases of a section as they sound: those that break off lose their close, others may leave it open."""
    drafts = tuple(left_open(draft) if draft.stays_open else draft for draft in drafts)
    pairs = zip(drafts, [*drafts[1:], None], strict=True)
    return tuple(broken_off(one, brief, compass, after) if one.breaks_off else one for one, after in pairs)


def _with_motifs(brief: Brief, memory: Memory, spec: SectionSpec, rng: np.random.Generator) -> Memory:
    """Invent the motifs of a theme at its first statement; the head of a later chapter's theme grows from the first
    theme's."""
    if spec.theme in memory.motifs:
        return memory
    wanted = notes_in_bar(brief)
    roles = ("c",) if spec.is_contrast else ("a", "b")
    bank: dict[str, Motif] = dict(memory.motifs[memory.refrain]) if spec.is_contrast and memory.refrain else {}
    first = memory.motifs.get(FIRST_THEME)
    for number, role in enumerate(roles):
        name = nth_letter(memory.motif_count + number).lower()
        if role == "a" and first:
            bank[role] = grown(name, first[role], rng)
        else:
            pace = float(rng.choice(CONTRAST_PACES)) if spec.is_contrast else 1.0
            bank[role] = invent(name, brief, wanted * pace, rng, bank.values())
    return replace(
        memory,
        motif_count=memory.motif_count + len(roles),
        motifs=recent({**memory.motifs, spec.theme: bank}),
        refrain=memory.refrain if spec.is_contrast else spec.theme,
        refrain_key=memory.refrain_key if spec.is_contrast else spec.key,
    )


def _drafts(
    brief: Brief, memory: Memory, spec: SectionSpec, compass: Compass, rng: np.random.Generator
) -> tuple[Draft, ...]:
    """The phrases of a section: taken from the theme if it returns with the same close, otherwise composed."""
    theme = memory.themes.get(spec.theme, ())
    if spec.is_contrast:
        brief = replace(brief, tension=min(1.0, brief.tension + CONTRAST_TENSION))
    figures = figures_in_turn(rng) if spec.turn else ()
    upbeat = theme[0].upbeat if theme else draw_upbeat(brief.meter, rng)
    chord_bars = theme[0].chord_bars if theme else draw_chord_bars(brief, _theme_chord_bars(memory, spec), rng)
    drafts: list[Draft] = []
    places: list[Neighbours] = []
    for index, phrase in enumerate(spec.phrases):
        around = _neighbours(memory, spec, drafts)
        comes = index + 1 < len(spec.phrases) or spec.leads_to == spec.theme
        into = upbeat if comes else around.after.upbeat if around.after else ()
        around = replace(around, chord_bars=chord_bars, upbeat=into)
        places.append(around)
        known = next((draft for draft in theme if draft.spec == phrase), None)
        if known is None:
            known = write_phrase(phrase, brief, memory.motifs[spec.theme], compass, around, rng)
            known = suspended(known, brief, around, rng)
        else:
            is_answer = len(spec.phrases) == 1 and phrase.opens_like > 0
            turn = spec.turn - is_answer  # an answer in a section of its own came a turn later than its theme
            if turn >= VARIED_TURN or (turn and index):
                odds = min(MOST_ORNAMENT_ODDS, ORNAMENT_ODDS * turn)
                known = ornamented(known, odds, brief.meter, figures, rng)
        if spec.is_height and index == len(spec.phrases) - 1:
            bare = with_upbeat(known, (), brief)
            known = heightened(bare, brief, compass, around, highest(memory, drafts), rng)
        known = replace(known, upbeat=upbeat)
        drafts.append(_held(known, brief) if around.ends else with_upbeat(known, into, brief))
    led = [led_into(draft, following) for draft, following in pairwise(drafts)]
    after = around.after or (drafts[0] if spec.leads_to == spec.theme else None)
    led.append(led_into(drafts[-1], after) if after else drafts[-1])
    fresh: list[Draft] = []
    for draft in led:
        fresh.append(departed(draft, last_pitches(memory.heard, fresh), brief.meter))
    ready = [
        replace(draft, breaks_off=breaks(phrase, brief)) for draft, phrase in zip(fresh, spec.phrases, strict=True)
    ]
    if spec.turn:  # what a first statement may leave open, a return closes
        return tuple(ready)
    return tuple(replace(one, stays_open=stays_open(one, place, rng)) for one, place in zip(ready, places, strict=True))


def _theme_chord_bars(memory: Memory, spec: SectionSpec) -> float | None:
    """How many bars a chord of the theme lasts that a section contrasts with; None if it does not."""
    refrain = memory.themes.get(memory.refrain, ()) if spec.is_contrast else ()
    return refrain[0].chord_bars if refrain else None


def _neighbours(memory: Memory, spec: SectionSpec, drafts: list[Draft]) -> Neighbours:
    """What stands around the next phrase of a section; a contrast leads back to the refrain."""
    theme, refrain = memory.themes.get(spec.theme, ()), memory.refrain_in(spec.key)
    phrase, *to_come = spec.phrases[len(drafts) :]
    before = drafts[-1] if drafts else memory.last
    ends = spec.is_last and not to_come
    returns = spec.is_contrast if spec.leads_to is None else spec.leads_to == memory.refrain
    leads_back = returns and refrain and not to_come and not ends
    return Neighbours(
        before=before,
        after=refrain[0] if leads_back else None,
        like=(theme[0] if theme and not drafts else before) if phrase.opens_like else None,
        comes_again=to_come[0].opens_like > 0 if to_come else asks(spec),
        heard=last_pitches(memory.heard, drafts),
        opens_contrast=spec.is_contrast and not spec.key and not drafts,
        ends=ends,
    )


def _held(draft: Draft, brief: Brief) -> Draft:
    """A last phrase whose last note sounds to the end."""
    end = draft.spec.bars * bar_ticks(brief.meter)
    last = draft.melody[-1]
    return replace(draft, melody=(*draft.melody[:-1], replace(last, length_ticks=end - last.onset_ticks)))


def _melody_density(drafts: tuple[Draft, ...], brief: Brief) -> float:
    beats = sum(draft.spec.bars for draft in drafts) * beats_in_bar(brief.meter)
    return sum(len(draft.melody) for draft in drafts) / beats
