/**
 * Three clocks ↔ one another: the server's session, the page (performance.now()), the sound card.
 *
 * All in seconds. Network round trips tell the session's offset; the one with the shortest trip is believed (Cristian
 * 1989, "Probabilistic clock synchronization"). The sound card's clock is read in steps of its buffer, so of the last
 * readings the furthest ahead is believed, and the offset is led there slowly: notes must not jump. Only where the card
 * stood still (the machine slept, the device was changed) readings stay far behind, and are then believed at once.
 */

const KEPT = 12;
const LONGEST_AGE_S = 60;
const READINGS = 60;
const SLEW_S = 0.0005;
const JUMP_S = 0.08;
/** A step of the card's clock. */
const BUFFER_S = 0.05;
/** A reading so far behind is none of a clock that runs; after so many running the card stood still. */
export const BEHIND_S = JUMP_S + BUFFER_S;
const BEHIND_READINGS = 3;
/** Readings that tell the offset of a card that has just begun to run: a quarter of a second, some of its steps. */
const FIRST_READINGS = 6;

/** Session time from page time. */
export class SessionClock {
  private trips: { trip_s: number; offset_s: number; at_s: number }[] = [];

  /** A pong came: sent and received on the page's clock, `server_s` between them. */
  hear(sent_s: number, received_s: number, server_s: number): void {
    this.trips = this.trips.filter((trip) => received_s - trip.at_s < LONGEST_AGE_S).slice(1 - KEPT);
    const offset_s = server_s - (sent_s + received_s) / 2;
    this.trips.push({ trip_s: received_s - sent_s, offset_s, at_s: received_s });
  }

  /** Another session begins. */
  reset(): void {
    this.trips = [];
  }

  get isSet(): boolean {
    return this.trips.length > 0;
  }

  get trip_s(): number {
    return this.best?.trip_s ?? Number.NaN;
  }

  private get best(): { trip_s: number; offset_s: number } | undefined {
    return this.trips.reduce<{ trip_s: number; offset_s: number } | undefined>(
      (best, trip) => (best && best.trip_s <= trip.trip_s ? best : trip),
      undefined,
    );
  }

  session_s(page_s: number): number {
    return page_s + (this.best?.offset_s ?? 0);
  }
}

/** Sound-card time from session time, steady. */
export class SoundClock {
  private readings: number[] = [];
  private offset_s: number | undefined;
  private behind = 0;

  /** Read both clocks at one moment; true where the card is found to have stood still. */
  read(session_s: number, sound_s: number): boolean {
    const reading_s = sound_s - session_s;
    this.readings.push(reading_s);
    if (this.readings.length > READINGS) this.readings.shift();
    this.behind = this.offset_s !== undefined && reading_s < this.offset_s - BEHIND_S ? this.behind + 1 : 0;
    const stoodStill = this.behind === BEHIND_READINGS;
    if (stoodStill) {
      this.readings = this.readings.slice(-BEHIND_READINGS);
      this.behind = 0;
    }
    const wanted = Math.max(...this.readings);
    if (this.offset_s === undefined || Math.abs(wanted - this.offset_s) > JUMP_S) this.offset_s = wanted;
    else this.offset_s += Math.min(SLEW_S, Math.max(-SLEW_S, wanted - this.offset_s));
    return stoodStill;
  }

  /** Whether the card stands still is not known yet, nor what time of it a note has. */
  get isDoubtful(): boolean {
    return this.behind > 0;
  }

  /** The card runs again: believe the newest readings, those before were of a card on its way to it. */
  settle(): void {
    if (this.readings.length === 0) return;
    this.readings = this.readings.slice(-FIRST_READINGS);
    this.offset_s = Math.max(...this.readings);
  }

  reset(): void {
    this.readings = [];
    this.offset_s = undefined;
    this.behind = 0;
  }

  sound_s(session_s: number): number {
    return session_s + (this.offset_s ?? 0);
  }

  session_s(sound_s: number): number {
    return sound_s - (this.offset_s ?? 0);
  }
}
