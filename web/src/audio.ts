/**
 * Notes and controllers at times of the audio clock → sound, by a SoundFont sampler in an AudioWorklet.
 *
 * The sampler is spessasynth_lib (Apache-2.0) with mien's own font, both from the page's own origin. Times are seconds
 * of `AudioContext.currentTime`; the worklet begins an event at the render quantum it falls into. The graph: sampler →
 * fader → (analyser, loudspeaker).
 */
import { WorkletSynthesizer } from "spessasynth_lib";
import processorUrl from "spessasynth_lib/dist/spessasynth_processor.min.js?url";

/** Room for the sampler on a busy machine; gestures are heard so much later, notes are not: they are known before. */
const LATENCY_S = 0.05;

/** Time constant of the fader: quick, and no click. */
const FADE_S = 0.005;

export class Sound {
  readonly context = new AudioContext({ latencyHint: LATENCY_S });
  private readonly fader = this.context.createGain();
  private readonly analyser = this.context.createAnalyser();
  private readonly levels = new Float32Array(2048);
  private synth: WorkletSynthesizer | undefined;
  private wanted = 1;

  constructor() {
    this.analyser.fftSize = this.levels.length;
    this.fader.connect(this.analyser);
    this.fader.connect(this.context.destination);
  }

  get isReady(): boolean {
    return this.synth !== undefined;
  }

  get isRunning(): boolean {
    return this.context.state === "running";
  }

  get now_s(): number {
    return this.context.currentTime;
  }

  /** Load worklet and font. Throws an Error with a sentence if one cannot be had. */
  async load(fontUrl: string): Promise<void> {
    const answer = await fetch(fontUrl);
    if (!answer.ok) throw new Error(`the sound font could not be had (${answer.status})`);
    const font = await answer.arrayBuffer();
    await this.context.audioWorklet.addModule(processorUrl);
    const synth = new WorkletSynthesizer(this.context);
    await synth.soundBankManager.addSoundBank(font, "mien");
    await synth.isReady;
    synth.connect(this.fader);
    this.synth = synth;
  }

  /** Let it sound; browsers allow this only after a click or a key. */
  async resume(): Promise<boolean> {
    await Promise.race([this.context.resume(), new Promise((done) => setTimeout(done, 300))]);
    return this.isRunning;
  }

  program(channel: number, program: number, isKit: boolean, time_s: number): void {
    const strip = this.synth?.midiChannels[channel];
    if (strip && strip.patch.isDrum !== isKit) strip.setDrums(isKit);
    this.synth?.programChange(channel, program, { time: time_s });
  }

  control(channel: number, controller: number, value: number, time_s: number): void {
    this.synth?.controllerChange(channel, controller as 0, Math.round(value), { time: time_s });
  }

  noteOn(channel: number, pitch_midi: number, velocity: number, time_s: number): void {
    this.synth?.noteOn(channel, pitch_midi, velocity, { time: time_s });
  }

  noteOff(channel: number, pitch_midi: number, time_s: number): void {
    this.synth?.noteOff(channel, pitch_midi, { time: time_s });
  }

  /** Cut every sound off. */
  silence(): void {
    this.synth?.stopAll(true);
  }

  /** Nothing is heard until `unmute`. */
  mute(): void {
    this.fade(0);
  }

  unmute(): void {
    this.fade(1);
  }

  private fade(gain: number): void {
    if (this.wanted === gain) return;
    this.wanted = gain;
    this.fader.gain.cancelScheduledValues(this.now_s);
    this.fader.gain.setTargetAtTime(gain, this.now_s, FADE_S);
  }

  /** Loudness of this moment, root mean square of the mix (0..1). */
  level(): number {
    this.analyser.getFloatTimeDomainData(this.levels);
    let sum = 0;
    for (const sample of this.levels) sum += sample * sample;
    return Math.sqrt(sum / this.levels.length);
  }
}
