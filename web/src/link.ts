/**
 * One session's WebSocket: says hello, keeps time, comes back when it drops.
 *
 * Back-off and close codes are those of docs/wire.md. Frames go out one at a time.
 */
import { SessionClock } from "./clock.ts";
import type { LinkState } from "./store.ts";
import { packFrame, PROTOCOL, type Settings, type Told, unpack, type Wish } from "./wire.ts";

const WAITS_S = [0.25, 0.5, 1, 2];
const FULL_WAIT_S = 5;
const PING_S = 2;
const FIRST_PINGS = 6;
/** The server says something every second: a socket that is silent for so long is dead, whatever it looks like. */
const SILENT_S = 6;
/** The next frame is sent when the last one was read: it is then the newest, and waits for nothing. */
const PATIENCE_S = 0.4;

export interface Listener {
  onTold(message: Told): void;
  onLink(state: LinkState): void;
  /** What a new session should begin with. */
  settings(): Settings;
  profile(): object | null;
}

export class Link {
  readonly clock = new SessionClock();
  readonly token: string;
  private socket: WebSocket | undefined;
  private session: string | null = null;
  private tries = 0;
  private pings = 0;
  private seq = 0;
  private unread: { seq: number; sent_s: number } | undefined;
  private pinger: ReturnType<typeof setInterval> | undefined;
  private again: ReturnType<typeof setTimeout> | undefined;
  private heardAt_s = 0;
  /** The ping that was sent behind the last wish, and the last that was answered. */
  private askedBy = -1;
  private answered = -1;
  /** A session that was left while the socket was away: the server has still to hear of it. */
  private left: string | null = null;

  constructor(
    private readonly listener: Listener,
    address: Location = location,
  ) {
    this.token = new URLSearchParams(address.hash.slice(1)).get("token") ?? "";
    this.url = `${address.protocol === "https:" ? "wss" : "ws"}://${address.host}/live`;
  }
  private readonly url: string;

  get id(): string | null {
    return this.session;
  }

  open(): void {
    clearTimeout(this.again);
    this.listener.onLink(this.tries === 0 ? "opening" : "waiting");
    const protocols = [`mien.${PROTOCOL}`, ...(this.token ? [`token.${this.token}`] : [])];
    const socket = new WebSocket(this.url, protocols);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => this.greet());
    socket.addEventListener("message", (event: MessageEvent<unknown>) => {
      if (socket !== this.socket) return;
      this.heardAt_s = performance.now() / 1000;
      const message = typeof event.data === "string" ? unpack(event.data) : undefined;
      if (message && !this.left) this.hear(message);
    });
    socket.addEventListener("close", (event) => {
      if (socket === this.socket) this.lost(event.code);
    });
  }

  /** End the session: its data are forgotten by the server, at once or when it is there again, and nobody resumes it. */
  leave(): void {
    if (!this.say({ type: "bye" })) this.left = this.session ?? this.left;
    this.session = null;
    this.tries = 0;
    clearInterval(this.pinger);
    clearTimeout(this.again);
    const { socket } = this;
    this.socket = undefined; // what it still says is heard by nobody
    socket?.close(1000);
    this.listener.onLink("closed");
  }

  say(wish: Wish): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(wish));
    return true;
  }

  /** Say what changes the session; `isCaughtUp` tells when the server has heard it. */
  ask(wish: Wish): boolean {
    if (!this.say(wish)) return false;
    this.askedBy = this.ping();
    return true;
  }

  /** What the server said of itself last, it said knowing all that was asked. */
  get isCaughtUp(): boolean {
    return this.answered >= this.askedBy;
  }

  /** True where a frame would not wait behind another; one that is not answered at all holds nothing up for long. */
  get isFree(): boolean {
    const { socket, unread } = this;
    if (socket?.readyState !== WebSocket.OPEN || socket.bufferedAmount > 0) return false;
    return !unread || performance.now() / 1000 - unread.sent_s > PATIENCE_S;
  }

  sendFrame(captured_s: number, jpeg: ArrayBuffer): boolean {
    if (!this.isFree) return false;
    this.unread = { seq: this.seq, sent_s: performance.now() / 1000 };
    this.socket?.send(packFrame(this.seq++, captured_s, jpeg));
    return true;
  }

  private greet(): void {
    this.pings = 0;
    this.askedBy = this.answered = -1;
    this.heardAt_s = performance.now() / 1000;
    clearInterval(this.pinger);
    this.pinger = setInterval(() => this.listen(), PING_S * 1000);
    if (this.left) {
      this.say({ type: "hello", protocol: PROTOCOL, session: this.left, profile: null });
      this.say({ type: "bye" });
      return;
    }
    this.say({
      type: "hello",
      protocol: PROTOCOL,
      session: this.session,
      settings: this.listener.settings(),
      profile: this.listener.profile(),
    });
  }

  /** Ask for a sign of life; where there was none for long, go on as after a close that never came. */
  private listen(): void {
    if (performance.now() / 1000 - this.heardAt_s < SILENT_S) return void this.ping();
    const { socket } = this;
    this.lost(1006);
    socket?.close();
  }

  private ping(): number {
    this.say({ type: "ping", id: this.pings, sent_s: performance.now() / 1000 });
    return this.pings++;
  }

  private hear(message: Told): void {
    if (message.type === "pong") {
      this.clock.hear(message.sent_s, performance.now() / 1000, message.server_s);
      if (this.pings < FIRST_PINGS) this.ping();
      this.answered = message.id;
    }
    if (message.type === "reading" && message.seq >= (this.unread?.seq ?? 0)) this.unread = undefined;
    if (message.type === "welcome") {
      this.session = message.session;
      this.tries = 0;
      if (!message.resumed) {
        const now_s = performance.now() / 1000;
        this.clock.reset();
        this.clock.hear(now_s - 1, now_s + 1, message.server_s); // a first guess, until a real trip is measured
      }
      this.ping();
      this.listener.onLink("open");
    }
    this.listener.onTold(message);
  }

  private lost(code: number): void {
    clearInterval(this.pinger);
    this.socket = undefined;
    if (this.left && (code === 1000 || code === 4429)) {
      this.left = null; // ended, or over already
      return this.open();
    }
    if (code === 1000) return this.listener.onLink("closed");
    if (code === 4401) return this.listener.onLink("refused");
    const wait_s = code === 4429 ? FULL_WAIT_S : (WAITS_S[Math.min(this.tries, WAITS_S.length - 1)] as number);
    this.tries++;
    this.listener.onLink(code === 4429 ? "full" : "waiting");
    if (code === 4409) return void (this.session = null); // another page plays it: do not fight for it
    this.again = setTimeout(() => this.open(), wait_s * 1000);
  }
}
