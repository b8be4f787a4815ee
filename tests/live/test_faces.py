"""Seats, resting faces, moods and leads."""

from dataclasses import replace

import numpy as np
import pytest
from made_answers import LEFT, RIGHT, answer, cues, reading

from mien.circumplex import affect_at, affect_of
from mien.cues.coefficients import COEFFICIENTS
from mien.cues.names import NAMES
from mien.errors import BadInput
from mien.live.answers import AffectRow
from mien.live.calibration import EXTREME, FEWEST, Calibration, drifted, profile_of, ranged, rest_of, rested
from mien.live.commands import NotNow
from mien.live.face_values import port_values
from mien.live.lead import Lead, lead_to
from mien.live.mood import DWELL_S, Mood, Settled, settled, target_of
from mien.live.seats import KEPT_S, Seats, joined, seated
from mien.live.settings import Settings
from mien.live.watching import Watching
from mien.live.wishes import Wishes
from mien.music.brief import ASKED, brief_from_affect
from mien.music.gesture import at_rest
from mien.ports.port import Value
from mien.values import CONTROLS, Gesture, Part
from mien.vocabulary import EMOTIONS, EmotionClass, Mode


def moved(box: tuple[float, ...], by: float) -> tuple[float, ...]:
    return (box[0] + by, box[1], box[2] + by, box[3])


class TestSeats:
    def test_who_sits_somewhere_stays_there(self) -> None:
        seats, places = seated(Seats(), [RIGHT, LEFT], 0.0)
        assert places == (0, 1)
        seats, places = seated(seats, [moved(LEFT, 0.02), moved(RIGHT, -0.03)], 0.1)
        assert places == (1, 0)

    def test_a_seat_is_kept_for_a_while_then_free(self) -> None:
        seats, _ = seated(Seats(), [RIGHT, LEFT], 0.0)
        seats, places = seated(seats, [LEFT], 1.0)
        assert places == (1,)
        assert seated(seats, [RIGHT, LEFT], KEPT_S / 2)[1] == (0, 1)
        later, _ = seated(seats, [LEFT], KEPT_S + 0.5)
        assert seated(later, [moved(RIGHT, 0.1), LEFT], KEPT_S + 0.6)[1] == (0, 1)

    def test_there_are_no_more_seats_than_seats(self) -> None:
        boxes = [(x / 10, 0.1, x / 10 + 0.08, 0.3) for x in range(7)]
        assert seated(Seats(), boxes, 0)[1] == (0, 1, 2, 3, None, None, None)
        assert seated(Seats(1), boxes, 0)[1] == (0, *[None] * 6)


