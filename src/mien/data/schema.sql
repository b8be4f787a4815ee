-- A project of pictures and labels: one SQLite file. Times are ISO 8601 in UTC; lengths are pixels of the picture.
-- Nothing is deleted but by `forget`: whatever is wrong with a picture is a mark.

CREATE TABLE classes (              -- the emotion classes, in the person's own words and order
  name     TEXT PRIMARY KEY,
  place    INTEGER NOT NULL UNIQUE, -- its rank: the order of every array of classes
  valence  REAL NOT NULL CHECK (valence BETWEEN -1 AND 1),
  arousal  REAL NOT NULL CHECK (arousal BETWEEN -1 AND 1),
  brief    TEXT NOT NULL DEFAULT '{}'  -- JSON: fields of the brief that the class holds instead of its place's
);

CREATE TABLE sources (              -- where pictures were sought: one row a folder, archive, video, list, board
  id       INTEGER PRIMARY KEY,
  kind     TEXT NOT NULL CHECK (kind IN ('folder', 'archive', 'video', 'urls', 'gallery', 'sheet')),
  address  TEXT NOT NULL,
  licence  TEXT NOT NULL DEFAULT 'unknown',
  consent  TEXT NOT NULL DEFAULT 'unknown' CHECK (consent IN ('unknown', 'given', 'public', 'refused')),
  begun_at TEXT NOT NULL,
  ended_at TEXT,                    -- NULL: interrupted, to be taken up again
  UNIQUE (kind, address)
);

CREATE TABLE pictures (             -- one row a different file of bytes
  sha256   TEXT PRIMARY KEY,
  path     TEXT NOT NULL,           -- of the copy, below the project's folder: as its sha256 tells, older versions read it
  width    INTEGER NOT NULL,
  height   INTEGER NOT NULL,
  taken_at TEXT,                    -- by the picture's own account (EXIF), if it has one
  person   TEXT,                    -- a pseudonym, if known: one person's pictures stay on one side of a split
  seen_at  TEXT,                    -- NULL: not yet looked at for faces
  hash     BLOB,                    -- 8 bytes, see mien.data.pictures.hashes; that of its mirror image follows
  mirrored BLOB,
  thumb    BLOB,                    -- uint8 (32, 32), the picture in small
  drawn    REAL,                    -- how drawn it looks, and how many letters it seems to show: mien.data.pictures.quality
  letters  INTEGER
);

CREATE TABLE arrivals (             -- every address that was visited; the same bytes may arrive twice
  source   INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
  address  TEXT NOT NULL,           -- file, member of an archive, URL, or moment of a video ("clip.mp4@12.000"),
                                    -- of a second picture from the same one "a.jpg#2"
  sha256   TEXT REFERENCES pictures (sha256) ON DELETE CASCADE,  -- NULL: nothing usable came, see `problem`
  class    TEXT REFERENCES classes (name),  -- as the folder, board or sheet has it; NULL: not told
  album    TEXT,                    -- frames of one film, pictures of one board: they stay on one side of a split
  problem  TEXT,
  arrived_at TEXT NOT NULL,
  PRIMARY KEY (source, address)
);
CREATE INDEX arrivals_by_picture ON arrivals (sha256);

CREATE TABLE faces (                -- every face of a picture, the largest first
  id       INTEGER PRIMARY KEY AUTOINCREMENT,  -- one that was forgotten never comes back as another
  sha256   TEXT NOT NULL REFERENCES pictures (sha256) ON DELETE CASCADE,
  rank     INTEGER NOT NULL,        -- 0: the largest
  x0 REAL NOT NULL, y0 REAL NOT NULL, x1 REAL NOT NULL, y1 REAL NOT NULL,
  score    REAL NOT NULL,           -- belief of the mesh, 0..1
  eyes_apart REAL NOT NULL,         -- distance of the eye centres
  pitch REAL NOT NULL, yaw REAL NOT NULL, roll REAL NOT NULL,  -- degrees
  sharpness REAL NOT NULL,          -- see mien.data.pictures.quality
  hidden   REAL,                    -- how much of it seems hidden, see mien.data.pictures.quality
  points   BLOB NOT NULL,           -- float32 (68, 2), picture pixels
  cues     BLOB NOT NULL,           -- float32 (c,), in the order of mien.cues.names.NAMES
  valid    BLOB NOT NULL,           -- uint8 (c,)
  chip     BLOB NOT NULL,           -- uint8 (64, 64)
  UNIQUE (sha256, rank)
);

CREATE TABLE marks (                -- what is wrong with a picture, or worth a look
  sha256   TEXT NOT NULL REFERENCES pictures (sha256) ON DELETE CASCADE,
  kind     TEXT NOT NULL,           -- a key of mien.data.pictures.marks.MARKS
  other    TEXT NOT NULL DEFAULT '',  -- the picture that it is a copy of, if it is one
  because  TEXT NOT NULL,
  by_hand  INTEGER NOT NULL DEFAULT 0,  -- 1: made by a person; cleaning leaves it alone
  PRIMARY KEY (sha256, kind, other)
);

CREATE TABLE lifted (               -- marks that a person took away: cleaning does not make them again
  sha256   TEXT NOT NULL REFERENCES pictures (sha256) ON DELETE CASCADE,
  kind     TEXT NOT NULL,
  lifted_at TEXT NOT NULL,
  PRIMARY KEY (sha256, kind)
);

CREATE TABLE labels (               -- what annotators said; the newest that was not taken back counts
  id       INTEGER PRIMARY KEY AUTOINCREMENT,  -- one that was forgotten never comes back as another
  face     INTEGER NOT NULL REFERENCES faces (id) ON DELETE CASCADE,
  annotator TEXT NOT NULL,
  verdict  TEXT NOT NULL CHECK (verdict IN ('class', 'cannot tell', 'skip')),
  class    TEXT REFERENCES classes (name),
  valence  REAL CHECK (valence BETWEEN -1 AND 1),
  arousal  REAL CHECK (arousal BETWEEN -1 AND 1),
  suggested TEXT,                   -- what the model said, if it was shown to the annotator
  given_at TEXT NOT NULL,
  taken_back_at TEXT,
  CHECK ((verdict = 'class') = (class IS NOT NULL))
);
CREATE INDEX labels_by_face ON labels (face, annotator);

CREATE TABLE sides (                -- the split: "train", "develop" or "test"
  sha256   TEXT PRIMARY KEY REFERENCES pictures (sha256) ON DELETE CASCADE,
  side     TEXT NOT NULL CHECK (side IN ('train', 'develop', 'test')),
  bundle   TEXT NOT NULL            -- pictures of one bundle (person, album, duplicates) are on one side
);
