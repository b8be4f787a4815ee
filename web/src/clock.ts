/**
 * Three clocks ↔ one another: the server's session, the page (performance.now()), the sound card.
 *
 * All in seconds. Network round trips tell the session's offset; the one with the shortest trip is believed (Cristian
 * 1989, "Probabilistic clock synchronization"). The sound card's clock is read in steps of its buffer, so of the last
 * readings the furthest ahead is believed, and the offset is led there slowly: notes must not jump.
 */

const KEPT = 12;
const LONGEST_AGE_S = 60;
const READINGS = 60;
const SLEW_S = 0.0005;
const JUMP_S = 0.08;

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

  /** Read both clocks at one moment. */
  read(session_s: number, sound_s: number): void {
    this.readings.push(sound_s - session_s);
    if (this.readings.length > READINGS) this.readings.shift();
    const wanted = Math.max(...this.readings);
    if (this.offset_s === undefined || Math.abs(wanted - this.offset_s) > JUMP_S) this.offset_s = wanted;
    else this.offset_s += Math.min(SLEW_S, Math.max(-SLEW_S, wanted - this.offset_s));
  }

  reset(): void {
    this.readings = [];
    this.offset_s = undefined;
  }

  sound_s(session_s: number): number {
    return session_s + (this.offset_s ?? 0);
  }

  session_s(sound_s: number): number {
    return sound_s - (this.offset_s ?? 0);
  }
}