class TestCalibration:
    def test_a_resting_face_has_no_departures(self) -> None:
        own = rested([cues(brow_height_left=2.0, corner_lift_right=-1)] * FEWEST)
        departures = own.cues.departures(cues(brow_height_left=2.0, corner_lift_right=-1))
        assert max(map(abs, departures.values())) < 1e-3

    def test_extremes_become_the_ends_of_a_control(self) -> None:
        rest = rested([cues()] * FEWEST)
        own = ranged(rest, [cues(mouth_openness=5.0)] * FEWEST)
        assert own.cues.departures(cues(mouth_openness=5.0))["mouth_openness"] == pytest.approx(EXTREME, abs=0.01)

    def test_it_drifts_where_the_face_rests_and_nowhere_else(self) -> None:
        rest = rested([cues()] * FEWEST)
        later = drifted(rest, cues(brow_height_left=1.0, mouth_openness=4.0), 300.0)
        assert later.cues.departures(cues(brow_height_left=1.0))["brow_height_left"] == pytest.approx(0.5, abs=0.01)
        assert later.cues.mean[NAMES.index("mouth_openness")] == rest.cues.mean[NAMES.index("mouth_openness")]

    def test_a_profile_comes_back(self) -> None:
        rest = rested([cues(nose_length=1.0)] * FEWEST)
        again = rest_of(profile_of(rest))
        assert np.allclose(again.cues.mean, rest.cues.mean, atol=1e-4)
        assert again.coefficients is None
        moved = np.linspace(0, 1, len(COEFFICIENTS), dtype=np.float32)
        again = rest_of(profile_of(rested([cues()] * FEWEST, [moved] * 3)))
        assert np.allclose(again.coefficients, moved, atol=1e-4)

    @pytest.mark.parametrize("profile", [None, {}, [], "x", {"cues": {}}])
    def test_what_is_no_profile_is_refused(self, profile: object) -> None:
        with pytest.raises(BadInput, match="calibrate again"):
            rest_of(profile)

    @pytest.mark.parametrize("moved", [{"jawOpen": 0.1}, dict.fromkeys(COEFFICIENTS, 2.0), [1.0] * 52, "x"])
    def test_a_profile_with_coefficients_that_are_none_is_refused(self, moved: object) -> None:
        with pytest.raises(BadInput, match="calibrate again"):
            rest_of(profile_of(rested([cues()] * FEWEST)) | {"coefficients": moved})

    @pytest.mark.parametrize(("emotion", "share", "is_asked"), [("happiness", 0.9, True), ("neutral", 0.9, False)])
    def test_a_resting_face_that_smiles_is_asked_about(self, emotion: str, share: float, is_asked: bool) -> None:
        watching = Watching()
        watching.calibrate("start", 0.0)
        probs = [share if name == emotion else (1 - share) / (len(EMOTIONS) - 1) for name in EMOTIONS]
        for frame in range(30):
            said = answer((LEFT, cues(), reading(emotion) | {"probs": probs}))
            watching.see(said, frame / 6, reads_affect=True)
        done = watching.learnt(5.1)
        assert done["state"] == "done"
        assert (f"reads as {emotion} (90%)" in done["text"]) is is_asked

    def test_rest_is_the_class_nearest_the_origin_whatever_it_is_called(self) -> None:
        classes = (EmotionClass("beaming", 0.7, 0.5), EmotionClass("blank", 0.0, -0.1))
        assert Calibration("rest", 0.0, probs=((0.1, 0.9),)).expression(classes) is None
        assert Calibration("rest", 0.0, probs=((0.9, 0.1),)).expression(classes) == ("beaming", 0.9)

    def test_the_page_is_told_how_it_goes(self) -> None:
        watching = Watching()
        with pytest.raises(NotNow):
            watching.calibrate("range", 0.0)
        assert watching.calibrate("start", 0.0)["state"] == "running"
        for frame in range(30):
            watching.see(answer((LEFT, cues(), None)), frame / 6, reads_affect=False)
        done = watching.learnt(5.1)
        assert (done["state"], set(done["profile"]["cues"])) == ("done", set(NAMES))
        watching.calibrate("range", 6.0)
        assert watching.learnt(12.0)["state"] == "failed"


class TestCoefficients:
    def see(self, watching: Watching, jaw: float | None, time_s: float) -> dict:
        said = answer((LEFT, cues(), None))
        moved = None if jaw is None else [jaw * (name == "jawOpen") for name in COEFFICIENTS]
        said["faces"][0]["coefficients"] = moved
        (face,) = watching.see(said, time_s, reads_affect=False).faces
        return face

    def test_they_are_told_by_name_and_reach_the_ports(self) -> None:
        face = self.see(Watching(), 0.4, 0.0)
        assert face["coefficients"]["jawOpen"] == pytest.approx(0.4) and len(face["coefficients"]) == 52
        values = {e.address: e.value for e in port_values([face], (64, 64), 0.0) if isinstance(e, Value)}
        assert values["face/0/coefficient/jawOpen"] == pytest.approx(0.4)

    def test_nobody_who_did_not_ask_is_told(self) -> None:
        face = self.see(Watching(), None, 0.0)
        assert face["coefficients"] is None
        assert not [e for e in port_values([face], (64, 64), 0.0) if isinstance(e, Value) and "coeff" in e.address]

    def test_who_taught_their_rest_moves_from_there(self) -> None:
        watching = Watching()
        watching.calibrate("start", 0.0)
        for frame in range(30):
            self.see(watching, 0.2, frame / 6)
        watching.learnt(5.1)
        assert self.see(watching, 0.2, 5.2)["coefficients"]["jawOpen"] == 0
        assert self.see(watching, 0.6, 5.3)["coefficients"]["jawOpen"] == pytest.approx(0.5)
        watching.calibrate("forget", 6.0)
        assert self.see(watching, 0.2, 6.1)["coefficients"]["jawOpen"] == pytest.approx(0.2)


