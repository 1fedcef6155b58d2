// What a browser with JavaScript gets on top: answers without a new page, an undo that follows to the
// next question, keys. Every page works without it; where anything here fails, the form is sent as it is.

const one = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const KEYS = "hearthbook-keys-off";

// --- pages in place ---------------------------------------------------------

async function load(url, options = {}) {
  const answer = await fetch(url, { credentials: "same-origin", ...options });
  const kind = answer.headers.get("Content-Type") || "";
  if (!kind.startsWith("text/html")) throw new Error(kind);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!one("main", page)) throw new Error("no page");
  return { page, url: answer.url };
}

function show({ page, url }) {
  if (!one("header", page)) return location.assign(url); // signed out meanwhile
  for (const part of ["main", "header", "body > nav"]) {
    const now = one(part);
    const next = one(part, page);
    if (now && next) now.replaceWith(document.adoptNode(next));
    else if (now && part === "body > nav") now.remove();
    else if (next && part === "body > nav") one("main").before(document.adoptNode(next));
  }
  document.title = page.title;
  document.body.className = page.body.className;
  if (url !== location.href) history.pushState(null, "", url);
  scrollTo(0, 0);
  const head = one("main h1");
  if (head) {
    head.tabIndex = -1;
    head.focus();
  }
}

// After an answer the next question comes at once; what was done, and its undo, stand above it.
async function answered(found) {
  const done = one("[data-done]", found.page);
  const next = done && one("[data-next]", found.page);
  if (!next) return show(found);
  show(await load(next.getAttribute("href")));
  toast(done);
}

function toast(done) {
  one(".toast")?.remove();
  const box = document.createElement("div");
  box.className = "toast";
  box.setAttribute("role", "status");
  const said = document.createElement("p");
  said.textContent = one("h1", done).textContent;
  box.append(said, ...all("form", done).map((form) => document.adoptNode(form)));
  one("main").prepend(box);
}

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form));
  if (button?.name) body.append(button.name, button.value);
  answered(await load(button?.getAttribute("formaction") || form.action, { method: "POST", body }));
}

addEventListener("submit", (event) => {
  const form = event.target;
  const files = one("input[type=file]", form);
  if (event.defaultPrevented || form.method !== "post" || files || !one("main").contains(form)) return;
  event.preventDefault();
  const button = event.submitter;
  send(form, button).catch(() => {
    if (button?.name) {
      const same = Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value });
      form.append(same);
    }
    form.submit();
  });
});

addEventListener("popstate", () => location.reload());

// --- a chosen photo ----------------------------------------------------------

const SIDE = 1024; // pixels; no phone keeps more in a card
const FILE = 300000; // octets

// It is shown at once, and sent as small as phones make them; what no browser can read the server refuses in words.
async function prepare(field, file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff"; // a JPEG has nothing to see through
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  if (scale < 1 || file.size > FILE) {
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    if (field.files[0] !== file || !small) return;
    const files = new DataTransfer();
    files.items.add(new File([small], "photo.jpg", { type: small.type }));
    field.files = files.files;
  }
  const box = field.closest("fieldset");
  one(".face", box)?.remove();
  canvas.className = "face big";
  canvas.ariaHidden = "true";
  one("legend", box).after(canvas);
}

addEventListener("change", ({ target }) => {
  const file = target.matches("[data-photo]") && target.files[0];
  if (file) prepare(target, file).catch(() => {});
});

// --- a page that waits for something looks again ----------------------------

setInterval(async () => {
  const waits = one("[data-look]");
  if (!waits || document.hidden) return;
  const found = await load(location.href).catch(() => null);
  if (found && !one("[data-look]", found.page)) show(found);
}, 5000);

// --- keys -------------------------------------------------------------------

function press(selector) {
  const found = one(selector);
  found?.click();
  return Boolean(found);
}

function walk(step) {
  const rows = all("main .lines a.go, main .choice input[type=radio]");
  if (!rows.length) return false;
  const place = rows.indexOf(document.activeElement);
  rows[Math.min(Math.max(place + step, 0), rows.length - 1)].focus();
  return true;
}

function choose(number) {
  const here = document.activeElement?.closest("fieldset") || one("main fieldset");
  const found = here && all("input[type=radio]", here)[number - 1];
  found?.click();
  found?.focus();
  return Boolean(found);
}

function help() {
  const box = one("#keys");
  if (!box) return false;
  const off = one("input", box);
  off.checked = !localStorage.getItem(KEYS);
  off.onchange = () => (off.checked ? localStorage.removeItem(KEYS) : localStorage.setItem(KEYS, "1"));
  box.showModal();
  return true;
}

const ACTIONS = {
  j: () => walk(1),
  k: () => walk(-1),
  y: () => press(".bar [value=same], .bar [value=accept], .bar [value=go], .bar [value=right]"),
  n: () => press(".bar [value=different], .bar [value=decline], .bar [value=former]"),
  u: () => press(".bar [value=later]"),
  z: () => press(".toast button, [data-done] button"),
  "/": () => (location.pathname.endsWith("/people") ? (one("#q")?.focus(), true) : press("a[data-search]")),
};

addEventListener("keydown", (event) => {
  const field = event.target.closest("input:not([type=radio]), select, textarea, [contenteditable], dialog");
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || field) return;
  if (event.key === "?") return void (help() && event.preventDefault());
  if (localStorage.getItem(KEYS)) return;
  const number = Number(event.key);
  const act = ACTIONS[event.key];
  if (number >= 1 && number <= 9 ? choose(number) : act?.()) event.preventDefault();
});
