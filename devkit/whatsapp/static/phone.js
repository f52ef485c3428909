// What does the page do? It keeps the chats of one customer, and turns clicks and keys into the customer's messages.

import { Live } from "./live.js";
import { Recorder } from "./recorder.js";
import { bubble, clockTime, dayName, el, initials, preview, ticks, tint } from "./render.js";

const $ = (id) => document.getElementById(id);
const TYPING_MS = 25_000;
const state = { businesses: [], customers: [], customer: null, business: null, messages: new Map(), typing: new Map() };
const live = new Live({ onEvent, onRestart: forget, onState: (online) => ($("offline").hidden = online) });
const recorder = new Recorder((s) => ($("clock").textContent = `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`));

// ---- events -----------------------------------------------------------------------------------------------------

function onEvent(event) {
  if (event.kind === "message") {
    state.messages.set(event.wamid, event);
    if (event.direction === "to_customer") state.typing.delete(event.business);
    if (event.business === state.business) append(event);
  } else if (event.kind === "status") {
    const message = state.messages.get(event.wamid);
    if (!message) return;
    message.status = event.status;
    nodeOf(event.wamid)?.querySelector(".mine .meta svg")?.replaceWith(ticks(event.status));
  } else if (event.kind === "typing" && Date.now() - event.timestamp_ms < TYPING_MS) {
    state.typing.set(event.business, event.timestamp_ms);
    setTimeout(showPresence, TYPING_MS);
  }
  showPresence();
  showChats();
  readShown();
}

function forget() {
  state.messages.clear();
  state.typing.clear();
  showLog();
  showChats();
}

function readShown() {
  if (document.hidden || !isChatOpen()) return;
  const shown = chat(state.business).filter((m) => m.direction === "to_customer" && m.status !== "read");
  if (live.read(shown.map((m) => m.wamid))) shown.forEach((m) => (m.status = "read"));
}

const chat = (business) => [...state.messages.values()].filter((m) => m.business === business);
const nodeOf = (wamid) => $("log").querySelector(`[data-id="${CSS.escape(wamid)}"]`);
const isChatOpen = () => $("app").classList.contains("in-chat") || matchMedia("(min-width: 761px)").matches;
const businessOf = (id) => state.businesses.find((b) => b.phone_number_id === id);

// ---- showing ----------------------------------------------------------------------------------------------------

function append(message) {
  const log = $("log");
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 160;
  const day = dayName(message.timestamp_ms);
  if (log.dataset.day !== day) {
    log.append(el("div", { class: "day" }, day));
    log.dataset.day = day;
    log.dataset.last = "";
  }
  const { business, customer, wamid, direction, content } = message;
  const node = bubble(message, {
    quoted: state.messages.get(content.context),
    businessName: businessOf(business).name,
    mediaUrl: content.media && `/phone/${business}/${customer}/media/${content.media.id}`,
    on: { tap, list: openList },
    answered: [...state.messages.values()].some((m) => m.content.reply_id && m.content.context === wamid),
  });
  if (log.dataset.last !== direction) node.classList.add("first");
  log.dataset.last = direction;
  log.append(node);
  if (content.reply_id) greyOut(content.context);
  if (atEnd || direction === "from_customer") log.scrollTop = log.scrollHeight;
}

function greyOut(wamid) {
  if (wamid) nodeOf(wamid)?.querySelectorAll(".options button:not(.open-list)").forEach((b) => (b.disabled = true));
}

function showLog() {
  const log = $("log");
  log.replaceChildren();
  log.dataset.day = log.dataset.last = "";
  chat(state.business).forEach(append);
  log.scrollTop = log.scrollHeight;
}

function showPresence() {
  const business = businessOf(state.business);
  const typing = Date.now() - (state.typing.get(state.business) ?? 0) < TYPING_MS;
  $("presence").textContent = typing ? "typing…" : business?.display_phone_number ?? "";
}

function showChats() {
  const rows = state.businesses.map((business) => {
    const messages = chat(business.phone_number_id);
    const last = messages.at(-1);
    const unread = messages.filter((m) => m.direction === "to_customer" && m.status !== "read").length;
    const current = business.phone_number_id === state.business;
    const badge = unread && !(current && isChatOpen()) ? el("span", { class: "badge", "aria-label": `${unread} unread` }, unread) : null;
    const avatar = el("span", { class: `avatar ${tint(business.name)}`, "aria-hidden": "true" }, initials(business.name));
    const time = last ? el("time", {}, clockTime(last.timestamp_ms)) : null;
    const top = el("span", { class: "top" }, el("span", { class: "name" }, business.name), time);
    const under = el("span", { class: "top" }, el("span", { class: "preview" }, last ? preview(last) : business.display_phone_number), badge);
    const choose = () => go(state.customer, business.phone_number_id, true);
    const button = el("button", { type: "button", "aria-current": current ? "true" : null, onclick: choose }, avatar, el("span", { class: "row" }, top, under));
    return el("li", {}, button);
  });
  // A rebuilt list would lose the keyboard's place.
  const focused = [...$("chats").children].findIndex((row) => row.contains(document.activeElement));
  $("chats").replaceChildren(...rows);
  if (focused >= 0) rows[focused].firstChild.focus();
}

function showCustomers() {
  const options = state.customers.map((c) => el("option", { value: c.wa_id }, c.name));
  $("customers").replaceChildren(...options);
  $("customers").value = state.customer;
  const name = state.customers.find((c) => c.wa_id === state.customer)?.name ?? "#";
  $("me-number").textContent = `You are +${state.customer}`;
  $("me-avatar").textContent = initials(name);
  $("me-avatar").className = `avatar ${tint(name)}`;
}