class TestOwnRest:
    """The closer look of a clear face is taken against the player's own rest, once that was learnt."""

    def see(self, watching: Watching, smile: float, time_s: float) -> dict:
        moved = [smile * name.startswith("mouthSmile") for name in COEFFICIENTS]
        glance = {"first": -1.0, "coefficients": moved, "clear": 1.0}
        probs = [0.35, 0.45, *[0.2 / 6] * 6]
        (face,) = watching.see(
            answer((LEFT, cues(), reading("neutral") | {"probs": probs, "glance": glance})), time_s, reads_affect=True
        ).faces
        return face

    def watching_after(self, rest: float) -> Watching:
        watching = Watching()
        watching.calibrate("start", 0.0)
        for frame in range(30):
            self.see(watching, rest, frame / 6)
        watching.learnt(5.1)
        return watching

    def test_whose_corners_rise_by_nature_reads_neutral_at_rest(self) -> None:
        before = self.see(Watching(), 0.5, 0.0)["affect"]["probs"]
        watching = self.watching_after(0.5)
        at_rest = self.see(watching, 0.5, 60.0)["affect"]["probs"]
        smiling = self.see(watching, 0.9, 120.0)["affect"]["probs"]
        assert before[:2] == pytest.approx([0.35, 0.45], abs=1e-3)
        assert at_rest[0] > before[0] and at_rest[0] > at_rest[1]
        assert smiling[1] > at_rest[1]
        assert sum(at_rest[:2]) == pytest.approx(0.8, abs=1e-3), "the other classes keep what they have"

    def test_a_kept_profile_knows_it_too(self) -> None:
        own = self.watching_after(0.5).own
        again = rest_of(profile_of(own))
        assert again.first == pytest.approx(-1.0) and np.allclose(again.coefficients, own.coefficients, atol=1e-4)
        with pytest.raises(BadInput, match="calibrate again"):
            rest_of(profile_of(own) | {"first": "much"})

    def test_nothing_is_divided_where_nothing_was_looked_at_closely(self) -> None:
        watching = self.watching_after(0.5)
        said = answer((LEFT, cues(), reading("sadness") | {"glance": None}))
        (face,) = watching.see(said, 60.0, reads_affect=True).faces
        assert face["affect"]["probs"] == pytest.approx(reading("sadness")["probs"], abs=1e-3)


class TestOwnClasses:
    OWN = (EmotionClass("dreamy", 0.3, -0.5, {"mode": "lydian"}), EmotionClass("défiant mood", -0.2, 0.6))

    def read(self, dreamy: float) -> AffectRow:
        return reading("neutral") | {"probs": [dreamy, 1 - dreamy]}

    def test_faces_read_in_the_words_of_their_reader(self) -> None:
        watching = Watching(self.OWN)
        watching.seat(2)
        sight = watching.see(answer((LEFT, cues(), self.read(0.9)), (RIGHT, cues(), self.read(0.5))), 0.0, True)
        assert [face["affect"]["reads_as"] for face in sight.faces] == ["dreamy", "dreamy"]
        mood = watching.mood(0.1, reads_affect=True).affect
        assert mood.names == ("dreamy", "défiant mood") and mood.probs == pytest.approx((0.7, 0.3))
        assert mood.valence == pytest.approx(0.7 * 0.3 - 0.3 * 0.2)
        assert target_of(watching.mood(0.1, True), Settings(), {}, None, None).mode is Mode.LYDIAN

    def test_a_label_waits_in_other_words_too(self) -> None:
        watching = Watching(self.OWN)
        watching.see(answer((LEFT, cues(), self.read(0.9))), 0.0, True)
        (face,) = watching.see(answer((LEFT, cues(), self.read(0.0))), 0.1, True).faces
        assert face["affect"]["reads_as"] == "dreamy"
        for frame in range(60):
            (face,) = watching.see(answer((LEFT, cues(), self.read(0.0))), 0.2 + frame / 15, True).faces
        assert face["affect"]["reads_as"] == "défiant mood"

    def test_ports_hear_the_names(self) -> None:
        face = {"seat": 0, "box": LEFT, "cues": {}, "departures": {}, "pose_deg": (0, 0, 0), "coefficients": None}
        told = port_values([{**face, "affect": self.read(0.9)}], (64, 64), 0.0, [one.name for one in self.OWN])
        values = {event.address: event.value for event in told if isinstance(event, Value)}
        assert values["face/0/state/dreamy"] == 0.9 and values["face/0/state/defiant_mood"] == pytest.approx(0.1)

    def test_a_lead_may_go_to_one_of_them(self) -> None:
        wishes = Wishes(classes=self.OWN)
        wishes.take_lead({"do": "start", "to": "dreamy", "minutes": 1})
        assert wishes.lead.end.valence == 0.3
        with pytest.raises(BadInput, match="dreamy"):
            wishes.take_lead({"do": "start", "to": "sleepy", "minutes": 1})


