/** Registers the elements; <mien-page> in index.html is the program. */
import "./elements/theme.ts";
import "./elements/notice.ts";
import "./elements/remarks.ts";
import "./elements/transport.ts";
import "./elements/face.ts";
import "./elements/shares.ts";
import "./elements/calibration.ts";
import "./elements/roll.ts";
import "./elements/journey.ts";
import "./elements/plane.ts";
import "./elements/choices.ts";
import "./elements/files.ts";
import "./elements/clocks.ts";
import "./elements/ports.ts";
import "./elements/brief.ts";
import "./elements/mapping.ts";
import "./elements/page.ts";