/** Show this customer's chat with this business; the address keeps both, so that a reload and a link work. */
function go(customer, business, open = false) {
  const changed = customer !== state.customer;
  Object.assign(state, { customer, business });
  history.replaceState(null, "", `#/${customer}/${business}`);
  if (open) $("app").classList.add("in-chat");
  const { name } = businessOf(business);
  $("business").textContent = name;
  $("avatar").textContent = initials(name);
  $("avatar").className = `avatar ${tint(name)}`;
  if (changed) {
    state.messages.clear();
    state.typing.clear();
    live.open(customer);
  }
  showCustomers();
  showLog();
  showPresence();
  showChats();
  readShown();
  fitComposer();
}

// ---- doing ------------------------------------------------------------------------------------------------------

async function post(path, body, type = "application/json") {
  const url = `/phone/${state.business}/${state.customer}/${path}`;
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await fetch(url, { method: "POST", headers: { "Content-Type": type }, body });
      if (!answer.ok) throw new Refused(await answer.text());
      return true;
    } catch (error) {
      // The client id in the body makes a repeated request the same message.
      if (error instanceof Refused || attempt === 5 || typeof body !== "string") {
        toast(error instanceof Refused ? error.message : "The emulator does not answer. Is it running?");
        return false;
      }
      await new Promise((resolve) => setTimeout(resolve, 300 * 2 ** attempt));
    }
  }
}

class Refused extends Error {}

const json = (body) => JSON.stringify({ ...body, client_id: newId() });
// crypto.randomUUID needs a secure context; a phone on the local network has none.
const newId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

function tap(message, { id, title }) {
  greyOut(message.wamid);
  post("tap", json({ id, title, message_id: message.wamid }));
}

function openList(message) {
  const sections = message.content.sections.flatMap((section) => [
    section.title ? el("h3", {}, section.title) : null,
    ...section.rows.map((row) => {
      const choose = () => {
        $("list").close();
        const { id, title, description } = row;
        post("list_tap", json({ id, title, description: description ?? null, message_id: message.wamid }));
      };
      return el("button", { type: "button", class: "row", onclick: choose }, row.title, row.description ? el("small", {}, row.description) : null);
    }),
  ]);
  $("list-title").textContent = message.content.list_button;
  $("list-rows").replaceChildren(...sections.filter(Boolean));
  $("list").showModal();
}

async function sendText(event) {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text) return;
  $("text").value = "";
  fitComposer();
  if (!(await post("text", json({ text }))) && !$("text").value) $("text").value = text;
  fitComposer();
}

function fitComposer() {
  const box = $("text");
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight}px`;
  $("send").hidden = !box.value.trim();
  $("mic").hidden = !$("send").hidden;
}

function showRecording(on) {
  $("composer").hidden = on;
  $("recording").hidden = !on;
  (on ? $("finish") : $("mic")).focus();
}

async function record() {
  try {
    await recorder.start();
    showRecording(true);
  } catch (error) {
    toast(error.message);
  }
}

async function finish(send) {
  const note = await recorder.stop();
  showRecording(false);
  if (send) await post("voice", note, note.type || "application/octet-stream");
}

async function addCustomer(event) {
  event.preventDefault();
  const customer = { wa_id: $("new-number").value.replace(/\D/g, ""), name: $("new-name").value.trim() };
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch("/phone/customers", { method: "POST", headers, body: JSON.stringify(customer) }).catch(() => null);
  if (!answer?.ok) {
    $("new-problem").textContent = answer ? "A name and 7 to 15 digits are needed." : "The emulator does not answer.";
    return;
  }
  state.customers = [...state.customers.filter((c) => c.wa_id !== customer.wa_id), customer];
  $("new-form").reset();
  $("new-problem").textContent = "";
  $("new-customer").close();
  go(customer.wa_id, state.business);
}

function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => ($("toast").hidden = true), 6000);
}

// ---- start ------------------------------------------------------------------------------------------------------

function listen() {
  $("composer").addEventListener("submit", sendText);
  $("text").addEventListener("input", fitComposer);
  $("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) sendText(event);
  });
  $("customers").addEventListener("change", () => go($("customers").value, state.business));
  $("add").addEventListener("click", () => $("new-customer").showModal());
  $("new-form").addEventListener("submit", addCustomer);
  $("back").addEventListener("click", () => ($("app").classList.remove("in-chat"), showChats()));
  $("mic").addEventListener("click", record);
  $("finish").addEventListener("click", () => finish(true));
  $("discard").addEventListener("click", () => finish(false));
  $("file").addEventListener("change", async ({ target }) => {
    const [chosen] = target.files;
    if (chosen) await post("voice", chosen, chosen.type || "application/octet-stream");
    target.value = "";
  });
  document.querySelectorAll("[data-close]").forEach((b) => b.addEventListener("click", () => b.closest("dialog").close()));
  document.addEventListener("visibilitychange", readShown);
}

async function start() {
  const setup = await (await fetch("/phone/setup")).json();
  Object.assign(state, { businesses: setup.businesses, customers: setup.customers });
  const [, customer, business] = location.hash.split("/");
  if (/^\d{7,15}$/.test(customer ?? "") && !state.customers.some((c) => c.wa_id === customer)) {
    state.customers.push({ wa_id: customer, name: `+${customer}` });
  }
  if (!state.customers.length) state.customers.push({ wa_id: "351911000001", name: "You" });
  listen();
  fitComposer();
  const first = customer && state.customers.some((c) => c.wa_id === customer) ? customer : state.customers[0].wa_id;
  go(first, businessOf(business) ? business : state.businesses[0].phone_number_id, Boolean(business));
}

start().catch(() => toast("The emulator does not answer. Start it and load this page again."));
