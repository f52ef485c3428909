// How does the page hear what happens? One WebSocket, resumed where it broke: every event once, in order.

export class Live {
  /** `onEvent(event)` for each numbered event, `onRestart()` when the emulator forgot everything, `onState(online)`. */
  constructor({ onEvent, onRestart, onState }) {
    Object.assign(this, { onEvent, onRestart, onState });
    this.socket = null;
  }

  open(customer) {
    this.close();
    this.customer = customer;
    this.seq = 0;
    this.epoch = null;
    this.delay = 300;
    this.connect();
  }

  close() {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  connect() {
    const query = new URLSearchParams({ after: this.seq });
    if (this.epoch) query.set("epoch", this.epoch);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/live/${this.customer}?${query}`);
    this.socket = socket;
    socket.onmessage = (message) => socket === this.socket && this.take(JSON.parse(message.data));
    socket.onclose = () => socket === this.socket && this.again();
  }

  again() {
    this.onState(false);
    this.timer = setTimeout(() => this.connect(), this.delay);
    this.delay = Math.min(this.delay * 1.7, 5000);
  }

  take(event) {
    if (event.kind === "hello") {
      if (event.restarted) {
        this.seq = 0;
        this.onRestart();
      }
      this.epoch = event.epoch;
      this.delay = 300;
      this.onState(true);
    } else if (event.seq > this.seq) {
      this.seq = event.seq;
      this.onEvent(event);
    }
  }

  read(messageIds) {
    if (messageIds.length && this.socket?.readyState === WebSocket.OPEN) {
      this.socket.send(JSON.stringify({ kind: "read", message_ids: messageIds }));
      return true;
    }
    return false;
  }
}
