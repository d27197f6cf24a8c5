// Prints the starts of the series in calendars, in epoch seconds, as ical.js expands them.
// Standard input: {"library": path of ical.js, "calendars": [[text, first, last], ...]}.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { library, calendars } = JSON.parse(readFileSync(0, "utf8"));
const { default: ICAL } = await import(pathToFileURL(library));

function expand([text, first, last]) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  const entries = calendar.getAllSubcomponents("vevent").map((entry) => new ICAL.Event(entry));
  const series = entries.find((entry) => !entry.isRecurrenceException());
  for (const entry of entries) if (entry.isRecurrenceException()) series.relateException(entry);
  const starts = [];
  const iterator = series.iterator();
  for (let next = iterator.next(); next && next.toUnixTime() <= last; next = iterator.next()) {
    const start = series.getOccurrenceDetails(next).startDate.toUnixTime();
    if (start >= first && start <= last) starts.push(start);
  }
  return starts.sort((one, other) => one - other);
}

console.log(JSON.stringify(calendars.map(expand)));