UNDER_WAY = brief_from_affect(affect_of("neutral"), seed=5)
"""The brief of music that plays, in 3/4."""


class TestMood:
    def test_a_scale_turns_only_when_it_is_asked_for_long_enough(self) -> None:
        happy, sad = (target_of(Mood("hand", affect_of(n)), Settings(), {}, None, UNDER_WAY) for n in ("happy", "sad"))
        now = settled(None, happy, 0.0)
        now = settled(now, sad, 1.0)
        assert now.brief.mode is happy.mode
        assert now.brief.tempo_bpm == sad.tempo_bpm
        now = settled(now, happy, 1.5)
        now = settled(now, sad, 2.0)
        assert settled(now, sad, 2.0 + 0.9 * DWELL_S).brief.mode is happy.mode
        assert settled(now, sad, 2.0 + DWELL_S).brief.mode is sad.mode
        assert settled(Settled(happy, happy.mode, 0.0), sad, 0.1, at_once=True).brief.mode is sad.mode

    def test_the_key_stays_unless_the_player_says_otherwise(self) -> None:
        mood = Mood("hand", affect_at(-0.9, -0.9))
        follows = target_of(mood, Settings(), {}, None, UNDER_WAY)
        assert (follows.tonic_pc, follows.meter) == (UNDER_WAY.tonic_pc, (3, 4))
        drawn = [reason for reason in UNDER_WAY.reasons if reason.field in ("tonic_pc", "meter")]
        assert [reason for reason in follows.reasons if reason.field in ("tonic_pc", "meter")] == drawn
        asked = target_of(mood, Settings(tonic="A", meter=(6, 8)), {}, None, UNDER_WAY)
        assert (asked.tonic_pc, asked.meter) == (9, (6, 8))
        assert {reason.source for reason in asked.reasons if reason.field in ("tonic_pc", "meter")} == {ASKED}

    def test_cues_alone_move_the_music_of_the_gesture_mode(self) -> None:
        rest = target_of(Mood("face", None, {}), Settings("gesture"), {}, None, UNDER_WAY)
        played = target_of(
            Mood("face", None, {"mouth_openness": 2.0, "corner_lift": 2.0}),
            Settings("gesture"),
            {},
            None,
            UNDER_WAY,
        )
        assert played.tempo_bpm > rest.tempo_bpm
        assert played.mode is Mode.IONIAN
        assert not any("valence" in r.because or "arousal" in r.because for r in played.reasons if r.field != "mode")

    def test_faces_in_the_gesture_mode_are_not_read(self) -> None:
        watching = Watching()
        sight = watching.see(answer((LEFT, cues(mouth_openness=2.0), reading("happy"))), 0.0, reads_affect=False)
        assert sight.faces[0]["affect"] is None
        assert watching.mood(0.1, reads_affect=False).affect is None

    def test_nobody_means_rest(self) -> None:
        watching = Watching()
        assert watching.mood(0.0, reads_affect=True).source == "rest"
        watching.see(answer((LEFT, cues(), reading("happy"))), 0.0, reads_affect=True)
        assert watching.mood(1.0, reads_affect=True).source == "face"
        assert watching.mood(10.0, reads_affect=True).source == "rest"

    def test_several_faces_are_heard_together(self) -> None:
        watching = Watching()
        watching.seat(4)
        watching.see(answer((LEFT, cues(), reading("happy")), (RIGHT, cues(), reading("sad"))), 0.0, reads_affect=True)
        mood = watching.mood(0.1, reads_affect=True)
        assert mood.affect.probs[EMOTIONS.index("happiness")] == pytest.approx(0.5)
        assert watching.seats_taken() == (0, 1)


