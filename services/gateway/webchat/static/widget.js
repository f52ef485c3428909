/* Usher web chat: one script, no dependencies, nothing but the line that loads it.
 *
 *   <script src="https://chat.example.com/webchat/widget.js" data-account="studio" async></script>
 *
 * Attributes: data-account (needed), data-identity (a token that your site signed for its user), data-title, data-lang
 * (else the page's, else the browser's), data-colour (#rrggbb), data-theme (light | dark | auto), data-open.
 * On the page: UsherChat.open(), .close(), .identify(token), .forget(). docs/web-chat.md says more.
 */
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || window.UsherChat) return;
  const account = script.dataset.account;
  if (!account) return console.error("Usher web chat: data-account is missing");
  const base = new URL(script.src).origin;
  const path = `${base}/webchat/${encodeURIComponent(account)}`;

  // --- words ------------------------------------------------------------------------------------------------

  const WORDS = {
    en: {
      title: "Chat", open: "Open chat", close: "Close chat", write: "Write a message", send: "Send",
      sending: "Sending…", sent: "Sent", failed: "Not sent. It will be sent again.", retry: "Send again",
      connecting: "Connecting…", offline: "No connection. Trying again…", typing: "Typing…",
      older: "Show earlier messages", download: "Download", unread: "new messages", you: "You", they: "Reply",
      slow: "A little slower: your message is sent in a moment.", empty: "Hello! How can we help?",
      refused: "This chat is not available on this page.", long: "This message is too long.",
      attach: "Attach a file", record: "Record a voice message", stop: "Stop and send", voice: "Voice message",
      big: "This file is too large: 16 MB are the most.", kind: "Files of this kind cannot be sent.",
      lost: "Not sent: please choose the file again.", full: "This file cannot be sent now.",
      mic: "The microphone cannot be used here.",
    },
    pt: {
      title: "Chat", open: "Abrir chat", close: "Fechar chat", write: "Escreva uma mensagem", send: "Enviar",
      sending: "A enviar…", sent: "Enviada", failed: "Não enviada. Será enviada de novo.", retry: "Enviar de novo",
      connecting: "A ligar…", offline: "Sem ligação. A tentar de novo…", typing: "A escrever…",
      older: "Mostrar mensagens anteriores", download: "Transferir", unread: "mensagens novas", you: "Você",
      they: "Resposta", slow: "Um pouco mais devagar: a sua mensagem segue já.", empty: "Olá! Como podemos ajudar?",
      refused: "Este chat não está disponível nesta página.", long: "Esta mensagem é demasiado longa.",
      attach: "Anexar um ficheiro", record: "Gravar uma mensagem de voz", stop: "Parar e enviar", voice: "Mensagem de voz",
      big: "Este ficheiro é demasiado grande: no máximo 16 MB.", kind: "Ficheiros deste tipo não podem ser enviados.",
      lost: "Não enviado: escolha o ficheiro de novo.", full: "Este ficheiro não pode ser enviado agora.",
      mic: "O microfone não pode ser usado aqui.",
    },
  };
  const language = (script.dataset.lang || document.documentElement.lang || navigator.language || "en").toLowerCase();
  const words = WORDS[language.split("-")[0]] || WORDS.en;
  const RTL = /^(ar|dv|fa|he|ks|ku|ps|sd|ug|ur|yi)\b/;
  const rightToLeft =
    getComputedStyle(document.documentElement).direction === "rtl" || RTL.test(language) ? "rtl" : "ltr";

  // --- what is kept in the browser ----------------------------------------------------------------------------

  const MOST_KEPT = 200;
  const memory = new Map(); // where localStorage is refused
  const storage = {
    get(key) {
      try { return localStorage.getItem(key); } catch { return memory.get(key) ?? null; }
    },
    set(key, value) {
      try { localStorage.setItem(key, value); } catch { memory.set(key, value); }
    },
    remove(key) {
      try { localStorage.removeItem(key); } catch { memory.delete(key); }
    },
  };
  const prefix = `usher.chat.${account}.`;
  const TOKEN = `${prefix}token`;

  // Files wait in the browser's own database until the gateway has them: a reload must not lose one.
  const held = new Map(); // where that is refused
  const drawer = (mode, act) => new Promise((done, fail) => {
    const opening = indexedDB.open("usher.chat", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("files");
    opening.onerror = () => fail(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const asked = act(database.transaction("files", mode).objectStore("files"));
      asked.onsuccess = () => { database.close(); done(asked.result); };
      asked.onerror = () => { database.close(); fail(asked.error); };
    };
  });
  const files = {
    async put(id, blob) {
      held.set(id, blob);
      try { await drawer("readwrite", (all) => all.put(blob, id)); } catch { /* this page has it */ }
    },
    async get(id) {
      if (held.has(id)) return held.get(id);
      try { return await drawer("readonly", (all) => all.get(id)); } catch { return undefined; }
    },
    async remove(id) {
      held.delete(id);
      try { await drawer("readwrite", (all) => all.delete(id)); } catch { /* it is not there */ }
    },
  };

  const subject = (token) => {
    try {
      const claims = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
      const bytes = Uint8Array.from(atob(claims), (c) => c.charCodeAt(0));
      return String(JSON.parse(new TextDecoder().decode(bytes)).sub);
    } catch { return null; }
  };

  let identity = script.dataset.identity || null;
  let who = null; // whose conversation `state` is
  let state = { last: 0, items: [], outbox: [] };
  const stateKey = () => `${prefix}of.${who}`;

  const load = () => {
    state = { last: 0, items: [], outbox: [] };
    try { Object.assign(state, JSON.parse(storage.get(stateKey()) || "{}")); } catch { /* begin anew */ }
  };
  /** Another tab of the same visitor writes the same key: its items and ours are one conversation. */
  const merge = () => {
    let other = {};
    try { other = JSON.parse(storage.get(stateKey()) || "{}"); } catch { /* ours is all there is */ }
    for (const item of other.items || []) {
      const own = state.items.find((one) => one.id === item.id);
      if (!own) state.items.push(item);
      else if (own.state === "sending") own.state = item.state;
    }
    for (const item of other.outbox || [])
      if (!state.outbox.some((own) => own.id === item.id)) state.outbox.push(item);
    state.outbox = state.outbox.filter((item) => !settled.has(item.id));
    state.last = Math.max(state.last, other.last || 0);
    state.items.sort((a, b) => a.when - b.when);
  };
  const save = (last) => {
    merge();
    if (last !== undefined) state.last = last;
    storage.set(stateKey(), JSON.stringify({ ...state, items: state.items.slice(-MOST_KEPT) }));
  };
  const settled = new Set(); // of our outbox, stored by the gateway

  // --- the socket -------------------------------------------------------------------------------------------

  let socket = null, welcomed = false, tries = 0, timer = 0, inFlight = null, pauseUntil = 0, stopped = false;
  let connecting = false, turns = 0, ahead = 0; // `ahead`: how far our clock is ahead of the gateway's, in ms

  const token = async () => {
    if (identity) return identity;
    const kept = storage.get(TOKEN);
    if (kept) return kept;
    const answer = await fetch(`${path}/visitors`, { method: "POST", credentials: "omit" });
    if (answer.status === 403 || answer.status === 404) {
      stopped = true;
      status(words.refused);
    }
    if (!answer.ok) throw new Error(`visitors: ${answer.status}`);
    const fresh = (await answer.json()).token;
    storage.set(TOKEN, fresh);
    return fresh;
  };

  const connect = async (anew = false) => {
    clearTimeout(timer);
    if (stopped || (!anew && (connecting || (socket && socket.readyState <= 1)))) return;
    const turn = ++turns; // a later one (the site said who its user is) overtakes this one
    connecting = true;
    status(tries ? words.offline : words.connecting);
    try {
      const bearer = await token();
      if (turn !== turns) return;
      become(subject(bearer));
      const mine = (socket = new WebSocket(`${path.replace(/^http/, "ws")}/socket`));
      mine.onopen = () => say({ type: "hello", token: bearer, last: state.last || null });
      mine.onmessage = (event) => mine === socket && hear(JSON.parse(event.data));
      mine.onclose = (event) => mine === socket && closed(event.code);
    } catch {
      if (turn === turns) later();
    } finally {
      if (turn === turns) connecting = false;
    }
  };
  const closed = (code) => {
    socket = null; welcomed = false; inFlight = null;
    if (code === 4401 && !identity) storage.remove(TOKEN); // expired, or its secret is no longer in force
    later();
    render();
  };
  const later = () => {
    if (stopped) return;
    // Full jitter: a thousand pages that lost the same gateway must not come back in the same second.
    const pause = Math.random() * Math.min(60000, 1000 * 2 ** Math.min(tries++, 6)) + 250;
    status(words.offline);
    clearTimeout(timer);
    timer = setTimeout(() => connect(), pause);
  };
  const say = (frame) => {
    if (socket && socket.readyState === 1) socket.send(JSON.stringify(frame));
  };

  const hear = (frame) => {
    switch (frame.type) {
      case "welcome":
        welcomed = true; tries = 0;
        ahead = Date.now() - Date.parse(frame.now);
        if (state.last > frame.position) save(frame.position); // the gateway was put back to an earlier state
        more = frame.more || more;
        for (const id of links.keys()) say({ type: "link", id });
        status("");
        flush();
        break;
      case "message":
        typing(false);
        add(frame);
        state.last = Math.max(state.last, frame.position);
        save();
        say({ type: "ack", position: state.last });
        seen();
        announce(frame);
        break;
      case "older":
        more = frame.more;
        for (const one of frame.messages) add(one);
        break;
      case "stored":
        if (inFlight === frame.id) inFlight = null;
        settle(frame.id);
        flush();
        break;
      case "typing": typing(true); return;
      case "link": linked(frame); return;
      case "error": failed(frame); break;
    }
    render();
  };

  const failed = (frame) => {
    if (links.has(frame.id)) { // a question for a file
      if (frame.code === "no_file") links.delete(frame.id);
      else setTimeout(() => say({ type: "link", id: frame.id }), 1000 * (frame.after || 2));
      return;
    }
    if (frame.code === "slow_down" || frame.code === "try_later") {
      inFlight = null;
      pauseUntil = Date.now() + 1000 * (frame.after || 2);
      status(frame.code === "slow_down" ? words.slow : words.failed);
      setTimeout(() => { status(""); flush(); }, 1000 * (frame.after || 2) + 50);
    } else if (frame.code === "too_long" || frame.code === "bad_frame") {
      inFlight = null;
      if (frame.id) settle(frame.id, "refused");
      status(words.long);
      flush();
    }
  };

  // One at a time, the oldest first, until it is stored: so the order stays, and nothing is lost.
  const flush = () => {
    if (!welcomed || inFlight || !state.outbox.length || Date.now() < pauseUntil) return;
    inFlight = state.outbox[0].id;
    const { when, ...frame } = state.outbox[0];
    if (frame.type === "file") upload(frame);
    else say(frame);
  };
  const MOST_FILE = 16 * 1048576;
  const TYPES = ["audio/ogg", "audio/webm", "audio/mp4", "audio/x-m4a", "audio/mpeg", "audio/aac", "audio/wav", "audio/x-wav",
    "image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf"];
  const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  /** Under the same id as often as it takes: the gateway keeps it once. */
  const upload = async (frame) => {
    const blob = await files.get(frame.id);
    if (!blob) return unsent(frame.id, words.lost);
    let answer = null;
    try {
      const headers = { Authorization: `Bearer ${await token()}`, "Content-Type": frame.mime };
      if (crypto.subtle) headers["X-Content-SHA256"] = hex(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
      const url = `${path}/uploads/${frame.id}?name=${encodeURIComponent(frame.name)}`;
      answer = await fetch(url, { method: "PUT", body: blob, headers, credentials: "omit" });
    } catch { /* no connection: again later */ }
    const code = answer ? answer.status : 0;
    if (code === 200) hear({ type: "stored", id: frame.id });
    else if (code === 401) {
      if (!identity) storage.remove(TOKEN);
      restart();
    } else if ([413, 415].includes(code)) unsent(frame.id, code === 413 ? words.big : words.kind);
    else if (code >= 400 && code < 500 && ![408, 422, 429].includes(code)) unsent(frame.id, words.full);
    else if (code === 507) unsent(frame.id, words.full);
    else {
      const after = answer ? Number(answer.headers.get("Retry-After")) || 2 : 2;
      hear({ type: "error", code: code === 429 ? "slow_down" : "try_later", id: frame.id, after });
    }
  };
  const unsent = (id, why) => {
    if (inFlight === id) inFlight = null;
    const item = state.items.find((one) => one.id === id);
    if (item) item.why = why;
    settle(id, "refused");
    flush(); render();
  };
  const settle = (id, how) => {
    settled.add(id);
    if (state.outbox.some((item) => item.id === id && item.type === "file")) files.remove(id);
    state.outbox = state.outbox.filter((item) => item.id !== id);
    const item = state.items.find((one) => one.id === id);
    if (item) item.state = how || "sent";
    save();
  };
  const uuid = () =>
    crypto.randomUUID ? crypto.randomUUID() // only where the page came by https
      : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
          (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));
  const utter = (frame, text, id = uuid()) => {
    const when = Date.now();
    state.outbox.push({ ...frame, id, when });
    state.items.push({ id, when, mine: true, text, state: "sending" });
    save(); flush(); render();
    if (!socket) connect();
    list.scrollTop = list.scrollHeight;
  };

  const add = (frame) => {
    if (state.items.some((item) => item.id === frame.id)) return;
    const { type, at, ...item } = frame;
    state.items.push({ ...item, when: Date.parse(at) + ahead || Date.now() });
    state.items.sort((a, b) => a.when - b.when);
  };
  const seen = () => {
    if (opened && !document.hidden && state.last) {
      unread = 0;
      say({ type: "ack", position: state.last, read: true });
    }
  };

  /** The conversation of this visitor from now on. */
  const become = (next) => {
    if (next === who) return;
    const nobodys = who === null ? state : null; // written before we knew whose it is
    if (nobodys) storage.remove(stateKey());
    who = next;
    more = false; unread = 0; inFlight = null;
    nodes.clear();
    log.replaceChildren();
    load();
    if (nobodys && nobodys.items.length) {
      state.items.push(...nobodys.items);
      state.outbox.push(...nobodys.outbox);
      save();
    }
    render();
  };

  // --- files ------------------------------------------------------------------------------------------------

  const links = new Map(); // message id -> what to do with its link
  const ask = (id, then) => { links.set(id, then); say({ type: "link", id }); };
  const linked = (frame) => {
    const then = links.get(frame.id);
    links.delete(frame.id);
    if (then) then(base + frame.url);
  };
  const download = (url) => {
    const anchor = Object.assign(document.createElement("a"), { href: url, rel: "noopener", download: "" });
    anchor.click();
  };

  // --- what is seen -----------------------------------------------------------------------------------------

  const STYLE = `
    :host { all: initial; --own: ${/^#[0-9a-f]{3,8}$/i.test(script.dataset.colour || "") ? script.dataset.colour : "#0b6e4f"};
      --bg: #fff; --fg: #1b1f23; --soft: #eef1f0; --line: #d4dad7; --dim: #5b6662; --on: #fff; }
    :host([data-theme=dark]) { --bg: #16191b; --fg: #eceff0; --soft: #262b2e; --line: #3a4145; --dim: #a3adb2; }
    @media (prefers-color-scheme: dark) { :host([data-theme=auto]) {
      --bg: #16191b; --fg: #eceff0; --soft: #262b2e; --line: #3a4145; --dim: #a3adb2; } }
    * { box-sizing: border-box; }
    .root { font: 15px/1.45 system-ui, -apple-system, "Segoe UI", sans-serif; color: var(--fg); text-align: start; }
    button, textarea { font: inherit; color: inherit; }
    button { cursor: pointer; }
    :focus-visible { outline: 2px solid var(--own); outline-offset: 2px; }
    .launch { position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 2147483000; width: 56px;
      height: 56px; border: 0; border-radius: 50%; background: var(--own); color: var(--on);
      box-shadow: 0 4px 16px #0004; display: grid; place-items: center; }
    .launch svg { width: 26px; height: 26px; fill: currentColor; }
    .badge { position: absolute; inset-block-start: -2px; inset-inline-end: -2px; min-width: 20px; height: 20px;
      padding: 0 5px; border-radius: 10px; background: #c62828; color: #fff; font-size: 12px; line-height: 20px; }
    .panel { position: fixed; inset-block-end: 88px; inset-inline-end: 20px; z-index: 2147483001; width: 370px;
      height: min(600px, calc(100dvh - 108px)); display: flex; flex-direction: column; background: var(--bg);
      border: 1px solid var(--line); border-radius: 14px; overflow: hidden; box-shadow: 0 8px 32px #0004; }
    [hidden] { display: none !important; }
    header { display: flex; align-items: center; gap: 8px; padding: 12px 14px; background: var(--own); color: var(--on); }
    h2 { flex: 1; margin: 0; font-size: 16px; font-weight: 600; }
    header button { border: 0; background: none; font-size: 20px; line-height: 1; padding: 4px 8px; border-radius: 6px; }
    header :focus-visible { outline-color: var(--on); }
    .list { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 14px; }
    .log { display: flex; flex-direction: column; gap: 8px; margin: 0; padding: 0; list-style: none; }
    .one { max-width: 86%; align-self: flex-start; }
    .one.mine { align-self: flex-end; }
    .bubble { padding: 8px 12px; border-radius: 14px; background: var(--soft); white-space: pre-wrap;
      overflow-wrap: anywhere; unicode-bidi: plaintext; }
    .mine .bubble { background: var(--own); color: var(--on); }
    .note { font-size: 12px; color: var(--dim); text-align: end; padding: 2px 4px; }
    .chips { display: flex; flex-wrap: wrap; gap: 6px; margin-block-start: 6px; }
    .chip { border: 1px solid var(--own); background: var(--bg); border-radius: 16px; padding: 6px 12px;
      text-align: start; text-decoration: none; color: inherit; display: inline-block; min-height: 34px; }
    .chip:hover { background: var(--soft); }
    .chip:disabled { opacity: .55; cursor: default; border-color: var(--line); }
    .chip small { display: block; color: var(--dim); }
    img { display: block; max-width: 100%; border-radius: 10px; margin-block-end: 4px; }
    audio { width: 100%; margin-block-end: 4px; }
    .older { display: block; margin: 0 auto 10px; border: 0; background: none; color: var(--dim);
      text-decoration: underline; padding: 4px 8px; }
    .empty { color: var(--dim); text-align: center; margin: 20px 0; }
    .dots { display: inline-flex; gap: 4px; padding: 12px; margin-block-start: 8px; background: var(--soft);
      border-radius: 14px; }
    .dots i { width: 7px; height: 7px; border-radius: 50%; background: var(--dim); animation: blink 1.2s infinite; }
    .dots i:nth-child(2) { animation-delay: .2s; } .dots i:nth-child(3) { animation-delay: .4s; }
    @keyframes blink { 0%, 60%, 100% { opacity: .25; } 30% { opacity: 1; } }
    @media (prefers-reduced-motion: reduce) { .dots i { animation: none; } }
    .status { min-height: 0; padding: 0 14px; font-size: 12px; color: var(--dim); }
    .status:not(:empty) { padding-block: 4px; }
    form { display: flex; gap: 8px; align-items: end; padding: 10px; border-block-start: 1px solid var(--line); }
    textarea { flex: 1; resize: none; max-height: 120px; padding: 8px 10px; border: 1px solid var(--line);
      border-radius: 10px; background: var(--bg); unicode-bidi: plaintext; }
    form .tool { background: none; color: var(--dim); padding: 6px; line-height: 0; }
    form .tool[aria-pressed=true] { color: #c62828; }
    form .tool svg { width: 22px; height: 22px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round;
      stroke-linejoin: round; }
    form button { border: 0; border-radius: 10px; background: var(--own); color: var(--on); padding: 9px 14px; }
    .off { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    @media (max-width: 480px) { .panel { inset: 0; width: auto; height: auto; border: 0; border-radius: 0; } }
    @media (forced-colors: active) { .bubble, .chip, form button, .launch { border: 1px solid; } }
  `;
  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children);
    return node;
  };
  const BUBBLE = "M4 3h16a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H9l-5 4v-4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z";
  const CLIP = "M21 11l-9 9a6 6 0 0 1-8-8l9-9a4 4 0 0 1 6 6l-9 9a2 2 0 0 1-3-3l8-8";
  const MIC = "M12 2a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V5a3 3 0 0 0-3-3zM5 11a7 7 0 0 0 14 0M12 18v4";
  const icon = (path = BUBBLE) => {
    const SVG = "http://www.w3.org/2000/svg";
    const drawing = document.createElementNS(SVG, "svg"), shape = document.createElementNS(SVG, "path");
    drawing.setAttribute("viewBox", "0 0 24 24");
    drawing.setAttribute("aria-hidden", "true");
    shape.setAttribute("d", path);
    drawing.append(shape);
    return drawing;
  };

  let opened = false, unread = 0, more = false, typingTimer = 0;
  const nodes = new Map(); // item id -> its element and what it was drawn from
  const title = script.dataset.title || words.title;
  const host = make("div", { "data-theme": script.dataset.theme || "auto" });
  const shadow = host.attachShadow({ mode: "open" });
  const badge = make("span", { class: "badge", hidden: true });
  const launch = make("button", { class: "launch", type: "button", "aria-expanded": "false", "aria-controls": "panel",
    "aria-label": words.open, onclick: () => (opened ? close() : open()) }, icon(), badge);
  const older = make("button", { class: "older", type: "button", hidden: true, onclick: () => askOlder() }, words.older);
  const empty = make("p", { class: "empty" }, words.empty);
  const log = make("ol", { class: "log" });
  const dots = make("div", { class: "dots", hidden: true, "aria-hidden": "true" }, make("i"), make("i"), make("i"));
  const list = make("div", { class: "list", tabindex: "0", role: "region", "aria-label": title }, older, empty, log, dots);
  const note = make("div", { class: "status", role: "status" });
  const live = make("div", { class: "off", "aria-live": "polite" });
  const box = make("textarea", { rows: "1", maxlength: "4096", placeholder: words.write, "aria-label": words.write,
    enterkeyhint: "send", onkeydown: (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
    }, oninput: () => grow() });
  const picker = make("input", { type: "file", hidden: true, multiple: true, accept: TYPES.join(","), tabindex: "-1",
    onchange: () => { for (const one of picker.files) attach(one, one.name, `📎 ${one.name}`); picker.value = ""; } });
  const clip = make("button", { class: "tool", type: "button", "aria-label": words.attach, title: words.attach,
    onclick: () => picker.click() }, icon(CLIP));
  const mic = make("button", { class: "tool", type: "button", "aria-label": words.record, title: words.record,
    "aria-pressed": "false", hidden: !(navigator.mediaDevices && window.MediaRecorder), onclick: () => record() }, icon(MIC));
  const form = make("form", { onsubmit: (event) => { event.preventDefault(); submit(); } },
    picker, clip, mic, box, make("button", { type: "submit" }, words.send));
  const panel = make("div", { class: "panel", id: "panel", role: "dialog", "aria-label": title, hidden: true,
    onkeydown: (event) => { if (event.key === "Escape") close(); } },
    make("header", {}, make("h2", {}, title),
      make("button", { type: "button", "aria-label": words.close, onclick: () => close() }, "×")),
    list, note, form);
  const root = make("div", { class: "root", dir: rightToLeft, lang: WORDS[language.split("-")[0]] ? language : "en" },
    launch, panel, live);
  try { // not subject to the page's rules for inline styles
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    shadow.adoptedStyleSheets = [sheet];
  } catch { shadow.append(make("style", {}, STYLE)); }
  shadow.append(root);

  const grow = () => { box.style.height = "auto"; box.style.height = `${Math.min(box.scrollHeight + 2, 120)}px`; };
  const status = (text) => { if (note.textContent !== text) note.textContent = text; };
  const submit = () => {
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    grow();
    utter({ type: "message", text }, text);
  };
  const attach = async (blob, name, text) => {
    const mime = blob.type.split(";")[0];
    if (!TYPES.includes(mime)) return status(words.kind);
    if (blob.size > MOST_FILE) return status(words.big);
    const id = uuid();
    await files.put(id, blob);
    utter({ type: "file", name, mime }, text, id);
  };
  const LONGEST_NOTE = 5 * 60000;
  let recorder = null;
  const recording = (on) => {
    mic.setAttribute("aria-pressed", String(on));
    mic.setAttribute("aria-label", on ? words.stop : words.record);
    mic.title = on ? words.stop : words.record;
  };
  /** The first tap begins, the second one sends. */
  const record = async () => {
    if (recorder) return recorder.state === "recording" && recorder.stop();
    mic.disabled = true;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const parts = [];
      const kinds = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];
      const kind = kinds.find((one) => MediaRecorder.isTypeSupported(one));
      recorder = new MediaRecorder(stream, kind ? { mimeType: kind } : {});
      const longEnough = setTimeout(() => recorder && recorder.stop(), LONGEST_NOTE);
      recorder.ondataavailable = (event) => parts.push(event.data);
      recorder.onstop = () => {
        clearTimeout(longEnough);
        for (const track of stream.getTracks()) track.stop();
        const note = new Blob(parts, { type: recorder.mimeType });
        recorder = null;
        recording(false);
        if (note.size) attach(note, "voice", `🎤 ${words.voice}`);
      };
      recorder.start();
      recording(true);
    } catch {
      recorder = null;
      status(words.mic);
    } finally {
      mic.disabled = false;
    }
  };
  const choose = (choice) => utter({ type: "choice", choice_id: choice.id, title: choice.title }, choice.title);
  const askOlder = () => {
    const first = state.items.find((item) => item.position);
    say({ type: "older", before: first ? first.position : state.last + 1 });
  };
  const typing = (on) => {
    clearTimeout(typingTimer);
    dots.hidden = !on;
    if (!on) return;
    live.textContent = words.typing;
    list.scrollTop = list.scrollHeight;
    typingTimer = setTimeout(() => typing(false), 25000);
  };
  const announce = (frame) => {
    live.textContent = `${words.they}: ${frame.text || (frame.file && frame.file.name) || ""}`;
    if (!opened || document.hidden) unread++;
  };

  const size = (bytes) => (bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`);
  const media = (tag, item) => {
    const node = make(tag, tag === "audio" ? { controls: true, preload: "none" } : { alt: item.text || "", loading: "lazy" });
    ask(item.id, (url) => { node.src = url; });
    return node;
  };
  const draw = (item, answered) => {
    const one = make("li", { class: item.mine ? "one mine" : "one" },
      make("span", { class: "off" }, `${item.mine ? words.you : words.they}: `));
    if (item.image) one.append(media("img", item));
    if (item.voice) one.append(media("audio", item));
    if (item.text) one.append(make("div", { class: "bubble" }, item.text));
    const chips = make("div", { class: "chips" });
    if (item.file) chips.append(make("button", { class: "chip", type: "button", onclick: () => ask(item.id, download),
      "aria-label": `${words.download}: ${item.file.name}` }, `📄 ${item.file.name}`, make("small", {}, size(item.file.size))));
    if (item.link && /^https?:\/\//i.test(item.link.url)) chips.append(make("a", { class: "chip", href: item.link.url,
      target: "_blank", rel: "noopener noreferrer" }, item.link.label));
    for (const choice of item.choices || [])
      chips.append(make("button", { class: "chip", type: "button", disabled: answered, onclick: () => choose(choice) },
        choice.title, ...(choice.description ? [make("small", {}, choice.description)] : [])));
    if (item.choices && item.choices.length > 1) {
      chips.setAttribute("role", "group");
      chips.setAttribute("aria-label", item.label || item.text);
    }
    if (chips.childNodes.length) one.append(chips);
    if (item.mine) {
      const note = { sending: socket ? words.sending : words.failed, sent: words.sent, refused: item.why || words.long }[item.state];
      one.append(make("div", { class: "note" }, note));
    }
    return one;
  };
  const render = () => {
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
    const lastMine = state.items.findLastIndex ? state.items.findLastIndex((item) => item.mine) : state.items.length - 1;
    let previous = null;
    state.items.forEach((item, index) => {
      const answered = index < lastMine;
      const looks = `${item.state} ${answered} ${item.state === "sending" && !socket}`;
      let drawn = nodes.get(item.id);
      if (!drawn || drawn.looks !== looks) {
        const node = draw(item, answered && !!item.choices);
        if (drawn) drawn.node.replaceWith(node);
        nodes.set(item.id, (drawn = { node, looks }));
      }
      const next = previous ? previous.nextSibling : log.firstChild;
      if (next !== drawn.node) log.insertBefore(drawn.node, next);
      previous = drawn.node;
    });
    empty.hidden = state.items.length > 0;
    older.hidden = !more;
    badge.hidden = !unread;
    badge.textContent = unread > 99 ? "99+" : String(unread);
    launch.setAttribute("aria-label", unread ? `${words.open} (${unread} ${words.unread})` : words.open);
    if (atEnd) list.scrollTop = list.scrollHeight;
  };

  const open = () => {
    opened = true;
    panel.hidden = false;
    launch.setAttribute("aria-expanded", "true");
    seen(); render();
    list.scrollTop = list.scrollHeight;
    box.focus();
    connect();
  };
  const close = () => {
    opened = false;
    panel.hidden = true;
    launch.setAttribute("aria-expanded", "false");
    launch.focus();
  };

  // --- the page ---------------------------------------------------------------------------------------------

  const restart = () => {
    const old = socket;
    socket = null; welcomed = false; tries = 0;
    if (old) old.close();
    connect(true);
  };
  window.UsherChat = {
    open, close,
    /** The site knows its user now (or another one): a token it signed; null: nobody. */
    identify(token) { identity = token || null; restart(); },
    /** Forget this visitor in this browser (on a shared computer, when the user signs out). */
    forget() {
      if (who !== null) storage.remove(stateKey());
      for (const item of state.outbox) if (item.type === "file") files.remove(item.id);
      if (!identity) storage.remove(TOKEN);
      identity = null;
      settled.clear();
      who = null;
      state = { last: 0, items: [], outbox: [] };
      nodes.clear();
      log.replaceChildren();
      restart();
    },
  };
  addEventListener("online", () => { tries = 0; connect(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { seen(); connect(); render(); } });
  addEventListener("storage", (event) => { // another tab of this visitor
    if (who === null || event.key !== stateKey() || !event.newValue) return;
    merge();
    render();
  });
  const begin = () => {
    document.body.append(host);
    load();
    // A visitor who has talked before hears from us at once; others cost no connection until they open the chat.
    if (script.dataset.open !== undefined) open();
    else if (identity || storage.get(TOKEN) || state.outbox.length) connect();
  };
  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
})();
