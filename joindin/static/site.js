// Saves round trips: stars, attendance, filters and the current time in a schedule, copying, and displays that renew themselves.
// Every page works without it. It writes no HTML: the policy of the pages forbids that.
"use strict";

(() => {
  const MINUTE = 60_000;
  const MESSAGE_TTL = 10_000;
  const FILTERS = ["q", "day", "room", "track", "type", "language"];

  const find = (selector) => document.querySelector(selector);
  const findAll = (selector) => [...document.querySelectorAll(selector)];

  // Messages

  const message = document.createElement("p");
  message.className = "message";
  message.setAttribute("role", "status");
  document.body.append(message);
  let messageTimer;

  function showMessage(text) {
    message.textContent = text;
    clearTimeout(messageTimer);
    messageTimer = setTimeout(() => (message.textContent = ""), MESSAGE_TTL);
  }

  // Sends a form with its button. A refusal, and the page of the sign-in, are no JSON.

  async function send(form, button, query = "") {
    const fields = new URLSearchParams(new FormData(form));
    fields.append(button.name, button.value);
    const headers = { Accept: "application/json" };
    const address = form.getAttribute("action") + query;
    const response = await fetch(address, { method: "POST", body: fields, headers, keepalive: true });
    if (!response.ok) throw new Error(`refused with ${response.status}`);
    return response.json();
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
    button.firstElementChild.textContent = isStarred ? "★" : "☆";
  }

  // The first response gives a guest's browser its cookie. A request sent before that would get another one.
  let firstStar;

  function sendStar(button, query) {
    const sendNow = () => send(stars, button, query);
    if (isGuest && firstStar) return firstStar.then(sendNow, sendNow);
    return (firstStar = sendNow());
  }

  async function toggleStar(button) {
    showStar(button, !isOn(button));
    // The request that is under way is followed by another one if the state has changed again.
    if (sending.has(button)) return;
    sending.add(button);
    let state;
    try {
      do {
        state = isOn(button);
        await sendStar(button, `?on=${state ? 1 : 0}`);
        if (isGuest) storeOwnStar(button.value, state);
      } while (isOn(button) !== state);
    } catch {
      showStar(button, !state);
      showMessage(stars.dataset.failed);
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
    try {
      const { state, said } = await send(form, button);
      for (const part of form.parentElement.querySelectorAll("[data-attends]")) {
        part.hidden = part.dataset.attends !== String(state);
      }
      if (button.closest("[hidden]")) [...form.querySelectorAll("[data-attends]:not([hidden]) button")].at(-1).focus();
      showMessage(said);
    } catch {
      showMessage(form.dataset.failed);
    }
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
    } else if (action.startsWith("/guest/stars/")) storeOwnStar(button.value, false);
    else if (action === "/guest/forget/" || (action === "/guest/welcome/" && button.value !== "device")) {
      storeOwnStars(new Set());
    }
  });

  // The talks of a schedule

  const filters = find("#filters");
  const slots = filters ? findAll(".slots > li").map(readSlot) : [];

  function readSlot(item) {
    const [start, end] = [...item.querySelectorAll(".when > time")].map((time) => time.dateTime);
    const texts = [...item.querySelectorAll("[dir]:not(.was *)")].map((element) => element.textContent);
    const section = item.closest("section");
    const day = section.getAttribute("aria-labelledby").replace("day-", "day=");
    return {
      item,
      section,
      start: Date.parse(start),
      end: end && !item.classList.contains("cancelled") ? Date.parse(end) : NaN,
      offset: start.slice(-6),
      text: fold(texts.join(" ")),
      groups: [day, ...item.dataset.groups.split(" ")],
    };
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
    for (const { item, text, groups } of slots) {
      const missed = chosen.filter((values) => !values.some((value) => groups.includes(value)));
      const hasText = words.every((word) => text.includes(word)) || ofServer.get(textOf(fields))?.has(item.id);
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

  const timeLinks = findAll(".times a").map((link) => [link, slots.find(({ item }) => `#${item.id}` === link.hash)]);

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

  if (filters?.dataset.found) {
    filters.addEventListener("input", filterSlots);
    // The fields are empty only after the event.
    filters.addEventListener("reset", () => setTimeout(filterSlots));
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

  if (slots.length) {
    showTimeEachMinute();
    addEventListener("resize", showTime);
    const isVisit = performance.getEntriesByType("navigation")[0]?.type === "navigate";
    if (jumpTarget && isVisit && filters.dataset.found && !location.hash && !scrollY) jumpTarget.scrollIntoView();
  }

  // The time zone of the browser

  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zoneLink = find("#other-zone");

  function formatOffset(at) {
    const minutes = -new Date(at).getTimezoneOffset();
    const parts = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
    return (minutes < 0 ? "-" : "+") + parts.map((part) => String(part).padStart(2, "0")).join(":");
  }

  if (zoneLink && zone && slots.some(({ start, offset }) => formatOffset(start) !== offset)) {
    const url = new URL(location.href);
    url.searchParams.set("zone", zone);
    zoneLink.href = url;
    zoneLink.textContent = zoneLink.dataset.own.replace("{place}", zone.split("/").at(-1).replaceAll("_", " "));
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

  // A display shows the new page each minute, until it is paused. The server sends another one after the full minute.

  const pause = find("#pause");

  function renewEachMinute() {
    setTimeout(() => {
      if (!isOn(pause)) renewDisplay();
      renewEachMinute();
    }, MINUTE - (Date.now() % MINUTE) + 1000);
  }

  function renewDisplay() {
    const request = new XMLHttpRequest();
    request.open("GET", location.href);
    request.responseType = "document";
    request.addEventListener("load", () => {
      const fresh = request.status === 200 && request.response?.querySelector("#display");
      if (fresh) find("#display").replaceWith(fresh);
    });
    request.send();
  }

  if (pause) {
    pause.hidden = false;
    pause.addEventListener("click", () => pause.setAttribute("aria-pressed", !isOn(pause)));
    renewEachMinute();
  }
})();