class TestLead:
    def test_it_goes_holds_turns_back_and_ends(self) -> None:
        lead = lead_to(affect_of("sad"), "happy", 1)
        assert lead.after(30).at == pytest.approx(0.5)
        assert lead.after(1000).affect.valence == pytest.approx(affect_of("happy").valence)
        half = lead.after(30)
        assert replace(half, doing="hold").after(30).at == half.at
        assert replace(half, doing="reverse").after(15).at == pytest.approx(0.25)
        assert lead.affect.valence == affect_of("sad").valence

    @pytest.mark.parametrize(
        ("to", "minutes"), [("joyous", 1), ("happy", 0.1), ("happy", 100), ({"valence": 2}, 1), (3, 1)]
    )
    def test_what_is_not_allowed_is_refused(self, to: object, minutes: float) -> None:
        with pytest.raises(BadInput):
            lead_to(affect_of("sad"), to, minutes)

    def test_it_steers_in_its_mode(self) -> None:
        wishes, watching = Wishes(), Watching()
        with pytest.raises(NotNow):
            wishes.take_lead({"do": "hold"})
        wishes.set({"mode": "trajectory"})
        wishes.take_lead({"do": "start", "to": "happy", "minutes": 1})
        before = wishes.follow(watching, 0.0, None).brief.tempo_bpm
        wishes.pass_time(60)
        assert wishes.follow(watching, 60.0, None).brief.tempo_bpm > before
        assert isinstance(wishes.lead, Lead)
        wishes.take_lead({"do": "stop"})
        assert wishes.lead is None


@pytest.mark.parametrize(("cue", "part", "control"), [("mouth_openness", Part.RHYTHM, "expression"),
                                                      ("brow_height_left", Part.HARMONY, "expression")])  # fmt: skip
def test_controls_are_still_at_rest_and_quick_in_motion(cue: str, part: Part, control: str) -> None:
    def course(departures: list[float]) -> list[float]:
        watching, controls = Watching(), []
        for number, departs in enumerate(departures):
            sight = watching.see(answer((LEFT, cues(**{cue: departs}), None)), number / 15, False)
            controls.append(dict(sight.gestures[0].controls)[part][CONTROLS.index(control)])
        return controls

    trembling = np.random.default_rng(1).normal(0, 0.2, 300)
    still = np.std(course(trembling.tolist()))
    everything = np.std(trembling) * np.ptp(course([0.0] * 30 + [1.0] * 60))
    assert 0 < still < 0.6 * everything
    jump = course([0.0, 4.0, 4.0, *[4.0] * 60])
    assert jump[2] - jump[0] > 0.7 * (jump[-1] - jump[0]), "most of a fast movement is there after two frames"


def test_who_leaves_in_the_middle_of_a_blink_leaves_no_instrument_muted() -> None:
    muted = Gesture(1.0, tuple((part, (0.0,) * len(CONTROLS)) for part in Part))
    assert joined({0: muted}, (0,), 1.0) == muted
    assert joined({}, (0,), 1.5) is None, "out of sight for a moment"
    gone = joined({}, (), 4.0)
    assert gone is not None and dict(gone.controls) == {part: at_rest(part) for part in Part}


def test_time_in_which_nobody_looked_counts_for_nothing() -> None:
    watching = Watching()
    watching.see(answer((LEFT, cues(), None), (RIGHT, cues(), None)), 10.0, False)
    watching.seat(2)
    watching.see(answer((LEFT, cues(), None), (RIGHT, cues(), None)), 10.0, False)
    watching.calibrate("start", 10.5)
    watching.pause(11.0)
    watching.pause(20.0)  # lost, then starting: one time
    assert watching.learnt(70.0) is None and not watching.is_alone(70.0)
    assert watching.mood(70.0, True).source == "face", "cues alone: no expression has been read yet"
    watching.resume(70.0)
    watching.see(answer((RIGHT, cues(), None)), 70.5, False)
    assert watching.seats_taken() == (0, 1), "the other one is only out of sight for a moment"
    progress = watching.learnt(73.0)
    assert progress and progress["progress"] == pytest.approx(0.7)
    assert watching.is_alone(73.0)
