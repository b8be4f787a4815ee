// mien → Processing (library oscP5). Start: mien live --osc 127.0.0.1:7400
import oscP5.*;

float mouth = 0, brows = 0;

void setup() {
  size(480, 480);
  noFill();
  strokeWeight(6);
  new OscP5(this, 7400);
}

void oscEvent(OscMessage message) {
  if (message.checkAddrPattern("/mien/face/0/from_rest/corner_lift")) mouth = message.get(0).floatValue();
  if (message.checkAddrPattern("/mien/face/0/from_rest/brow_height")) brows = message.get(0).floatValue();
}

void draw() {
  background(250);
  bezier(140, 320, 200, 320 + 30 * mouth, 280, 320 + 30 * mouth, 340, 320);
  line(130, 180 - 10 * brows, 200, 170 - 10 * brows);
  line(280, 170 - 10 * brows, 350, 180 - 10 * brows);
}
