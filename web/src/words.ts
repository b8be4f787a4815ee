/** Every state that needs a sentence → what is so, and what helps. */
import type { CameraTrouble } from "./camera.ts";
import type { Mode } from "./wire.ts";

export interface Remark {
  readonly says: string;
  readonly remedy: string;
}

export const CAMERA_WORDS: Readonly<Record<CameraTrouble, Remark>> = {
  missing: { says: "No camera was found.", remedy: "Connect one and press “Camera again”, or steer by hand." },
  denied: {
    says: "The camera is not allowed for this page.",
    remedy: "Allow it at the left of the address bar, then press “Camera again”, or steer by hand.",
  },
  busy: { says: "Another program uses the camera.", remedy: "Close it there, then press “Camera again”." },
  lost: {
    says: "The camera was lost.",
    remedy: "Check its plug and its permission; once it is back it is used again, or press “Camera again”. The music goes on.",
  },
  insecure: {
    says: "The browser gives no camera to this address.",
    remedy: "Open the page as http://127.0.0.1 or http://localhost on this machine, or steer by hand.",
  },
  failed: { says: "The camera did not start.", remedy: "Unplug it and plug it in, then press “Camera again”." },
};

export const NO_FACE: Remark = {
  says: "No face is seen.",
  remedy: "Come closer, into the middle of the picture, with light from the front.",
};

/** Said while the camera shows what nothing reads. */
export const READER_WORDS = {
  starting: { says: "Faces are not read yet.", remedy: "What reads them is starting, which takes some seconds." },
  lost: { says: "Faces are not read.", remedy: "What reads them stopped and starts anew by itself. The music goes on." },
} as const satisfies Readonly<Record<string, Remark>>;

/** Said for as long as a station keeps pictures. */
export const VIDEO_KEPT: Remark = {
  says: "Pictures of whoever is seen are being kept.",
  remedy: "They stay with whoever runs this station. Press “Recording” to end it.",
};

export const SOUND_WORDS = {
  waiting: { says: "The browser keeps silent until it is asked.", remedy: "Click “Let it sound” once." },
  failed: { says: "The sound could not be loaded.", remedy: "Reload the page; if it stays so, run “mien doctor”." },
} as const satisfies Readonly<Record<string, Remark>>;

export const MIDI_WORDS = {
  unknown: { says: "This browser offers no MIDI.", remedy: "Use Chrome, Edge or Firefox, or start “mien live --midi-out”." },
  denied: { says: "MIDI is not allowed for this page.", remedy: "Allow it at the left of the address bar." },
  none: { says: "No MIDI output was found.", remedy: "Connect an instrument or open a virtual port: it appears here." },
} as const satisfies Readonly<Record<string, Remark>>;

/** Said once where a page comes second, and beside the ports for as long. */
export const PORTS_ELSEWHERE: Remark = {
  says: "The server’s ports (MIDI, OSC …) play for another page, which came first.",
  remedy: "This one sounds in the browser, and gets them when that one is left.",
};

/** By the state of the socket; “silent” is “waiting” where nothing that was sent ahead is left to play. */
export const LINK_WORDS = {
  waiting: {
    says: "The server does not answer.",
    remedy: "What was sent ahead still plays. If it does not come back, start it again with “mien live”.",
  },
  silent: { says: "The server does not answer.", remedy: "Nothing plays. If it does not come back, start it again with “mien live”." },
  full: {
    says: "The station is full: others have all its places.",
    remedy: "This page keeps trying. Close another one, or start the server with more places: “mien live --sessions”.",
  },
  refused: {
    says: "The server refuses this page.",
    remedy: "Open the whole address that “mien live” printed; on a network it ends in a token.",
  },
} as const satisfies Readonly<Record<string, Remark>>;

/** A way past the notice: the mode it begins in, what is agreed to, and what comes of it. */
export interface Way {
  readonly id: string;
  readonly mode: Mode;
  readonly agrees: string;
  readonly says: string;
}

const READING = {
  emotion: "The mood follows the face.",
  trajectory: "The music meets the face, and leads on from there.",
  ensemble: "Everybody who is seen plays a part.",
} as const satisfies Partial<Readonly<Record<Mode, string>>>;

const isReading = (mode: string): mode is keyof typeof READING => mode in READING;

/** The ways past the notice, first the one that whoever runs the station chose. */
export function waysIn(chosen = "emotion"): readonly Way[] {
  const reads = isReading(chosen) ? chosen : "emotion";
  const ways: readonly Way[] = [
    { id: "enter-emotion", mode: reads, agrees: "I agree: read my expression", says: `The camera is asked for. ${READING[reads]}` },
    {
      id: "enter-gesture", mode: "gesture", agrees: "I agree: movements only",
      says: "The camera is asked for. Eyes, brows and mouth steer; no emotion is named.",
    },
    { id: "enter-hand", mode: "hand", agrees: "By hand", says: "No camera. You lead the music on a plane of moods." },
  ];
  return [...ways.filter(({ mode }) => mode === chosen), ...ways.filter(({ mode }) => mode !== chosen)];
}

/** “a half”, “an authentic”. */
export const withArticle = (word: string): string => `${/^[aeiou]/i.test(word) ? "an" : "a"} ${word}`;

/** The name of a note as it is printed: “Db” → “D♭”. */
export const withSigns = (note: string): string => note.replace("b", "♭").replace("#", "♯");
