/** Registers the elements of the label page; <mien-label> in label.html is the program. */
import "../elements/theme.ts";
import "./face.ts";
import "./place.ts";
import "./welcome.ts";
import "./summary.ts";
import "./page.ts";
