// Saves round trips: stars, ratings, attendance, filters and the current time in a schedule, copying, and displays that renew
// themselves. Keeps stars and ratings while there is no network. Every page works without it. It writes no HTML: the policy of the
// pages forbids that.
"use strict";

(() => {
  const MINUTE = 60_000;
  const MESSAGE_TTL = 10_000;
  const SENDING_LIMIT = 4_000;
  const LONGEST_DELAY = 10 * MINUTE;
  const CSRF_FIELD = "csrfmiddlewaretoken";
  const FILTERS = ["q", "day", "room", "track", "type", "language", "level", "recorded"];

  const find = (selector) => document.querySelector(selector);
  const findAll = (selector) => [...document.querySelectorAll(selector)];

  // Messages

  // A display has none.
  const messages = find("#messages") ?? document.createElement("div");
  const [waiting, message] = ["waiting", "message"].map((name) => {
    const element = document.createElement("div");
    element.className = name;
    element.setAttribute("role", "status");
    return messages.appendChild(element);
  });
  let messageTimer;

  function showMessage(text) {
    message.textContent = text;
    clearTimeout(messageTimer);
    messageTimer = setTimeout(() => (message.textContent = ""), MESSAGE_TTL);
  }

  // Requests. The reply has the status, 0 without a network, and the state and the words of the server. Pages have
  // neither.

  // The first response gives a guest's browser its cookie. Requests sent before that would get another one.
  let guestRequests = Promise.resolve();
  let hasCookie = false;

  function post(address, fields, headers = {}) {
    const options = { method: "POST", body: new URLSearchParams(fields), headers, keepalive: true };
    const send = () => fetchReply(address, options);
    if (hasCookie || !address.startsWith("/guest/")) return send();
    guestRequests = guestRequests.then(send);
    guestRequests.then(({ isDone }) => (hasCookie ||= isDone));
    return guestRequests;
  }

  async function fetchReply(address, options) {
    options.headers.Accept = "application/json";
    options.signal = AbortSignal.timeout(SENDING_LIMIT);
    try {
      const response = await fetch(address, options);
      const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
      const reply = isJson ? await response.json() : {};
      return { ...reply, status: response.status, isDone: response.ok && "state" in reply };
    } catch {
      return { status: 0, isDone: false };
    }
  }

  const isForLater = ({ status }) => status === 0 || status === 429 || status >= 500;

  function fieldsOf(form, button) {
    return [...new FormData(form), ...(button.name ? [[button.name, button.value]] : [])];
  }

  // The outbox: forms that cannot be sent now are kept by the browser, and sent in order as soon as that is possible. The server
  // executes each of them once, however often it is sent. The form of a user is sent in the name of that user only.

  const account = document.body.dataset.account ?? "";
  const hasOutbox = "locks" in navigator && "randomUUID" in crypto && "indexedDB" in window;
  const FIRST_DELAY = 10_000;
  let delay = FIRST_DELAY;
  let sendingTimer;
  let ownEntries = 0;

  async function useOutbox(mode, action) {
    const database = await new Promise((resolve, reject) => {
      const opening = indexedDB.open("joindin", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("outbox", { keyPath: "id" });
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    try {
      const transaction = database.transaction("outbox", mode);
      const request = action(transaction.objectStore("outbox"));
      await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error);
      });
      return request.result;
    } finally {
      database.close();
    }
  }

  async function readOutbox() {
    if (!hasOutbox || !(await indexedDB.databases()).some(({ name }) => name === "joindin")) return [];
    const entries = await useOutbox("readonly", (outbox) => outbox.getAll());
    const readable = entries.filter((entry) => ["", account].includes(entry.account));
    return readable.sort((one, other) => one.writtenAt.localeCompare(other.writtenAt));
  }

  // An entry takes the place of an older one with the same id.
  function makeEntry(id, address, fields, properties = {}) {
    const owner = address.startsWith("/guest/") ? "" : account;
    const [uuid, writtenAt] = [crypto.randomUUID(), new Date().toISOString()];
    return { id: `${owner} ${id}`, account: owner, uuid, address, writtenAt, ...properties, fields: fields.filter(([name]) => name !== CSRF_FIELD) };
  }

  async function keepEntry(entry) {
    await useOutbox("readwrite", (outbox) => outbox.put(entry));
    await showOutbox();
    sendLater();
  }

  async function removeEntry({ id }) {
    if ((await readOutbox()).length) await useOutbox("readwrite", (outbox) => outbox.delete(id));
  }

  function sendEntry({ uuid, address, fields, writtenAt, account: owner }) {
    const token = owner && find(`[name=${CSRF_FIELD}]`).value;
    const all = [...fields, ["written_at", writtenAt], ...(owner ? [[CSRF_FIELD, token]] : [])];
    return post(address, all, { "Idempotency-Key": uuid });
  }

  // One page at a time sends.
  async function sendOutbox() {
    if (!(await readOutbox()).length) return;
    await navigator.locks.request("outbox", { ifAvailable: true }, async (lock) => {
      if (!lock) return;
      for (const entry of await readOutbox()) {
        if (entry.refusal || Date.parse(entry.notBefore) > Date.now()) continue;
        const reply = await sendEntry(entry);
        if (isForLater(reply) || reply.status === 401) break;
        delay = FIRST_DELAY;
        if (reply.isDone) await removeEntry(entry);
        else await useOutbox("readwrite", (outbox) => outbox.put({ ...entry, refusal: reply.said ?? messages.dataset.failed }));
      }
    });
    if ((await showOutbox()) > 0) sendLater();
  }

  function sendLater() {
    clearTimeout(sendingTimer);
    sendingTimer = setTimeout(sendOutbox, delay);
    delay = Math.min(2 * delay, LONGEST_DELAY);
  }

  // Returns how many entries wait. Refused ones stay until the reader discards them.
  async function showOutbox() {
    const entries = await readOutbox();
    const refused = entries.filter(({ refusal }) => refusal);
    const count = entries.length - refused.length;
    ownEntries = entries.filter((entry) => entry.account).length;
    waiting.replaceChildren(...refused.map(showRefusal));
    if (count) waiting.prepend(messages.dataset.waiting.replace("{count}", count));
    return count;
  }

  function showRefusal(entry) {
    const line = document.createElement("p");
    line.append(`${entry.title ?? ""} ${entry.refusal} `);
    const button = document.createElement("button");
    button.className = "small";
    button.textContent = messages.dataset.discard;
    button.addEventListener("click", () => removeEntry(entry).then(showOutbox));
    line.append(button);
    return line;
  }

  async function forgetEntries(owner) {
    for (const entry of await readOutbox()) if (entry.account === owner) await removeEntry(entry);
  }

  // A form whose fields can be kept. Its page is shown again, or the one that shows what was sent.
  async function sendKept(form, button) {
    if (sending.has(form)) return;
    sending.add(form);
    const { outbox, opens, next, title } = form.dataset;
    const address = form.getAttribute("action");
    const fields = fieldsOf(form, button);
    const talk = new URLSearchParams(fields).get("talk") ?? "";
    const entry = makeEntry(`${outbox} ${address} ${talk}`, address, fields, { title, notBefore: opens });
    try {
      const isEarly = Date.parse(opens) > Date.now();
      const reply = isEarly ? { status: 0 } : await sendEntry(entry);
      if (isForLater(reply)) {
        await keepEntry(entry);
        showChoice(form, button);
        if (isEarly) showMessage(form.dataset.early);
      } else if (reply.isDone) {
        await removeEntry(entry);
        if (next) location.assign(next);
        showChoice(form, button);
        showMessage(reply.said);
      } else {
        // The page of the server says why, or leads to the sign-in.
        form.dataset.outbox = "";
        form.requestSubmit(button);
      }
    } catch {
      showMessage(messages.dataset.failed);
    }
    sending.delete(form);
  }

  function showChoice(form, button) {
    for (const other of form.querySelectorAll("fieldset > button")) other.setAttribute("aria-pressed", other === button);
  }

  // Stars. Pages of visitors are the same for all of them, so the browser keeps which talks it has starred.

  const stars = find("#stars[data-failed]");
  const isGuest = stars?.getAttribute("action") === "/guest/stars/";
  const sending = new Set();
  const isOn = (button) => button.getAttribute("aria-pressed") === "true";

  // A browser may refuse to keep values; then there are none.
  function readOwnStars() {
    try {
      return new Set((localStorage.getItem("stars") ?? "").split(" ").filter(Boolean));
    } catch {
      return new Set();
    }
  }

  function storeOwnStars(stubs) {
    try {
      if (stubs.size) localStorage.setItem("stars", [...stubs].join(" "));
      else localStorage.removeItem("stars");
    } catch {
      // The stars are stored by the server.
    }
  }

  function storeOwnStar(stub, isStarred) {
    const stubs = readOwnStars();
    if (isStarred) stubs.add(stub);
    else stubs.delete(stub);
    storeOwnStars(stubs);
  }

  function showStar(button, isStarred) {
    button.setAttribute("aria-pressed", isStarred);
    const [text, sign] = [button.firstElementChild.firstChild, isStarred ? "★" : "☆"];
    // The same text would cost a layout.
    if (text.data !== sign) text.data = sign;
  }

  async function toggleStar(button) {
    showStar(button, !isOn(button));
    // The request that is under way is followed by another one if the state has changed again.
    if (sending.has(button)) return;
    sending.add(button);
    let state;
    let reply;
    let entry;
    do {
      state = isOn(button);
      const address = `${stars.getAttribute("action")}?on=${state ? 1 : 0}`;
      entry = hasOutbox && makeEntry(`star ${button.value}`, address, fieldsOf(stars, button));
      reply = await post(address, fieldsOf(stars, button));
    } while (isOn(button) !== state);
    // At once: the reader may leave the page.
    if (isGuest && reply.isDone) storeOwnStar(button.value, state);
    try {
      if (reply.isDone) await removeEntry(entry);
      else if (entry && isForLater(reply)) {
        await keepEntry(entry);
        if (isGuest) storeOwnStar(button.value, state);
      } else throw new Error("refused");
    } catch {
      showStar(button, !state);
      showMessage(reply.said ?? stars.dataset.failed);
    }
    sending.delete(button);
  }

  function showOwnStars() {
    const stubs = readOwnStars();
    for (const button of findAll("button.star[form=stars]")) showStar(button, stubs.has(button.value));
  }

  // Also when the browser shows a page again that it kept.
  if (isGuest) addEventListener("pageshow", showOwnStars);

  // Attendance

  async function sendAttendance(form, button) {
    const { isDone, state, said } = await post(form.getAttribute("action"), fieldsOf(form, button));
    if (!isDone) return showMessage(said ?? form.dataset.failed);
    for (const part of form.parentElement.querySelectorAll("[data-attends]")) {
      part.hidden = part.dataset.attends !== String(state);
    }
    if (button.closest("[hidden]")) [...form.querySelectorAll("[data-attends]:not([hidden]) button")].at(-1).focus();
    showMessage(said);
  }

  document.addEventListener("submit", (event) => {
    const { target: form, submitter: button } = event;
    if (!button) return;
    const action = form.getAttribute("action") ?? "";
    if (form === stars) {
      event.preventDefault();
      toggleStar(button);
    } else if (form.matches(".attendance form")) {
      event.preventDefault();
      sendAttendance(form, button);
    } else if (form.dataset.outbox && hasOutbox) {
      event.preventDefault();
      sendKept(form, button);
    } else if (action === "/accounts/logout/" && ownEntries) {
      // They must not be sent by the next user of the browser.
      event.preventDefault();
      if (confirm(messages.dataset.leaving)) forgetEntries(account).finally(() => form.submit());
    } else if (action.startsWith("/guest/stars/")) storeOwnStar(button.value, false);
    else if (action === "/guest/forget/" || (action === "/guest/welcome/" && button.value !== "device")) {
      storeOwnStars(new Set());
      if (hasOutbox) forgetEntries("");
    }
  });

  // The talks of a schedule

  const filters = find("#filters");
  let slots = [];
  let timeLinks = [];

  // A task of its own.
  if (filters) setTimeout(startSchedule);

  function startSchedule() {
    slots = findAll(".slots > li").map(readSlot);
    if (!slots.length) return;
    timeLinks = findAll(".times a").map((link) => [link, slots.find(({ item }) => `#${item.id}` === link.hash)]);
    if (filters.dataset.found) {
      filters.addEventListener("input", filterSlots);
      // The fields are empty only after the event.
      filters.addEventListener("reset", () => setTimeout(filterSlots));
    }
    showTimeEachMinute();
    addEventListener("resize", showTime);
    const isVisit = performance.getEntriesByType("navigation")[0]?.type === "navigate";
    if (jumpTarget && isVisit && filters.dataset.found && !location.hash && !scrollY) jumpTarget.scrollIntoView();
    offerOwnZone();
  }

  function readSlot(item) {
    const [start, end] = [...item.querySelectorAll(".when > time")].map((time) => time.dateTime);
    const section = item.closest("section");
    const day = section.getAttribute("aria-labelledby").replace("day-", "day=");
    return {
      item,
      section,
      start: Date.parse(start),
      end: end && !item.classList.contains("cancelled") ? Date.parse(end) : NaN,
      offset: start.slice(-6),
      groups: [day, ...item.dataset.groups.split(" ")],
    };
  }

  // Read at the first search.
  function textOfSlot(slot) {
    if (!slot.text) {
      const texts = [...slot.item.querySelectorAll("[dir]:not(.was *)")].map((element) => element.textContent);
      slot.text = fold(texts.join(" "));
    }
    return slot.text;
  }

  function fold(text) {
    return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  }

  // Filters in place, while the page has all talks. A page that the server has filtered is filtered by it again.

  function filterSlots() {
    const fields = new FormData(filters);
    const words = fold(fields.get("q")).split(/\s+/);
    const chosen = FILTERS.slice(1)
      .map((name) => fields.getAll(name).map((value) => `${name}=${value}`))
      .filter((values) => values.length);
    const counts = new Map();
    let found = 0;
    for (const slot of slots) {
      const { item, groups } = slot;
      const missed = chosen.filter((values) => !values.some((value) => groups.includes(value)));
      const hasText = words.every((word) => textOfSlot(slot).includes(word)) || ofServer.get(textOf(fields))?.has(item.id);
      item.hidden = missed.length > 0 || !hasText;
      if (!item.hidden) found += 1;
      if (!hasText || missed.length > 1) continue;
      // The number beside a choice counts what the other groups leave.
      const group = missed.length ? missed[0][0].split("=")[0] : "";
      for (const value of groups) if (value.startsWith(group)) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    for (const { section } of slots) section.hidden = !section.querySelector(".slots > li:not([hidden])");
    for (const box of filters.querySelectorAll("[type=checkbox]")) {
      box.parentElement.querySelector(".muted").textContent = `(${counts.get(`${box.name}=${box.value}`) ?? 0})`;
    }
    filters.querySelector("[type=reset]").hidden = false;
    showTimeLinks();
    showTime();
    clearTimeout(filterTimer);
    // Browsers limit how often the address may change, and screen readers speak the last number only.
    filterTimer = setTimeout(() => {
      showFilters(fields, found);
      findInAbstracts(textOf(fields));
    }, 300);
  }

  let filterTimer;
  const ofServer = new Map();

  function textOf(fields) {
    return fields.get("q").trim();
  }

  // The page has no abstracts: the server adds the talks that have the text in theirs.

  async function findInAbstracts(text) {
    if (!text || ofServer.has(text)) return;
    const url = new URL(location.pathname, location.href);
    url.searchParams.set("q", text);
    ofServer.set(text, new Set());
    try {
      const page = await (await fetch(url)).text();
      ofServer.set(text, new Set([...page.matchAll(/<li id="(t-[^"]+)"/g)].map(([, id]) => id)));
    } catch {
      ofServer.delete(text);
      return;
    }
    if (textOf(new FormData(filters)) === text) filterSlots();
  }

  // A link to a time leads to the first talk that is shown.

  function showTimeLinks() {
    for (const [link, first] of timeLinks) {
      const shown = slots.find(({ item, section, start }) => {
        return !item.hidden && section === first.section && start === first.start;
      });
      link.closest("li").hidden = !shown;
      if (shown) link.setAttribute("href", `#${shown.item.id}`);
    }
  }

  function showFilters(fields, found) {
    for (const link of [location, ...findAll(".days a, .views, .pager a")]) {
      const url = new URL(link.href);
      for (const name of FILTERS) {
        url.searchParams.delete(name);
        for (const value of fields.getAll(name)) if (value.trim()) url.searchParams.append(name, value);
      }
      if (link === location) history.replaceState(history.state, "", url);
      else link.href = url;
    }
    find("#found").textContent = filters.dataset.found.replace("{found}", found).replace("{all}", slots.length);
  }

  // The current time: talks that have ended and talks that are on, a line in the grid, and a link to them

  const line = document.createElement("div");
  line.className = "now-line";
  let jumpTarget;

  function showTime() {
    const now = Date.now();
    for (const slot of slots) {
      const { item, start, end } = slot;
      const [isPast, isRunning] = [end <= now, start <= now && now < end];
      item.classList.toggle("past", isPast);
      item.classList.toggle("running", isRunning);
      if (!isPast && !isRunning && !slot.mark) continue;
      if (!slot.mark) {
        slot.mark = document.createElement("p");
        slot.mark.className = "mark";
        item.querySelector("article > div").append(slot.mark);
      }
      const left = filters.dataset.left.replace("{minutes}", Math.ceil((end - now) / MINUTE));
      slot.mark.textContent = isPast ? filters.dataset.ended : isRunning ? left : "";
    }
    const [first, last] = [Math.min(...slots.map(({ start }) => start)), Math.max(...slots.map(({ end }) => end || 0))];
    const shown = first <= now && now < last ? slots.filter(({ item, end }) => !item.hidden && now < end) : [];
    const next = shown.find(({ start }) => start <= now) ?? shown[0];
    const jump = find("#jump");
    jump?.classList.toggle("invisible", !next);
    line.remove();
    jumpTarget = next?.item;
    if (!next) return;
    if (jump) jump.href = `#${next.item.id}`;
    const part = Math.max(0, (now - next.start) / (next.end - next.start));
    if (next.start - now < 60 * MINUTE) {
      line.style.top = `${next.item.offsetTop + next.item.offsetHeight * part}px`;
      next.item.closest(".grid")?.append(line);
    }
  }

  function showTimeEachMinute() {
    showTime();
    setTimeout(showTimeEachMinute, MINUTE - (Date.now() % MINUTE));
  }

  if (hasOutbox) {
    addEventListener("online", sendOutbox);
    document.addEventListener("visibilitychange", () => document.hidden || sendOutbox());
    sendOutbox().then(showOutbox);
  }

  // The page of a talk: how long it is until the start, or until the end

  const countdown = find("#countdown");

  function showCountdown() {
    const { start, minutes, left, ended } = countdown.dataset;
    const end = Date.parse(start) + minutes * MINUTE;
    const wait = Math.ceil((Date.parse(start) - Date.now()) / MINUTE);
    const rest = Math.ceil((end - Date.now()) / MINUTE);
    countdown.hidden = wait > 24 * 60;
    setTimeout(showCountdown, MINUTE - (Date.now() % MINUTE));
    if (countdown.hidden) return;
    const near = new Intl.RelativeTimeFormat(document.documentElement.lang);
    let text = rest > 0 ? left.replace("{minutes}", rest) : ended;
    if (wait > 0) text = wait < 100 ? near.format(wait, "minute") : near.format(Math.round(wait / 60), "hour");
    countdown.textContent = `(${text})`;
  }

  if (countdown) showCountdown();

  // The time zone of the browser

  function offerOwnZone() {
    const link = find("#other-zone");
    if (!link || slots.every(({ start, offset }) => formatOffset(start) === offset)) return;
    // The first use of Intl takes long.
    const zone = globalThis.Temporal?.Now.timeZoneId() ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!zone) return;
    const url = new URL(location.href);
    url.searchParams.set("zone", zone);
    link.href = url;
    link.textContent = link.dataset.own.replace("{place}", zone.split("/").at(-1).replaceAll("_", " "));
  }

  function formatOffset(at) {
    const minutes = -new Date(at).getTimezoneOffset();
    const parts = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
    return (minutes < 0 ? "-" : "+") + parts.map((part) => String(part).padStart(2, "0")).join(":");
  }

  // Addresses to copy

  for (const button of navigator.clipboard ? findAll("button[data-copied]") : []) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = button.previousElementSibling;
      field.select();
      await navigator.clipboard.writeText(field.value);
      showMessage(button.dataset.copied);
    });
  }

  // The menu of the device for sending an address

  for (const button of navigator.share ? findAll("button[data-share]") : []) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const url = button.closest("section").querySelector("input").value;
      // A visitor who closes the menu shares nothing.
      navigator.share({ title: button.dataset.share, url }).catch(() => {});
    });
  }

  // A display shows the new page each minute, until it is paused. The server sends another one after the full minute.

  const pause = find("#pause");

  function renewEachMinute() {
    setTimeout(() => {
      if (!isOn(pause)) renewDisplay();
      renewEachMinute();
    }, MINUTE - (Date.now() % MINUTE) + 1000);
  }

  const renewDisplay = () => renewPart("#display", location.href);

  // The part with that selector, from another address. A page that cannot be loaded changes nothing.

  function renewPart(selector, address) {
    const request = new XMLHttpRequest();
    request.open("GET", address);
    request.responseType = "document";
    request.addEventListener("load", () => {
      const fresh = request.status === 200 && request.response?.querySelector(selector);
      const old = find(selector);
      if (!fresh) return;
      fresh.className = old.className;
      old.replaceWith(fresh);
    });
    request.send();
  }

  // The page of an event is the same all day. The list of current talks comes from the page for it.

  const source = find("#on-now[data-source]")?.dataset.source;

  // The home page is the same for all visitors. Space is kept for the talks, so that nothing moves when they come.

  const ownTalks = find("#own-talks[data-source]");
  if (ownTalks && readOwnStars().size) {
    ownTalks.className = "expected";
    renewPart("#own-talks", "/guest/");
  }

  // Also when the browser shows a page again that it kept.
  if (source) addEventListener("pageshow", () => renewPart("#on-now", source));

  if (pause) {
    pause.hidden = false;
    pause.addEventListener("click", () => pause.setAttribute("aria-pressed", !isOn(pause)));
    renewEachMinute();
  }
})();
