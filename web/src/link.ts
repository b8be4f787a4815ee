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
  private leaving = false;

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
    this.leaving = false;
    this.listener.onLink(this.tries === 0 ? "opening" : "waiting");
    const protocols = [`mien.${PROTOCOL}`, ...(this.token ? [`token.${this.token}`] : [])];
    const socket = new WebSocket(this.url, protocols);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => this.greet());
    socket.addEventListener("message", (event: MessageEvent<unknown>) => {
      const message = typeof event.data === "string" ? unpack(event.data) : undefined;
      if (message && socket === this.socket) this.hear(message);
    });
    socket.addEventListener("close", (event) => {
      if (socket === this.socket) this.lost(event.code);
    });
  }

  /** End the session: its data are forgotten by the server. */
  leave(): void {
    this.leaving = true;
    this.say({ type: "bye" });
    this.socket?.close(1000);
    clearTimeout(this.again);
  }

  say(wish: Wish): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(wish));
    return true;
  }

  /** True where a frame would not wait behind another; one that is not answered at all holds nothing up for long. */
  get isFree(): boolean {
    const { socket, unread } = this;
    if (socket?.readyState !== WebSocket.OPEN || socket.bufferedAmount > 0) return false;
    return !unread || performance.now() / 1000 - unread.sent_s > PATIENCE_S;
  }

  sendFrame(captured_s: number, jpeg: ArrayBuffer): void {
    if (!this.isFree) return;
    this.unread = { seq: this.seq, sent_s: performance.now() / 1000 };
    this.socket?.send(packFrame(this.seq++, captured_s, jpeg));
  }

  private greet(): void {
    const settings = this.listener.settings();
    this.say({
      type: "hello",
      protocol: PROTOCOL,
      session: this.session,
      settings,
      profile: this.listener.profile(),
    });
    this.pings = 0;
    clearInterval(this.pinger);
    this.pinger = setInterval(() => this.ping(), PING_S * 1000);
  }

  private ping(): void {
    this.say({ type: "ping", id: this.pings++, sent_s: performance.now() / 1000 });
  }

  private hear(message: Told): void {
    if (message.type === "pong") {
      this.clock.hear(message.sent_s, performance.now() / 1000, message.server_s);
      if (this.pings < FIRST_PINGS) this.ping();
      return;
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
    if (this.leaving || code === 1000) return this.listener.onLink("closed");
    if (code === 4401) return this.listener.onLink("refused");
    const wait_s = code === 4429 ? FULL_WAIT_S : (WAITS_S[Math.min(this.tries, WAITS_S.length - 1)] as number);
    this.tries++;
    this.listener.onLink(code === 4429 ? "full" : "waiting");
    if (code === 4409) return; // another page plays this session: do not fight for it
    this.again = setTimeout(() => this.open(), wait_s * 1000);
  }
}
