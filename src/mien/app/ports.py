"""`mien ports`, and the options that name ports: words of the command line → what opens each port."""

import contextlib
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.errors import BadInput
from mien.vocabulary import EMOTIONS

if TYPE_CHECKING:
    from mien.live.player import Opener
    from mien.ports.port import Port

Osc = Annotated[list[str] | None, typer.Option("--osc", help="Send OSC to HOST:PORT. Can be repeated.")]
FaceOsc = Annotated[
    list[str] | None,
    typer.Option(
        "--faceosc", help="Send OSC to HOST:PORT under FaceOSC's addresses (its own port is 8338). Can be repeated."
    ),
]
MidiOut = Annotated[
    list[str] | None,
    typer.Option(
        "--midi-out", help="Play on this MIDI output, on a new virtual one, or into FILE.mid. Can be repeated."
    ),
]
MidiClock = Annotated[bool, typer.Option("--midi-clock", help="Also send the MIDI clock on every --midi-out.")]
Lsl = Annotated[
    str | None,
    typer.Option("--lsl", help="Send Lab Streaming Layer streams, visible within this scope: machine, link or site."),
]
Audio = Annotated[
    bool, typer.Option("--audio", help="Play sound on this machine, without a browser (needs the extra 'audio').")
]


PORT_OPTIONS = ("--osc", "--faceosc", "--midi-out", "--lsl", "--audio")
"""Every option that names a port."""
ANY_PORT = f"{', '.join(PORT_OPTIONS[:-1])} or {PORT_OPTIONS[-1]}"
"""Those options in words."""


def ports(
    test: Annotated[bool, typer.Option("--test", help="Play a scale on the ports given.")] = False,
    osc: Osc = None,
    faceosc: FaceOsc = None,
    midi_out: MidiOut = None,
    lsl: Lsl = None,
    audio: Audio = False,
) -> None:
    """List the ports that mien can send to, or test some of them."""
    from mien.live.speakers import check_audio
    from mien.ports.lsl import SCOPES, check_lsl
    from mien.ports.midi import output_names
    from mien.ports.osc import PROFILES
    from mien.ports.port import PortLost

    is_named = bool(osc or faceosc or midi_out or lsl or audio)
    if is_named and not test:
        raise BadInput("ports were given: add --test to play a scale on them, or leave them out to list all there are")
    if test:
        if not is_named:
            raise BadInput(f"--test: give a port to test: {ANY_PORT}")
        for opener in port_openers(osc or [], faceosc or [], midi_out or [], lsl=lsl, audio=audio).values():
            try:
                print(play_scale(opener()))
            except PortLost as lost:
                raise BadInput(f"{lost}; is it there?") from None
        return
    for profile, number in PROFILES.items():
        print(f"osc       --{'faceosc' if profile == 'faceosc' else 'osc'} 127.0.0.1:{number}")
    try:
        names = output_names()
    except BadInput as absent:
        print(f"midi      none: {absent}")
    else:
        for name in names:
            print(f"midi      --midi-out '{name}'")
        print("midi      --midi-out NAME makes a virtual output of that name")
    print("file      --midi-out FILE.mid")
    try:
        check_lsl(SCOPES[0])
    except BadInput as absent:
        print(f"lsl       none: {absent}")
    else:
        print(f"lsl       --lsl {'|'.join(SCOPES)}")
    try:
        check_audio()
    except BadInput as absent:
        print(f"audio     none: {absent}")
    else:
        print("audio     --audio")


def play_scale(port: "Port") -> str:
    """Play a scale on a port and close it; what was done, in words."""
    from mien.ports.port import Release, Strike, Value
    from mien.values import Part

    with contextlib.closing(port):
        for pitch in (60, 62, 64, 65, 67, 69, 71, 72):
            port.send([Strike(0, Part.MELODY, pitch, 80), Value("test/pitch", pitch)])
            time.sleep(0.15)
            port.send([Release(0, Part.MELODY, pitch)])
        port.panic()
    return f"{port.name}: played a scale"


def tell_unknown_hosts(openers: "Mapping[str, Opener]") -> None:
    """Say of each OSC receiver whose host nobody knows now that nothing reaches it; it may be there later."""
    from mien.ports.osc import Receiver
    from mien.ports.port import PortLost

    for name, opener in openers.items():
        if isinstance(opener, Receiver):
            try:
                opener().close()
            except PortLost as lost:
                remedy = "check its name; it is tried again when somebody plays"
                print(f"mien: {name} is not there ({str(lost).removeprefix(f'{name}: ')}): {remedy}", file=sys.stderr)


def port_openers(
    osc: Sequence[str],
    faceosc: Sequence[str],
    midi_out: Sequence[str],
    *,
    keeps_time: bool = False,
    lsl: str | None = None,
    audio: bool = False,
    classes: Sequence[str] = EMOTIONS,
    coefficients: bool = False,
) -> "dict[str, Opener]":
    """What opens each port asked for, by its name.

    Parameters
    ----------
    keeps_time : whether the MIDI outputs get the clock too.
    lsl : how far LSL's streams can be found; None for none.
    audio : whether this machine's sound card plays.
    classes : names of the reader's classes.
    coefficients : whether expression coefficients are told.

    Raises
    ------
    BadInput
        If a receiver is none, or a MIDI output, LSL or sound cannot be had at all.
    """
    from mien.live.face_values import address_word
    from mien.live.player import InTime
    from mien.live.speakers import check_audio, open_speakers
    from mien.ports.lsl import check_lsl, open_lsl
    from mien.ports.midi import FileTwins, open_midi, output_names
    from mien.ports.osc import parse_receiver

    openers: dict[str, Opener] = {}
    for profile, receivers in (("mien", osc), ("faceosc", faceosc)):
        for text in receivers:
            receiver = parse_receiver(text, profile)
            openers[receiver.name] = receiver
    for name in midi_out:
        opens: Opener
        if name.endswith(".mid"):
            opens = FileTwins(Path(name), keeps_time=keeps_time)
        else:
            output_names()  # refuses now what could never be opened
            opens = partial(open_midi, name, keeps_time=keeps_time)
        openers[f"midi {name}"] = InTime(opens) if keeps_time else opens
    if keeps_time and not midi_out:
        raise BadInput("--midi-clock: give a --midi-out to send it on")
    if lsl is not None:
        check_lsl(lsl)
        openers["lsl"] = partial(open_lsl, lsl, [address_word(name) for name in classes], coefficients)
    if audio:
        check_audio()
        openers["audio"] = open_speakers
    return openers
