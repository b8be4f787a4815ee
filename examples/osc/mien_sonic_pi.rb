# mien → Sonic Pi. Start: mien live --osc 127.0.0.1:4560. Then press Run.
use_real_time

live_loop :melody do
  pitch, velocity, _channel = sync "/osc*/mien/music/melody/note"
  synth :pluck, note: pitch, amp: velocity / 127.0 if velocity > 0
end

live_loop :pulse do
  beat = sync "/osc*/mien/music/beat"
  sample :bd_soft, amp: beat[0] == 1 ? 1.0 : 0.4
end
