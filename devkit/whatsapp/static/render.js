// What does a message look like? Events to DOM nodes; texts only ever become text nodes.

const SVG = "http://www.w3.org/2000/svg";
const TICKS = {
  sending: ["Sending", "M8 1.5a6 6 0 1 1 0 12a6 6 0 1 1 0-12M8 4.5v3.2l2 1.5"],
  sent: ["Sent", "M2 8l4 4 8-9"],
  delivered: ["Delivered", "M1 8l4 4 8-9M7.5 11.5l.8.8 8-9"],
  read: ["Read", "M1 8l4 4 8-9M7.5 11.5l.8.8 8-9"],
  failed: ["Not delivered", "M8 1.5a6 6 0 1 1 0 12a6 6 0 1 1 0-12M8 4.5v4M8 10.6v.3"],
};
const MARKS = /(```[^`]+```|\*[^*\n]+\*|_[^_\n]+_|~[^~\n]+~|https?:\/\/[^\s<>"]+)/g;
const TAGS = { "*": "strong", _: "em", "~": "s" };

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function initials(name) {
  const words = name.match(/\p{L}+/gu) ?? ["#"];
  return (words[0][0] + (words[1]?.[0] ?? "")).toUpperCase();
}

export function tint(text) {
  return "tint-" + ([...text].reduce((sum, c) => sum + c.codePointAt(0), 0) % 6);
}

export function clockTime(ms) {
  return new Date(ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

export function dayName(ms) {
  const day = new Date(ms), today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (day.toDateString() === today.toDateString()) return "Today";
  if (day.toDateString() === yesterday.toDateString()) return "Yesterday";
  return day.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
}

/** What the chat list shows of a message. */
export function preview({ content }) {
  if (content.media?.voice) return "🎤 Voice message";
  if (content.media) return `📄 ${content.text || content.media.filename || content.type}`;
  const text = content.text || content.header || `[${content.type}]`;
  return text.replace(/(^|\s)[*_~]|[*_~](?=\s|[.,:;!?]|$)/g, "$1");
}

/** Words with WhatsApp's *bold*, _italic_, ~struck~, ```code``` and links. */
function words(text) {
  return text.split(MARKS).map((part) => {
    if (part.startsWith("```") && part.length > 6) return el("code", {}, part.slice(3, -3));
    if (/^https?:\/\//.test(part)) return el("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part);
    const tag = part.length > 2 && part[0] === part.at(-1) && TAGS[part[0]];
    return tag ? el(tag, {}, part.slice(1, -1)) : part;
  });
}

export function ticks(status) {
  const [label, path] = TICKS[status] ?? TICKS.sent;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 17 15");
  svg.setAttribute("class", status);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

function file(media, url) {
  if (media.mime_type.startsWith("audio/")) {
    return el("audio", { controls: true, preload: "metadata", src: url, "aria-label": "Voice message" });
  }
  if (media.mime_type.startsWith("image/")) return el("img", { src: url, alt: media.filename ?? "Picture" });
  const name = media.filename ?? "Document";
  const kind = media.mime_type.split("/").pop().slice(0, 4).toUpperCase();
  const size = media.size < 1e6 ? `${Math.ceil(media.size / 1000)} kB` : `${(media.size / 1e6).toFixed(1)} MB`;
  const label = el("span", {}, el("span", { class: "name" }, name), el("span", { class: "size" }, `${size} · ${kind}`));
  const attributes = { class: "file", href: url, target: "_blank", rel: "noopener", "aria-label": `Open ${name}, ${size}` };
  return el("a", attributes, el("span", { class: "kind", "aria-hidden": "true" }, kind), label);
}

function quote(quoted, businessName) {
  if (!quoted) return null;
  const author = quoted.direction === "from_customer" ? "You" : businessName;
  return el("div", { class: "quote" }, el("b", {}, author), el("span", {}, preview(quoted)));
}

/** One message. `on.tap(message, option)`, `on.list(message)`; `answered` greys its buttons out. */
export function bubble(message, { quoted, businessName, mediaUrl, on, answered }) {
  const { content } = message;
  const mine = message.direction === "from_customer";
  const meta = el("span", { class: "meta" }, el("time", {}, clockTime(message.timestamp_ms)));
  if (mine) meta.append(ticks(message.status));
  const inside = el(
    "div",
    { class: "bubble" },
    quote(quoted, businessName),
    content.media ? file(content.media, mediaUrl) : null,
    content.header ? el("p", { class: "head" }, content.header) : null,
  );
  if (content.text || !content.media) {
    inside.append(el("p", { class: "body" }, ...words(content.text || `[${content.type}]`), meta));
  } else inside.append(meta);
  if (content.footer) inside.append(el("p", { class: "foot" }, content.footer));
  const options = content.buttons.map((option) =>
    el("button", { type: "button", disabled: answered, onclick: () => on.tap(message, option) }, option.title),
  );
  if (content.sections.length) {
    options.push(el("button", { type: "button", class: "open-list", onclick: () => on.list(message) }, content.list_button));
  }
  const group = options.length ? el("div", { class: "options" }, ...options) : null;
  return el("article", { class: `message${mine ? " mine" : ""}`, "data-id": message.wamid }, inside, group);
}
